// Nothing of a dropped segment, written beyond the memory and beyond the table.

/*
(module
  (memory 1)
  (func $start (memory.init 0 (i32.const 65537) (i32.const 0) (i32.const 0)))
  (start $start)
  (data (i32.const 0) "a"))
*/
const data = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 8, 1, 0,
  12, 1, 1, 10, 16, 1, 14, 0, 65, 129, 128, 4, 65, 0, 65, 0, 252, 8, 0, 0, 11, 11, 7, 1, 0, 65,
  0, 11, 1, 97, 0, 15, 4, 110, 97, 109, 101, 1, 8, 1, 0, 5, 115, 116, 97, 114, 116,
]);

/*
(module
  (table 1 funcref)
  (func $start (table.init 0 (i32.const 2) (i32.const 0) (i32.const 0)))
  (start $start)
  (elem (i32.const 0) $start))
*/
const elem = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 4, 4, 1, 112, 0, 1, 8, 1,
  0, 9, 7, 1, 0, 65, 0, 11, 1, 0, 10, 14, 1, 12, 0, 65, 2, 65, 0, 65, 0, 252, 12, 0, 0, 11,
  0, 15, 4, 110, 97, 109, 101, 1, 8, 1, 0, 5, 115, 116, 97, 114, 116,
]);

const say = globalThis.print ?? console.log;
for (const [name, bytes] of Object.entries({ data, elem })) {
  try {
    new WebAssembly.Instance(new WebAssembly.Module(bytes));
    say(`${name}: no trap`);
  } catch (error) {
    say(`${name}: ${error.constructor.name}`);
  }
}
