//! title = "An import that start calls finds the data segments in the imported memory"
//! rules = ["JS-OBS-01"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "memory" (memory 1))
  (import "env" "look" (func $look))
  (data (i32.const 8) "\2a")
  (start $look))
*/
export default async function ({ wasm, assert }) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  let seen;
  const look = () => { seen = new Uint8Array(memory.buffer)[8]; };
  new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { memory, look } });
  assert(seen === 42, `seen: ${seen}`);
}
