//! title = "What comes out of the constructor when start throws an exception of WebAssembly is recorded"
//! rules = ["JS-ERR-03", "EMB-INST-05"]
//! needs = ["js-api", "exception-handling"]
/*wat m
(module
  (import "env" "tag" (tag $tag (param i32)))
  (func $start (throw $tag (i32.const 7)))
  (start $start))
*/
export default async function ({ wasm, record, thrown, unsupported }) {
  if (!WebAssembly.Tag) unsupported('WebAssembly.Tag');
  const tag = new WebAssembly.Tag({ parameters: ['i32'] });
  const error = await thrown(() => new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { tag } }));
  const isOf = error instanceof WebAssembly.Exception && error.is(tag) && error.getArg(tag, 0) === 7;
  record(isOf ? 'a WebAssembly.Exception of the tag, with its argument' : `${error}`);
}
