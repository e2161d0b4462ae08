// Segments that an instantiation which traps does not come to must stay usable.

/*
(module
  (table (export "t") 3 funcref)
  (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))
*/
const host = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 10, 2, 96, 1, 127, 1, 127, 96, 0, 1, 127, 3, 2, 1, 0,
  4, 4, 1, 112, 0, 3, 7, 12, 2, 1, 116, 1, 0, 4, 99, 97, 108, 108, 0, 0, 10, 9, 1, 7,
  0, 32, 0, 17, 1, 0, 11,
]);

/*
(module
  (import "A" "t" (table 3 funcref))
  (memory 1)
  (func $leak (result i32)
    (memory.init 2 (i32.const 0) (i32.const 0) (i32.const 1))
    (i32.load8_u (i32.const 0)))
  (elem (i32.const 0) $leak)
  (data (i32.const 4) "\01")
  (data (i32.const 65536) "\02")
  (data (i32.const 5) "\03"))
*/
const data = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 2, 9, 1, 1, 65, 1, 116, 1, 112,
  0, 3, 3, 2, 1, 0, 5, 3, 1, 0, 1, 9, 7, 1, 0, 65, 0, 11, 1, 0, 12, 1, 3, 10,
  19, 1, 17, 0, 65, 0, 65, 0, 65, 1, 252, 8, 2, 0, 65, 0, 45, 0, 0, 11, 11, 21, 3, 0,
  65, 4, 11, 1, 1, 0, 65, 128, 128, 4, 11, 1, 2, 0, 65, 5, 11, 1, 3,
]);

/*
(module
  (import "A" "t" (table 3 funcref))
  (func $leak (result i32)
    (table.init 2 (i32.const 2) (i32.const 0) (i32.const 1))
    (i32.const 1))
  (elem (i32.const 0) $leak)
  (elem (i32.const 3) $leak)
  (elem (i32.const 1) $leak))
*/
const element = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 2, 9, 1, 1, 65, 1, 116, 1, 112,
  0, 3, 3, 2, 1, 0, 9, 19, 3, 0, 65, 0, 11, 1, 0, 0, 65, 3, 11, 1, 0, 0, 65, 1,
  11, 1, 0, 10, 16, 1, 14, 0, 65, 2, 65, 0, 65, 1, 252, 12, 2, 0, 65, 1, 11,
]);

/*
(module
  (import "A" "t" (table 3 funcref))
  (func $leak (result i32)
    (table.init $later (i32.const 2) (i32.const 0) (i32.const 1))
    (i32.const 1))
  (elem (i32.const 0) $leak)
  (elem (i32.const 3) $leak)
  (elem $later declare func $leak))
*/
const declarative = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 2, 9, 1, 1, 65, 1, 116, 1, 112,
  0, 3, 3, 2, 1, 0, 9, 17, 3, 0, 65, 0, 11, 1, 0, 0, 65, 3, 11, 1, 0, 3, 0, 1,
  0, 10, 16, 1, 14, 0, 65, 2, 65, 0, 65, 1, 252, 12, 2, 0, 65, 1, 11,
]);

const say = globalThis.print ?? console.log;
const attempt = (name, action) => {
  try { say(`${name}: ${action()}`); } catch (error) { say(`${name}: ${error.constructor.name}`); }
};

{
  const A = new WebAssembly.Instance(new WebAssembly.Module(host));
  attempt("data: instantiation", () => new WebAssembly.Instance(new WebAssembly.Module(data), { A: A.exports }));
  attempt("data: the function that escaped", () => A.exports.call(0));
}

{
  const A = new WebAssembly.Instance(new WebAssembly.Module(host));
  attempt("element: instantiation", () => new WebAssembly.Instance(new WebAssembly.Module(element), { A: A.exports }));
  attempt("element: the function that escaped", () => A.exports.call(0));
}

{
  const A = new WebAssembly.Instance(new WebAssembly.Module(host));
  attempt("declarative: instantiation", () => new WebAssembly.Instance(new WebAssembly.Module(declarative), { A: A.exports }));
  attempt("declarative: the function that escaped", () => A.exports.call(0));
}
