//! title = "What an import throws while start runs comes out of the constructor as the same object"
//! rules = ["JS-ERR-02", "EMB-HOST-02"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "before" (func $before))
  (import "env" "fail" (func $fail))
  (import "env" "after" (func $after))
  (func $start (call $before) (call $fail) (call $after))
  (start $start))
*/
export default async function ({ wasm, assert, thrown }) {
  const log = [];
  const reason = { it: 'failed' };
  const env = {
    before: () => log.push('before'),
    fail: () => { throw reason; },
    after: () => log.push('after'),
  };
  const error = await thrown(() => new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env }));
  assert(error === reason, `another object: ${error}`);
  assert(log.join(' ') === 'before', `start went on: ${log.join(' ')}`);
}
