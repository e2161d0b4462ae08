//! title = "Bytes that are no module reject the promise before an import is read"
//! rules = ["JS-ASYNC-02", "JS-ASYNC-03"]
//! needs = ["js-api"]
export default async function ({ assert, thrown }) {
  let reads = 0;
  const env = { get f() { reads += 1; return () => {}; } };
  const promise = WebAssembly.instantiate(new Uint8Array([0, 97, 115, 109, 9, 0, 0, 0]), { env });
  const error = await thrown(() => promise);
  assert(error instanceof WebAssembly.CompileError, `not a CompileError: ${error}`);
  assert(reads === 0, 'an import was read');
}
