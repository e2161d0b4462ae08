//! title = "A value of the right kind and the wrong type is a LinkError after all imports were read"
//! rules = ["JS-IMP-04"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "m" (memory 2))
  (import "env" "f" (func $f))
  (start $f))
*/
export default async function ({ wasm, assert, thrown }) {
  const log = [];
  const env = {
    m: new WebAssembly.Memory({ initial: 1 }),
    get f() { log.push('f'); return () => log.push('call f'); },
  };
  const error = await thrown(() => new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env }));
  assert(error instanceof WebAssembly.LinkError, `not a LinkError: ${error}`);
  assert(log.join(' ') === 'f', log.join(' '));
}
