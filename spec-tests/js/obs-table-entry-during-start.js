//! title = "A function that an element segment put into an imported table can be called while start runs"
//! rules = ["JS-OBS-02"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "table" (table 1 funcref))
  (import "env" "look" (func $look))
  (elem (i32.const 0) $nine)
  (func $nine (result i32) (i32.const 9))
  (start $look))
*/
export default async function ({ wasm, assert }) {
  const table = new WebAssembly.Table({ initial: 1, element: 'anyfunc' });
  let seen;
  const look = () => { seen = table.get(0)(); };
  new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { table, look } });
  assert(seen === 9, `seen: ${seen}`);
}
