//! title = "A null item is written over an entry of a table that the host made, and start sees it as null"
//! rules = ["CORE-ELEM-13", "CORE-ELEM-15"]
//! needs = ["js-api"]
//! bugs = ["NULL-ELEM"]
/*wat f
(module (func (export "f") (result i32) (i32.const 1)))
*/
/*wat m
(module
  (import "env" "table" (table $t 3 funcref))
  (import "env" "saw" (func $saw (param i32)))
  (elem (table $t) (i32.const 1) funcref (ref.null func))
  (elem $null funcref (ref.null func))
  (func $start
    (call $saw (ref.is_null (table.get $t (i32.const 0))))
    (call $saw (ref.is_null (table.get $t (i32.const 1))))
    (table.init $t $null (i32.const 2) (i32.const 0) (i32.const 1))
    (call $saw (ref.is_null (table.get $t (i32.const 2)))))
  (start $start))
*/
export default async function ({ wasm, assert }) {
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(wasm.f)).exports;
  const table = new WebAssembly.Table({ initial: 3, element: 'anyfunc' });
  for (const at of [0, 1, 2]) table.set(at, f);
  const log = [];
  const saw = (isNull) => log.push(isNull);
  new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { table, saw } });
  assert(log.join(' ') === '0 1 1', log.join(' '));
  assert(table.get(0) === f && table.get(1) === null && table.get(2) === null, 'the host sees other entries');
}
