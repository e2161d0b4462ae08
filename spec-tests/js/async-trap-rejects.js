//! title = "A trapping start function rejects the promise and throws nothing"
//! rules = ["JS-ASYNC-03"]
//! needs = ["js-api"]
/*wat m
(module (func $start (unreachable)) (start $start))
*/
export default async function ({ wasm, assert, thrown }) {
  for (const what of [wasm.m, new WebAssembly.Module(wasm.m)]) {
    let promise;
    try {
      promise = WebAssembly.instantiate(what);
    } catch (error) {
      assert(false, `thrown at once: ${error}`);
    }
    const error = await thrown(() => promise);
    assert(error instanceof WebAssembly.RuntimeError, `not a RuntimeError: ${error}`);
  }
}
