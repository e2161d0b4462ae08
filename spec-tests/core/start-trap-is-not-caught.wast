;;! title = "A handler around a trap in the start function does not catch it"
;;! rules = ["CORE-START-09"]
;;! needs = ["exception-handling"]
(module $A (global (export "g") (mut i32) (i32.const 0)))
(register "A" $A)
(assert_trap
  (module
    (import "A" "g" (global $g (mut i32)))
    (func $start
      (block $caught (try_table (catch_all $caught) (unreachable)))
      (global.set $g (i32.const 1)))
    (start $start))
  "unreachable")
(assert_return (get $A "g") (i32.const 0))
