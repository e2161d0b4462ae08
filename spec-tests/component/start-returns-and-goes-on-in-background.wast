;;! title = "A component-level start of the asynchronous ABI goes on in the background once it has returned"
;;! rules = ["CM-START-08"]
;;! needs = ["component-model", "values", "component-async"]
(component $C
  (core func $return (canon task.return))
  (core func $yield (canon thread.yield))
  (core module $M
    (import "" "return" (func $return))
    (import "" "yield" (func $yield (result i32)))
    (global $seen (mut i32) (i32.const 0))
    ;; returns, and yields in its event loop (YIELD is 1)
    (func (export "start") (result i32) (global.set $seen (i32.const 1)) (call $return) (i32.const 1))
    (func (export "cb") (param i32 i32 i32) (result i32) (global.set $seen (i32.const 7)) (i32.const 0))
    (func (export "seen") (result i32) (global.get $seen))
    ;; Yields until it is seen: a yield may let nobody run (definitions.py, Thread.wait_until).
    (func (export "seen-later") (result i32)
      (local $n i32)
      (loop $again
        (drop (call $yield))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $again (i32.and (i32.ne (global.get $seen) (i32.const 7)) (i32.lt_u (local.get $n) (i32.const 1000)))))
      (global.get $seen)))
  (core instance $m (instantiate $M
    (with "" (instance (export "return" (func $return)) (export "yield" (func $yield))))))
  (func $start async (canon lift (core func $m "start") async (callback (core func $m "cb"))))
  (start $start)
  ;; What comes next in the same instantiation: nothing goes on in between.
  (core module $Next
    (import "" "seen" (func $seen (result i32)))
    (global $saw (mut i32) (i32.const 0))
    (func $start (global.set $saw (call $seen)))
    (start $start)
    (func (export "saw") (result i32) (global.get $saw)))
  (core instance $next (instantiate $Next (with "" (instance $m))))
  (func (export "seen-next") (result u32) (canon lift (core func $next "saw")))
  (func (export "seen-later") (result u32) (canon lift (core func $m "seen-later"))))
(assert_return (invoke "seen-next") (u32.const 1))
(assert_return (invoke "seen-later") (u32.const 7))
;;= /$C component begun
;;= /$C/$m import "" "return" func
;;= /$C/$m import "" "yield" func
;;= /$C/$m global 0 = i32:0
;;= /$C/$m allocated func 4 global 1
;;= /$C/$m done
;;= /$C component start 0 ()
;;= /$C task "$start" started
;;= /$C task "$start" returned
;;= /$C thread 1 blocked
;;= /$C component start 0 returned ()
;;= /$C/$next import "" "seen" func
;;= /$C/$next global 0 = i32:0
;;= /$C/$next allocated func 2 global 1
;;= /$C/$next start 1 entered
;;= /$C/$next start 1 left
;;= /$C/$next done
;;= /$C component done
