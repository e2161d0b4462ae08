// Instantiating a compiled module asynchronously: start must not run before `instantiate` has returned its promise.
/*
(module (import "env" "f" (func $f)) (start $f))
*/
const bytes = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0,
  2, 9, 1, 3, 101, 110, 118, 1, 102, 0, 0, 8, 1, 0,
);
const module = new WebAssembly.Module(bytes);
const promise = WebAssembly.instantiate(module, { env: { f: () => console.log("start") } });
console.log("instantiate returned");
await promise;
