// Two imports: the first is of the wrong kind, so that the second must not be read.
/*
(module (import "env" "a" (memory 1)) (import "env" "b" (func)))
*/
const bytes = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0,
  2, 18, 2, 3, 101, 110, 118, 1, 97, 2, 0, 1, 3, 101, 110, 118, 1, 98, 0, 0,
);
const read = [];
const env = {
  get a() { read.push("a"); return () => {}; },
  get b() { read.push("b"); return () => {}; },
};
try {
  new WebAssembly.Instance(new WebAssembly.Module(bytes), { env });
} catch (error) {
  console.log(error.name, "after reading", read.join(" "));
}
