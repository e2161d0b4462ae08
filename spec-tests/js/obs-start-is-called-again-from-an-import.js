//! title = "A start function that got into a table can be called by the import that it calls, and by JS afterwards"
//! rules = ["JS-OBS-02", "CORE-START-07", "CORE-START-08"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "table" (table 1 funcref))
  (import "env" "look" (func $look (param i32)))
  (global $count (mut i32) (i32.const 0))
  (elem (i32.const 0) $start)
  (func $start (export "start")
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (call $look (global.get $count)))
  (start $start))
*/
export default async function ({ wasm, assert }) {
  const table = new WebAssembly.Table({ initial: 1, element: 'anyfunc' });
  const log = [];
  const look = (count) => { log.push(count); if (count < 3) table.get(0)(); };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { table, look } });
  assert(log.join(' ') === '1 2 3', log.join(' '));
  exports.start();
  assert(log.join(' ') === '1 2 3 4', log.join(' '));
}
