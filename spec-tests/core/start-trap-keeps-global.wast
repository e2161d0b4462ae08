;;! title = "What a start function wrote into an imported global before it trapped stays there"
;;! rules = ["CORE-START-10"]
(module $A (global (export "g") (mut i64) (i64.const 1)))
(register "A" $A)
(assert_trap
  (module
    (import "A" "g" (global $g (mut i64)))
    (func $start (global.set $g (i64.const 2)) (unreachable) (global.set $g (i64.const 3)))
    (start $start))
  "unreachable")
(assert_return (get $A "g") (i64.const 2))
