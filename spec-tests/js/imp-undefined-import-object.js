//! title = "A module with imports and no import object is a TypeError"
//! rules = ["JS-IMP-01"]
//! needs = ["js-api"]
/*wat m
(module (import "env" "f" (func)))
*/
/*wat none
(module)
*/
export default async function ({ wasm, assert, thrown }) {
  const error = await thrown(() => new WebAssembly.Instance(new WebAssembly.Module(wasm.m)));
  assert(error instanceof TypeError, `not a TypeError: ${error}`);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm.none));
  assert(instance instanceof WebAssembly.Instance, 'without imports none is needed');
}
