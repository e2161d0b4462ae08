//! title = "A start function that would suspend is a SuspendError"
//! rules = ["JS-JSPI-01"]
//! needs = ["js-api"]
/*wat m
(module (import "env" "wait" (func $wait)) (start $wait))
*/
export default async function ({ wasm, assert, thrown, unsupported }) {
  if (!WebAssembly.Suspending || !WebAssembly.SuspendError) unsupported('WebAssembly.Suspending');
  const wait = new WebAssembly.Suspending(() => new Promise(() => {}));
  const error = await thrown(() => new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { wait } }));
  assert(error instanceof WebAssembly.SuspendError, `not a SuspendError: ${error}`);
}
