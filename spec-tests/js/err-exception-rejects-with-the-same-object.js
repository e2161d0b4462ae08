//! title = "What an import throws while start runs is the reason of the rejected promise"
//! rules = ["JS-ERR-02", "JS-ASYNC-03"]
//! needs = ["js-api"]
/*wat m
(module (import "env" "fail" (func $fail)) (start $fail))
*/
export default async function ({ wasm, assert, thrown }) {
  const reason = { it: 'failed' };
  const promise = WebAssembly.instantiate(wasm.m, { env: { fail: () => { throw reason; } } });
  assert(promise instanceof Promise, 'no promise');
  assert((await thrown(() => promise)) === reason, 'another reason');
}
