;;! title = "Who is told by the start function of another agent's instance finds its data segments in shared memory"
;;! rules = ["CORE-DATA-12"]
;;! needs = ["threads"]
(module $Mem
  (memory (export "memory") 1 1 shared)
  (func (export "both") (result i32)
    (i32.add (i32.mul (i32.load8_u (i32.const 40000)) (i32.const 10)) (i32.load8_u (i32.const 8)))))
(thread $Reader (shared (module $Mem))
  (register "env" $Mem)
  (module $R
    (import "env" "memory" (memory 1 1 shared))
    ;; The segments are not atomic: nobody may look at them before the flag is up.
    (func (export "wait") (result i32)
      (drop (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const -1)))
      (i32.add (i32.mul (i32.load8_u (i32.const 40000)) (i32.const 10)) (i32.load8_u (i32.const 8)))))
  (assert_return (invoke $R "wait") (i32.const 42)))
(thread $Writer (shared (module $Mem))
  (register "env" $Mem)
  (module
    (import "env" "memory" (memory 1 1 shared))
    (data (i32.const 40000) "\04")
    (data (i32.const 8) "\02")
    (func $start
      (i32.atomic.store (i32.const 64) (i32.const 1))
      (drop (memory.atomic.notify (i32.const 64) (i32.const -1))))
    (start $start)))
(wait $Writer)
(wait $Reader)
(assert_return (invoke $Mem "both") (i32.const 42))
