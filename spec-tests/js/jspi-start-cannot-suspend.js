//! title = "A start function that calls what could suspend is a SuspendError, and what it calls is not entered"
//! rules = ["JS-JSPI-01"]
//! needs = ["js-api"]
/*wat m
(module (import "env" "wait" (func $wait)) (func $start (call $wait)) (start $start))
*/
export default async function ({ wasm, assert, thrown, unsupported }) {
  if (!WebAssembly.Suspending || !WebAssembly.SuspendError) unsupported('WebAssembly.Suspending');
  const module = new WebAssembly.Module(wasm.m);
  const pending = new Promise(() => {});
  const results = { 'a promise': pending, 'a settled promise': Promise.resolve(), 'no promise': undefined };
  for (const [what, result] of Object.entries(results)) {
    let calls = 0;
    const wait = new WebAssembly.Suspending(() => { calls += 1; return result; });
    const error = await thrown(() => new WebAssembly.Instance(module, { env: { wait } }));
    assert(error instanceof WebAssembly.SuspendError, `${what}: not a SuspendError: ${error}`);
    assert(calls === 0, `${what}: the function was called`);
  }
}
