;;! title = "A start function that is one of the host is called, once, after the segments"
;;! rules = ["CORE-START-06", "CORE-START-04"]
;;! [[hosts]]
;;! name = "host.write"
;;! does = { write = { of = "m", export = "memory", at = 1, byte = 4 } }
;;! [[hosts]]
;;! name = "host.grow"
;;! does = { grow = { of = "m", export = "memory", by = 1 } }
(module $M
  (memory (export "memory") 1)
  (func (export "read") (result i32) (i32.load (i32.const 0)))
  (func (export "size") (result i32) (memory.size)))
(register "m" $M)
(module
  (import "host" "write" (func $write))
  (import "m" "memory" (memory 1))
  (data (i32.const 0) "\01\02\03")
  (start $write))
(assert_return (invoke $M "read") (i32.const 0x030401))
(module (import "host" "grow" (func $grow)) (start $grow))
(assert_return (invoke $M "size") (i32.const 2))
