//! title = "A number given for a mutable global is a LinkError, and start does not run"
//! rules = ["JS-IMP-04", "JS-IMP-05"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "n" (global (mut i32)))
  (import "env" "f" (func $f))
  (start $f))
*/
export default async function ({ wasm, assert, thrown }) {
  let calls = 0;
  const env = { n: 3, f: () => { calls += 1; } };
  const error = await thrown(() => new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env }));
  assert(error instanceof WebAssembly.LinkError, `not a LinkError: ${error}`);
  assert(calls === 0, 'start ran');
}
