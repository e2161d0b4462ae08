//! title = "Nothing that a function called from start is given leads to the instance or its exports"
//! rules = ["JS-ORD-01"]
//! needs = ["js-api"]
/*wat m
(module
  (import "env" "look" (func $look (param i32)))
  (func $start (call $look (i32.const 7)))
  (export "look" (func $look))
  (export "start" (func $start))
  (start $start))
*/
export default async function ({ wasm, assert }) {
  const given = [];
  let sets = 0;
  const setter = { configurable: true, get: () => undefined, set: () => { sets += 1; } };
  const names = ['exports', 'look', 'start'];
  const look = function (...rest) {
    given.push({ self: this, rest, target: new.target, before: sets });
  };
  let instance;
  // Whatever made the exports object early, and wrote its properties where setters hear of it, would hand it over.
  for (const name of names) Object.defineProperty(Object.prototype, name, setter);
  try {
    instance = new WebAssembly.Instance(new WebAssembly.Module(wasm.m), { env: { __proto__: null, look } });
  } finally {
    for (const name of names) delete Object.prototype[name];
  }
  assert(given.length === 1, `start called the function ${given.length} times`);
  const [{ self, rest, target, before }] = given;
  assert(self === undefined, 'it was called as a method of something');
  assert(target === undefined, 'it was called as a constructor');
  assert(rest.length === 1 && rest[0] === 7, `it was given ${rest.length} arguments: ${rest}`);
  assert(before === 0, 'properties of an exports object were set where others see them');
  assert(typeof instance.exports.start === 'function', 'no exports after start');
}
