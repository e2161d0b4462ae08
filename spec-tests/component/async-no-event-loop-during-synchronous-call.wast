;;! title = "No callback that needs the lock runs while a synchronous call yields, where nobody barges in"
;;! rules = ["CM-ASYNC-21"]
;;! needs = ["component-model", "component-async"]
;;! readings = ["no-barging"]
(component
  (core func $return (canon task.return))
  (core func $yield (canon thread.yield))
  (core module $M
    (import "" "return" (func $return))
    (import "" "yield" (func $yield (result i32)))
    (global $seen (mut i32) (i32.const 0))
    ;; returns, and yields in its event loop (YIELD is 1)
    (func (export "park") (result i32) (call $return) (i32.const 1))
    (func (export "cb") (param i32 i32 i32) (result i32) (global.set $seen (i32.const 7)) (i32.const 0))
    ;; Yields often enough to be sure that nobody comes.
    (func (export "f") (result i32)
      (local $n i32)
      (loop $again
        (drop (call $yield))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $again (i32.and (i32.eqz (global.get $seen)) (i32.lt_u (local.get $n) (i32.const 1000)))))
      (global.get $seen)))
  (core instance $m (instantiate $M
    (with "" (instance (export "return" (func $return)) (export "yield" (func $yield))))))
  (func (export "park") async (canon lift (core func $m "park") async (callback (core func $m "cb"))))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))
(assert_return (invoke "park"))
(assert_return (invoke "f") (u32.const 0))
;;= /#0 component begun
;;= /#0/$m import "" "return" func
;;= /#0/$m import "" "yield" func
;;= /#0/$m global 0 = i32:0
;;= /#0/$m allocated func 3 global 1
;;= /#0/$m done
;;= /#0 component done
