//! title = "instantiateStreaming runs start once, and rejects with what it throws"
//! rules = ["JS-ASYNC-02", "JS-ASYNC-03", "JS-ERR-02"]
//! needs = ["js-api"]
/*wat m
(module (import "env" "f" (func $f)) (start $f))
*/
export default async function ({ wasm, assert, thrown, unsupported }) {
  const isThere = WebAssembly.instantiateStreaming && typeof Response !== 'undefined';
  if (!isThere) unsupported('WebAssembly.instantiateStreaming');
  const response = () => new Response(wasm.m, { headers: { 'content-type': 'application/wasm' } });
  const log = [];
  const env = { get f() { log.push('read'); return () => log.push('start'); } };
  const promise = WebAssembly.instantiateStreaming(response(), { env });
  assert(log.length === 0, `after the call: ${log.join(' ')}`);
  const { instance } = await promise;
  assert(instance instanceof WebAssembly.Instance, 'no instance');
  assert(log.join(' ') === 'read start', log.join(' '));
  const reason = {};
  const fails = { env: { f: () => { throw reason; } } };
  const error = await thrown(() => WebAssembly.instantiateStreaming(response(), fails));
  assert(error === reason, `another reason: ${error}`);
}
