//! title = "The size of a memory that is imported is the one it has when all imports were read"
//! rules = ["JS-IMP-02", "JS-IMP-04", "CORE-LINK-06"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "memory" (memory 2))
  (import "env" "f" (func))
  (data (i32.const 65536) "\07"))
*/
export default async function ({ wasm, assert }) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const env = { memory, get f() { memory.grow(1); return () => {}; } };
  new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env });
  assert(new Uint8Array(memory.buffer)[65536] === 7, 'the data is not there');
}
