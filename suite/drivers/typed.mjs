// Functions of JavaScript with a type of WebAssembly. The API takes any function for an import of any type; one that a module
// has exported has a type, which is matched.

const TYPES = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, funcref: 0x70, externref: 0x6f };
const shims = new Map();

// (module (import "" "f" (func (param …) (result …))) (export "f" (func 0)))
function shim(params, results) {
  const key = `${params}:${results}`;
  if (!shims.has(key)) {
    const list = (types) => [types.length, ...types.map((type) => TYPES[type])];
    const section = (id, ...bytes) => [id, bytes.length, ...bytes];
    shims.set(key, new WebAssembly.Module(Uint8Array.of(
      0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
      ...section(1, 1, 0x60, ...list(params), ...list(results)),
      ...section(2, 1, 0, 1, 0x66, 0, 0),
      ...section(7, 1, 1, 0x66, 0, 0))));
  }
  return shims.get(key);
}

// The function as one of this type; as it is, if the type has what these modules have no code for.
export function typed(params, results, func) {
  if (![...params, ...results].every((type) => type in TYPES)) return func;
  return new WebAssembly.Instance(shim(params, results), { '': { f: func } }).exports.f;
}
