;;! title = "A core start function runs on a thread of its own, which has an index"
;;! rules = ["CM-ASYNC-15"]
;;! needs = ["component-model", "component-async"]
(component
  (core func $index (canon thread.index))
  (core module $M
    (import "" "index" (func $index (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $start (global.set $seen (call $index)))
    (start $start)
    (func (export "seen") (result i32) (i32.ne (global.get $seen) (i32.const 0))))
  (core instance $m (instantiate $M (with "" (instance (export "index" (func $index))))))
  (func (export "seen") (result bool) (canon lift (core func $m "seen"))))
(assert_return (invoke "seen") (bool.const true))
;;= /#0 component begun
;;= /#0/$m import "" "index" func
;;= /#0/$m global 0 = i32:0
;;= /#0/$m allocated func 2 global 1
;;= /#0/$m start 1 entered
;;= /#0/$m start 1 left
;;= /#0/$m done
;;= /#0 component done
