// A copy within a table that has two indices, to a place further up that overlaps.

// (module (table (export "t") 4 funcref))
const host = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 4, 4, 1, 112, 0, 4, 7, 5, 1, 1, 116, 1, 0,
]);

/*
(module
  (import "A" "t" (table $first 4 funcref))
  (import "A" "t" (table $second 4 funcref))
  (func $f)
  (func $start (table.copy $second $first (i32.const 1) (i32.const 0) (i32.const 2)))
  (start $start)
  (elem (table $first) (i32.const 0) func $f))
*/
const copy = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 17, 2, 1, 65, 1, 116, 1, 112, 0, 4, 1,
  65, 1, 116, 1, 112, 0, 4, 3, 3, 2, 0, 0, 8, 1, 1, 9, 9, 1, 2, 0, 65, 0, 11, 0, 1, 0,
  10, 17, 2, 2, 0, 11, 12, 0, 65, 1, 65, 0, 65, 2, 252, 14, 1, 0, 11, 0, 36, 4, 110, 97, 109, 101,
  1, 11, 2, 0, 1, 102, 1, 5, 115, 116, 97, 114, 116, 5, 16, 2, 0, 5, 102, 105, 114, 115, 116, 1, 6, 115,
  101, 99, 111, 110, 100,
]);

const say = globalThis.print ?? console.log;
const A = new WebAssembly.Instance(new WebAssembly.Module(host)).exports;
new WebAssembly.Instance(new WebAssembly.Module(copy), { A });
say([0, 1, 2, 3].map((i) => (A.t.get(i) === null ? "null" : "f")).join(" "));
