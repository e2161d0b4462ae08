//! title = "A primitive value that an import throws while start runs comes out as it is, from imports of imports too"
//! rules = ["JS-ERR-02"]
//! needs = ["js-api"]
/*wat m
(module (import "env" "fail" (func $fail)) (func $start (call $fail)) (start $start))
*/
/*wat outer
(module (import "env" "make" (func $make)) (start $make))
*/
export default async function ({ wasm, assert, thrown }) {
  const module = new WebAssembly.Module(wasm.m);
  const outer = new WebAssembly.Module(wasm.outer);
  const trap = new WebAssembly.RuntimeError('mine');
  for (const reason of [undefined, null, 0, 'text', Symbol.iterator, trap]) {
    const env = { fail: () => { throw reason; } };
    let caught = false;
    try { new WebAssembly.Instance(module, { env }); } catch (error) {
      caught = true;
      assert(error === reason, `another value: ${String(error)}`);
    }
    assert(caught, 'nothing was thrown');
    // Through the start function of another instance that instantiates this one.
    caught = false;
    const make = () => { new WebAssembly.Instance(module, { env }); };
    try { new WebAssembly.Instance(outer, { env: { make } }); } catch (error) {
      caught = true;
      assert(error === reason, `another value from the outer instance: ${String(error)}`);
    }
    assert(caught, 'nothing was thrown by the outer instance');
  }
}
