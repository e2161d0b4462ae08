;;! title = "Growth of a shared memory in start is there for other agents, also if start traps afterwards"
;;! rules = ["CORE-START-10", "CORE-START-24"]
;;! needs = ["threads"]
(module $Mem (memory (export "memory") 1 4 shared)
  (func (export "size") (result i32) (memory.size))
  (func (export "at") (param i32) (result i32) (i32.atomic.load (local.get 0))))
(thread $T (shared (module $Mem))
  (register "env" $Mem)
  (module
    (import "env" "memory" (memory 1 4 shared))
    (func $start (drop (memory.grow (i32.const 1))) (i32.atomic.store (i32.const 65536) (i32.const 3)))
    (start $start))
  (assert_trap
    (module
      (import "env" "memory" (memory 2 4 shared))
      (func $start (drop (memory.grow (i32.const 1))) (i32.atomic.store (i32.const 131072) (i32.const 4)) (unreachable))
      (start $start))
    "unreachable"))
(wait $T)
(assert_return (invoke $Mem "size") (i32.const 3))
(assert_return (invoke $Mem "at" (i32.const 65536)) (i32.const 3))
(assert_return (invoke $Mem "at" (i32.const 131072)) (i32.const 4))
(register "env" $Mem)
(module (import "env" "memory" (memory 3 4 shared)))
