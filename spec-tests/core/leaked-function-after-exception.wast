;;! title = "A function that escaped keeps its instance's state and its tag when an exception ended start"
;;! rules = ["CORE-START-15"]
;;! needs = ["exception-handling"]
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(register "A" $A)
(assert_exception
  (module
    (import "A" "t" (table 1 funcref))
    (tag $x (param i32))
    (tag $y (param i32))
    (memory 1)
    (data (i32.const 0) "\03")
    (global $g (mut i32) (i32.const 1))
    (func $throw (throw $x (i32.add (global.get $g) (i32.load8_u (i32.const 0)))))
    (func $leak (result i32)
      (block $cx (result i32)
        (block $cy (result i32)
          (try_table (catch $y $cy) (catch $x $cx) (call $throw))
          (unreachable))
        (drop)
        (i32.const -1)))
    (elem (i32.const 0) $leak)
    (func $start (global.set $g (i32.const 40)) (call $throw))
    (start $start)))
(assert_return (invoke $A "call") (i32.const 43))
