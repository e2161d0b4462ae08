//! title = "A value of the wrong kind is a LinkError while imports are read, and later ones are not read"
//! rules = ["JS-IMP-03"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "a" (func $a))
  (import "env" "b" (memory 1))
  (import "env" "c" (func))
  (start $a))
*/
export default async function ({ wasm, assert, thrown }) {
  const log = [];
  const env = {
    get a() { log.push('a'); return () => log.push('call a'); },
    get b() { log.push('b'); return () => {}; },
    get c() { log.push('c'); return () => {}; },
  };
  const error = await thrown(() => new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env }));
  assert(error instanceof WebAssembly.LinkError, `not a LinkError: ${error}`);
  assert(log.join(' ') === 'a b', log.join(' '));
}
