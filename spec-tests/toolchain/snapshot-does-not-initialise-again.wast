;;! title = "A snapshot carries what its initialisation did and does not repeat it"
;;! rules = ["TOOL-WIZ-02"]
(module $Before
  (memory 1)
  (global $count (mut i32) (i32.const 0))
  (func $init
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.store8 (i32.const 9) (i32.const 5)))
  (start $init)
  (func (export "state") (result i32)
    (i32.add (i32.mul (global.get $count) (i32.const 10)) (i32.load8_u (i32.const 9)))))
;; What the first is after its start, as a module: the state as initialisers, no start section.
(module $Snapshot
  (memory 1)
  (data (i32.const 9) "\05")
  (global $count (mut i32) (i32.const 1))
  (func $init
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.store8 (i32.const 9) (i32.const 5)))
  (func (export "state") (result i32)
    (i32.add (i32.mul (global.get $count) (i32.const 10)) (i32.load8_u (i32.const 9)))))
(assert_return (invoke $Before "state") (i32.const 15))
(assert_return (invoke $Snapshot "state") (i32.const 15))
