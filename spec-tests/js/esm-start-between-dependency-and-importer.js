//! title = "As an ES module, a module starts after its dependencies and before its importers"
//! rules = ["JS-ESM-01"]
//! needs = ["js-api"]
/*wat m
(module (import "./dep.mjs" "log" (func $log)) (export "log" (func $log)) (start $log))
*/
/*text dep
globalThis.order = ['dep'];
export const log = () => { globalThis.order.push('start'); };
*/
/*text main
import { log } from './m.wasm';
globalThis.order.push('main');
export const ready = typeof log;
*/
export default async function ({ wasm, text, load, assert }) {
  const main = await load({ 'dep.mjs': text.dep, 'm.wasm': wasm.m, 'main.mjs': text.main }, 'main.mjs');
  assert(globalThis.order.join(' ') === 'dep start main', globalThis.order.join(' '));
  assert(main.ready === 'function', 'the export is not there');
}
