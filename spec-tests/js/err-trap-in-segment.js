//! title = "A segment that does not fit is a RuntimeError, after the segments before it were written"
//! rules = ["JS-ERR-05", "CORE-DATA-03"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "memory" (memory 1))
  (data (i32.const 4) "\05")
  (data (i32.const 65536) "\06"))
*/
export default async function ({ wasm, assert, thrown }) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const error = await thrown(() => new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { memory } }));
  assert(error instanceof WebAssembly.RuntimeError, `not a RuntimeError: ${error}`);
  assert(new Uint8Array(memory.buffer)[4] === 5, 'the first segment is not there');
}
