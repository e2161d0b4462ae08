//! title = "A number given for two immutable globals makes two globals"
//! rules = ["JS-IMP-05"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "n" (global $a i32))
  (import "env" "n" (global $b i32))
  (export "a" (global $a))
  (export "b" (global $b)))
*/
export default async function ({ wasm, assert }) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { n: 3 } });
  assert(exports.a.value === 3 && exports.b.value === 3, 'the values differ');
  assert(exports.a !== exports.b, 'both imports are one global');
}
