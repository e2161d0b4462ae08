//! title = "Which error a start function without end is, that calls itself, is recorded"
//! rules = ["JS-ERR-04"]
//! needs = ["js-api"]
/*wat m
(module (func $start (call $start) (call $start)) (start $start))
*/
export default async function ({ wasm, record, thrown }) {
  const error = await thrown(() => new WebAssembly.Instance(new WebAssembly.Module(wasm.m)));
  record(error.constructor.name);
}
