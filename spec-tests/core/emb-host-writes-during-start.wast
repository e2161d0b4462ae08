;;! title = "What a host function writes and grows while start runs is there for the rest of start"
;;! rules = ["EMB-HOST-01"]
;;! [[hosts]]
;;! name = "host.write"
;;! does = { write = { of = "m", export = "memory", at = 16, byte = 4 } }
;;! [[hosts]]
;;! name = "host.grow"
;;! does = { grow = { of = "m", export = "memory", by = 1 } }
(module $M
  (memory (export "memory") 1))
(register "m" $M)
(module $A
  (import "host" "write" (func $write))
  (import "host" "grow" (func $grow))
  (import "m" "memory" (memory 1))
  (global $seen (mut i32) (i32.const 0))
  (global $pages (mut i32) (i32.const 0))
  ;; The segment is written before: the host writes over its second byte.
  (data (i32.const 15) "\01\02\03")
  (func $start
    (call $write)
    (global.set $seen (i32.load (i32.const 15)))
    (call $grow)
    (global.set $pages (memory.size))
    ;; Beyond the old end.
    (i32.store8 (i32.const 65536) (i32.const 6)))
  (func (export "seen") (result i32) (global.get $seen))
  (func (export "pages") (result i32) (global.get $pages))
  (start $start))
(assert_return (invoke $A "seen") (i32.const 0x030401))
(assert_return (invoke $A "pages") (i32.const 2))
