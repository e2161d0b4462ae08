//! title = "When start grows the imported memory, the buffer of before is detached at once"
//! rules = ["JS-OBS-01"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "memory" (memory 1))
  (import "env" "look" (func $look))
  (func $start (drop (memory.grow (i32.const 1))) (call $look))
  (start $start))
*/
export default async function ({ wasm, assert }) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const before = memory.buffer;
  let lengths;
  const look = () => { lengths = [before.byteLength, memory.buffer.byteLength]; };
  new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { memory, look } });
  assert(lengths[0] === 0, `the old buffer has ${lengths[0]} bytes`);
  assert(lengths[1] === 131072, `the new buffer has ${lengths[1]} bytes`);
}
