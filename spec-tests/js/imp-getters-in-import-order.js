//! title = "Imports are read in the order of the module, the first name before the second, once for each import"
//! rules = ["JS-IMP-02"]
//! needs = ["js-api"]
/*wat m
(module
  (import "b" "y" (func $y))
  (import "a" "x" (func))
  (import "b" "z" (func))
  (import "b" "y" (func))
  (start $y))
*/
export default async function ({ wasm, assert }) {
  const log = [];
  const object = (name, items) => ({ get: () => (log.push(name), items), enumerable: true });
  const item = (name) => ({ get: () => (log.push(name), () => log.push(`call ${name}`)), enumerable: true });
  const a = Object.defineProperties({}, { x: item('x') });
  const b = Object.defineProperties({}, { z: item('z'), y: item('y') });
  const imports = Object.defineProperties({}, { a: object('a', a), b: object('b', b) });
  new WebAssembly.Instance(new WebAssembly.Module(wasm.m), imports);
  assert(log.join(' ') === 'b y a x b z b y call y', log.join(' '));
}
