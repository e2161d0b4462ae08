// An item of an element segment may be an imported, immutable global.

/*
(module
  (import "A" "f" (global funcref))
  (table (export "t") 1 funcref)
  (elem (i32.const 0) funcref (global.get 0)))
*/
const bytes = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 2, 8, 1, 1, 65, 1, 102, 3, 112, 0, 4, 4, 1, 112, 0, 1,
  7, 5, 1, 1, 116, 1, 0, 9, 9, 1, 4, 65, 0, 11, 1, 35, 0, 11,
]);

const say = globalThis.print ?? console.log;
try {
  new WebAssembly.Module(bytes);
  say("module: valid");
} catch (error) {
  say(`module: ${error.constructor.name}`);
}
