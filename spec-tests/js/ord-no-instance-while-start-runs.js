//! title = "While the start function runs, the constructor has not returned an instance"
//! rules = ["JS-ORD-01"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "look" (func $look))
  (export "look" (func $look))
  (start $look))
*/
export default async function ({ wasm, assert }) {
  let instance, calls = 0;
  const look = () => {
    calls += 1;
    assert(instance === undefined, 'there is an instance while start runs');
  };
  instance = new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { look } });
  assert(calls === 1, `start ran ${calls} times`);
  assert(typeof instance.exports.look === 'function', 'no exports after start');
}
