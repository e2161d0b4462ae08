;;! title = "thread.suspend in a core start function returns when a thread of its instance makes it ready"
;;! rules = ["CM-THR-02"]
;;! needs = ["component-model", "component-async"]
(component
  (core module $Table (table (export "t") 1 funcref))
  (core instance $table (instantiate $Table))
  (core type $start (func (param i32)))
  (core func $thread (canon thread.new-indirect $start (core table $table "t")))
  (core func $index (canon thread.index))
  (core func $later (canon thread.resume-later))
  (core func $suspend (canon thread.suspend))
  (core module $M
    (import "" "t" (table 1 funcref))
    (import "" "thread" (func $thread (param i32 i32) (result i32)))
    (import "" "index" (func $index (result i32)))
    (import "" "later" (func $later (param i32)))
    (import "" "suspend" (func $suspend (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $other (param $starting i32)
      (global.set $seen (i32.const 1))
      (call $later (local.get $starting)))
    (elem (i32.const 0) func $other)
    (func $start
      (call $later (call $thread (i32.const 0) (call $index)))
      (drop (call $suspend))
      (global.set $seen (i32.add (global.get $seen) (i32.const 10))))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $m (instantiate $M (with "" (instance
    (export "t" (table $table "t")) (export "thread" (func $thread)) (export "index" (func $index))
    (export "later" (func $later)) (export "suspend" (func $suspend))))))
  (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
(assert_return (invoke "seen") (u32.const 11))
;;= /#0 component begun
;;= /#0/$table allocated table 1
;;= /#0/$table done
;;= /#0/$m import "" "t" table
;;= /#0/$m import "" "thread" func
;;= /#0/$m import "" "index" func
;;= /#0/$m import "" "later" func
;;= /#0/$m import "" "suspend" func
;;= /#0/$m global 0 = i32:0
;;= /#0/$m elem 0 = [func /#0/$m#4]
;;= /#0/$m allocated func 3 global 1
;;= /#0/$m elem 0 offset = i32:0
;;= /#0/$m elem 0 -> table 0 at 0 len 1
;;= /#0/$m elem 0 dropped
;;= /#0/$m start 5 entered
;;= /#0 rule CM-ASYNC-04 reading "Late"
;;= /#0 thread 1 blocked
;;= /#0 thread 1 resumed
;;= /#0/$m start 5 left
;;= /#0/$m done
;;= /#0 component done
