//! title = "A number given for an immutable global is there before the offset of a data segment is evaluated"
//! rules = ["JS-IMP-05"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "at" (global $at i32))
  (memory (export "memory") 1)
  (data (global.get $at) "\07")
  (export "at" (global $at)))
*/
export default async function ({ wasm, assert }) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { at: 40 } });
  const bytes = new Uint8Array(exports.memory.buffer);
  assert(bytes[40] === 7 && bytes[0] === 0, 'the data is elsewhere');
  assert(exports.at instanceof WebAssembly.Global && exports.at.value === 40, 'the number is no global');
}
