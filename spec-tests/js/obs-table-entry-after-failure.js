//! title = "A function that a failed instance left in an imported table can be called, and sees that instance's memory"
//! rules = ["JS-OBS-02"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "table" (table 1 funcref))
  (memory 1)
  (data (i32.const 0) "\0b")
  (elem (i32.const 0) $read)
  (func $read (result i32) (i32.load8_u (i32.const 0)))
  (func $start (unreachable))
  (start $start))
*/
export default async function ({ wasm, assert, thrown }) {
  const table = new WebAssembly.Table({ initial: 1, element: 'anyfunc' });
  await thrown(() => new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { table } }));
  assert(typeof table.get(0) === 'function', 'the entry is gone');
  assert(table.get(0)() === 11, 'it does not see its memory');
}
