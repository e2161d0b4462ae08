// What a start function has in a local stays there while it waits.

/*
(module
  (import "host" "log" (func $log (param i32)))
  (import "host" "seven" (global $seven i32))
  (memory 1 1 shared)
  (func $start (local $x i32)
    (local.set $x (i32.add (global.get $seven) (i32.const 0)))
    (call $log (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))
    (call $log (local.get $x)))
  (start $start))
*/
const once = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 2, 96, 1, 127, 0, 96, 0, 0, 2, 26, 2, 4, 104, 111,
  115, 116, 3, 108, 111, 103, 0, 0, 4, 104, 111, 115, 116, 5, 115, 101, 118, 101, 110, 3, 127, 0, 3, 2,
  1, 1, 5, 4, 1, 3, 1, 1, 8, 1, 1, 10, 29, 1, 27, 1, 1, 127, 35, 0, 65, 0, 106, 33,
  0, 65, 0, 65, 0, 66, 0, 254, 1, 2, 0, 16, 0, 32, 0, 16, 0, 11,
]);

/*
(module
  (import "host" "log" (func $log (param i32)))
  (memory 1 1 shared)
  (func $start (local $left i32)
    (local.set $left (i32.const 3))
    (loop $again
      (call $log (local.get $left))
      (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
  (start $start))
*/
const loop = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 2, 96, 1, 127, 0, 96, 0, 0, 2, 12, 1, 4, 104, 111,
  115, 116, 3, 108, 111, 103, 0, 0, 3, 2, 1, 1, 5, 4, 1, 3, 1, 1, 8, 1, 1, 10, 37, 1,
  35, 1, 1, 127, 65, 3, 33, 0, 3, 64, 32, 0, 16, 0, 65, 0, 65, 0, 66, 0, 254, 1, 2, 0,
  26, 32, 0, 65, 1, 107, 34, 0, 13, 0, 11, 11,
]);

const attempt = (name, bytes) => {
  const logged = [];
  const log = (value) => {
    logged.push(value);
    if (logged.length > 6) throw new Error("it does not end");
  };
  try {
    new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { log, seven: 7 } });
    console.log(`${name}: ${logged}`);
  } catch (error) {
    console.log(`${name}: ${logged} (${error.message})`);
  }
};

attempt("once", once);
attempt("loop", loop);
