//! title = "In a cycle of ES modules, an export of WebAssembly that start reaches is still unset"
//! rules = ["JS-ESM-02"]
//! needs = ["js-api"]
/*wat m
(module
  (import "./dep.mjs" "look" (func $look))
  (func (export "f"))
  (start $look))
*/
/*text dep
import { f } from './m.wasm';
export function look() {
  try {
    globalThis.seen = typeof f;
  } catch (error) {
    globalThis.seen = error instanceof ReferenceError ? 'ReferenceError' : `${error}`;
  }
}
*/
/*text main
import './m.wasm';
*/
export default async function ({ wasm, text, load, assert }) {
  await load({ 'dep.mjs': text.dep, 'm.wasm': wasm.m, 'main.mjs': text.main }, 'main.mjs');
  assert(globalThis.seen === 'ReferenceError', `seen: ${globalThis.seen}`);
}
