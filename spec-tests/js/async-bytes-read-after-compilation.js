//! title = "Of bytes, instantiate reads the imports only after it has compiled them"
//! rules = ["JS-ASYNC-02"]
//! needs = ["js-api"]
/*wat m
(module (import "env" "f" (func $f)) (start $f))
*/
export default async function ({ wasm, assert }) {
  const log = [];
  const env = { get f() { log.push('read'); return () => log.push('start'); } };
  const promise = WebAssembly.instantiate(wasm.m, { env });
  assert(log.length === 0, `after the call: ${log.join(' ')}`);
  const { instance } = await promise;
  assert(instance instanceof WebAssembly.Instance, 'the result has no instance');
  assert(log.join(' ') === 'read start', `in the end: ${log.join(' ')}`);
}
