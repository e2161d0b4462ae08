//! title = "A trap in the start function is a RuntimeError"
//! rules = ["JS-ERR-01"]
//! needs = ["js-api"]
/*wat m
(module (func $start (unreachable)) (start $start))
*/
export default async function ({ wasm, assert, thrown }) {
  const error = await thrown(() => new WebAssembly.Instance(new WebAssembly.Module(wasm.m)));
  assert(error instanceof WebAssembly.RuntimeError, `not a RuntimeError: ${error}`);
}
