//! title = "What is put into the import object after instantiate has read it has no effect"
//! rules = ["JS-ASYNC-01"]
//! needs = ["js-api"]
/*wat m
(module (import "env" "f" (func $f)) (start $f))
*/
export default async function ({ wasm, assert }) {
  const log = [];
  const env = { f: () => log.push('old') };
  const promise = WebAssembly.instantiate(new WebAssembly.Module(wasm.m), { env });
  env.f = () => log.push('new');
  await promise;
  assert(log.join(' ') === 'old', log.join(' '));
}
