//! title = "The function object that a table gave while start ran is the one among the exports afterwards"
//! rules = ["JS-OBS-03"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "table" (table 1 funcref))
  (import "env" "look" (func $look))
  (elem (i32.const 0) $f)
  (func $f (export "f"))
  (start $look))
*/
export default async function ({ wasm, assert }) {
  const table = new WebAssembly.Table({ initial: 1, element: 'anyfunc' });
  let seen;
  const look = () => { seen = table.get(0); };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { table, look } });
  assert(typeof seen === 'function' && seen === exports.f, 'two objects');
}
