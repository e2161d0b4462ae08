// A declarative element segment is dropped by the instantiation.

/*
(module
  (table 1 funcref)
  (func $f)
  (elem $e declare func $f)
  (func (export "init") (table.init $e (i32.const 0) (i32.const 0) (i32.const 1))))
*/
const bytes = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 3, 2, 0, 0, 4, 4, 1, 112, 0,
  1, 7, 8, 1, 4, 105, 110, 105, 116, 0, 1, 9, 5, 1, 3, 0, 1, 0, 10, 17, 2, 2, 0, 11,
  12, 0, 65, 0, 65, 0, 65, 1, 252, 12, 0, 0, 11,
]);

const say = globalThis.print ?? console.log;
const { init } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
try {
  init();
  say("init: no trap");
} catch (error) {
  say(`init: ${error.constructor.name}`);
}
