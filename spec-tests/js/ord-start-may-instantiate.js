//! title = "A function of the host that start calls may instantiate another module, and call it, before start goes on"
//! rules = ["CORE-START-21"]
//! needs = ["js-api"]
/*wat outer
(module
  (import "env" "log" (func $log (param i32)))
  (import "env" "host" (func $host (result i32)))
  (func $start (call $log (i32.const 1)) (call $log (call $host)) (call $log (i32.const 5)))
  (start $start))
*/
/*wat inner
(module
  (import "env" "log" (func $log (param i32)))
  (func $start (call $log (i32.const 2)))
  (start $start)
  (func (export "f") (result i32) (call $log (i32.const 3)) (i32.const 4)))
*/
export default async function ({ wasm, assert }) {
  const order = [];
  const log = (step) => order.push(step);
  const host = () => new WebAssembly.Instance(new WebAssembly.Module(wasm.inner), { env: { log } }).exports.f();
  new WebAssembly.Instance(new WebAssembly.Module(wasm.outer), { env: { log, host } });
  assert(order.join() === '1,2,3,4,5', `another order: ${order}`);
}
