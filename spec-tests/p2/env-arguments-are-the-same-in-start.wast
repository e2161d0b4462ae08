;;! title = "get-arguments returns the same in a start function and in run"
;;! rules = ["P2-ENV-03", "P2-ENV-02"]
;;! needs = ["wasip2"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! args = ["a", "bc"]
;;! exit = 33
(component definition $Main
  (import "wasi:cli/exit@0.2.12" (instance $exit (export "exit-with-code" (func (param "status-code" u8)))))
  (core func $code (canon lower (func $exit "exit-with-code")))
  (import "wasi:cli/environment@0.2.0" (instance $env
    (export "get-arguments" (func (result (list string))))))
  (core module $Mem
    (memory (export "m") 1)
    (global $top (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.set $top (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
      (global.get $top)
      (global.set $top (i32.add (global.get $top) (local.get 3)))))
  (core instance $mem (instantiate $Mem))
  (core func $get (canon lower (func $env "get-arguments")
    (memory (core memory $mem "m")) (realloc (core func $mem "realloc"))))
  (core module $M
    (import "" "code" (func $code (param i32)))
    (import "" "get" (func $get (param i32)))
    (import "" "m" (memory 1))
    (global $hash (mut i32) (i32.const 0))
    (func $mix (param i32) (global.set $hash (i32.add (i32.mul (global.get $hash) (i32.const 31)) (local.get 0))))
    ;; A hash of how many strings there are, how long each is, and what is in it.
    (func $all (result i32) (local $at i32) (local $end i32) (local $byte i32) (local $last i32)
      (call $get (i32.const 8))
      (global.set $hash (i32.load (i32.const 12)))
      (local.set $at (i32.load (i32.const 8)))
      (local.set $end (i32.add (local.get $at) (i32.mul (i32.load (i32.const 12)) (i32.const 8))))
      (loop $string
        (if (i32.lt_u (local.get $at) (local.get $end)) (then
          (call $mix (i32.load offset=4 (local.get $at)))
          (local.set $byte (i32.load (local.get $at)))
          (local.set $last (i32.add (local.get $byte) (i32.load offset=4 (local.get $at))))
          (loop $next
            (if (i32.lt_u (local.get $byte) (local.get $last)) (then
              (call $mix (i32.load8_u (local.get $byte)))
              (local.set $byte (i32.add (local.get $byte) (i32.const 1)))
              (br $next))))
          (local.set $at (i32.add (local.get $at) (i32.const 8)))
          (br $string))))
      (global.get $hash))
    (global $in_start (mut i32) (i32.const 0))
    (func $s (global.set $in_start (call $all)))
    (start $s)
    ;; 33 if both are the same, 34 if not, and 35 if there is nothing.
    (func (export "run") (result i32)
      (if (i32.ne (call $all) (global.get $in_start)) (then (call $code (i32.const 34))))
      (if (i32.eqz (i32.load (i32.const 12))) (then (call $code (i32.const 35))))
      (call $code (i32.const 33))
      (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance
    (export "code" (func $code)) (export "get" (func $get)) (export "m" (memory $mem "m"))))))
  (func $run (result (result)) (canon lift (core func $m "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))
