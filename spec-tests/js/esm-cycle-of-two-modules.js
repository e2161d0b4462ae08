//! title = "Two modules of WebAssembly that import each other as ES modules are a LinkError"
//! rules = ["JS-ESM-03"]
//! needs = ["js-api"]
/*wat a
(module (import "./b.wasm" "g" (func $g)) (func (export "f") (call $g)))
*/
/*wat b
(module (import "./a.wasm" "f" (func $f)) (func (export "g") (call $f)))
*/
/*text main
import './a.wasm';
*/
export default async function ({ wasm, text, load, assert, thrown }) {
  const files = { 'a.wasm': wasm.a, 'b.wasm': wasm.b, 'main.mjs': text.main };
  const error = await thrown(() => load(files, 'main.mjs'));
  assert(error instanceof WebAssembly.LinkError, `not a LinkError: ${error}`);
}
