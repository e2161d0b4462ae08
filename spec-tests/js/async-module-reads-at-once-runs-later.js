//! title = "Of a compiled module, instantiate reads the imports at once, and start runs later"
//! rules = ["JS-ASYNC-01"]
//! needs = ["js-api"]
/*wat m
(module (import "env" "f" (func $f)) (start $f))
*/
export default async function ({ wasm, assert }) {
  const log = [];
  const env = { get f() { log.push('read'); return () => log.push('start'); } };
  const promise = WebAssembly.instantiate(new WebAssembly.Module(wasm.m), { env });
  assert(log.join(' ') === 'read', `after the call: ${log.join(' ')}`);
  const instance = await promise;
  assert(instance instanceof WebAssembly.Instance, 'the result is no instance');
  assert(log.join(' ') === 'read start', `in the end: ${log.join(' ')}`);
}
