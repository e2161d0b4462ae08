//! title = "What a getter of an import throws comes out as the same object, and later imports are not read"
//! rules = ["JS-IMP-02", "JS-ASYNC-03"]
//! needs = ["js-api"]
/*wat m
(module (import "env" "a" (func $a)) (import "env" "b" (func)) (import "env" "c" (func)) (start $a))
*/
export default async function ({ wasm, assert, thrown }) {
  const module = new WebAssembly.Module(wasm.m);
  const reason = { it: 'failed' };
  for (const how of ['constructor', 'module', 'bytes']) {
    const log = [];
    const env = {
      get a() { log.push('a'); return () => log.push('call a'); },
      get b() { log.push('b'); throw reason; },
      get c() { log.push('c'); return () => {}; },
    };
    let error;
    if (how === 'constructor') {
      error = await thrown(() => new WebAssembly.Instance(module, { env }));
    } else {
      let promise;
      try {
        promise = WebAssembly.instantiate(how === 'module' ? module : wasm.m, { env });
      } catch (e) {
        assert(false, `${how}: thrown at once: ${e}`);
      }
      error = await thrown(() => promise);
    }
    assert(error === reason, `${how}: another object: ${error}`);
    assert(log.join(' ') === 'a b', `${how}: ${log.join(' ')}`);
  }
}
