;;! title = "Whether a start section can call an import that needs a memory is recorded"
;;! rules = ["TOOL-BT-02"]
;;! needs = ["component-model"]
(component $C
  (component $Host
    (core module $M
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
      (func (export "length") (param i32 i32) (result i32) (local.get 1)))
    (core instance $m (instantiate $M))
    (func (export "length") (param "s" string) (result u32)
      (canon lift (core func $m "length") (memory $m "memory") (realloc (func $m "realloc")))))
  (instance $host (instantiate $Host))
  (core module $Mem (memory (export "memory") 1) (data (i32.const 8) "four"))
  (core instance $mem (instantiate $Mem))
  (core func $length (canon lower (func $host "length") (memory $mem "memory")))
  (core module $Main
    (import "host" "length" (func $length (param i32 i32) (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $start (global.set $seen (call $length (i32.const 8) (i32.const 4))))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $main (instantiate $Main (with "host" (instance (export "length" (func $length))))))
  (func (export "seen") (result u32) (canon lift (core func $main "seen"))))
(assert_return (invoke $C "seen") (u32.const 4))
