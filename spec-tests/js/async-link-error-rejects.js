//! title = "Of a compiled module, a wrong import rejects the promise and throws nothing"
//! rules = ["JS-ASYNC-03"]
//! needs = ["js-api"]
/*wat m
(module (import "env" "f" (func)))
*/
export default async function ({ wasm, assert, thrown }) {
  const module = new WebAssembly.Module(wasm.m);
  for (const [imports, expected] of [[{ env: {} }, WebAssembly.LinkError], [undefined, TypeError]]) {
    let promise;
    try {
      promise = WebAssembly.instantiate(module, imports);
    } catch (error) {
      assert(false, `thrown at once: ${error}`);
    }
    const error = await thrown(() => promise);
    assert(error instanceof expected, `${error}`);
  }
}
