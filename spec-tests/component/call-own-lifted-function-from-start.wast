;;! title = "A start function may call a function that its own component lifted and lowered again"
;;! rules = ["CM-CALL-04"]
;;! needs = ["component-model"]
;;! bugs = ["REENTRANCE-TOO-STRICT"]
(component $C
  (core module $A (func (export "f") (result i32) (i32.const 6)))
  (core instance $a (instantiate $A))
  (func $f (result u32) (canon lift (core func $a "f")))
  (core func $f (canon lower (func $f)))
  (core module $B
    (import "" "f" (func $f (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $start (global.set $seen (call $f)))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $b (instantiate $B (with "" (instance (export "f" (func $f))))))
  (func (export "seen") (result u32) (canon lift (core func $b "seen"))))
(assert_return (invoke "seen") (u32.const 6))
;;= /$C component begun
;;= /$C/$b import "" "f" func
;;= /$C/$b global 0 = i32:0
;;= /$C/$b allocated func 2 global 1
;;= /$C/$b start 1 entered
;;= /$C rule CM-CALL-04 reading "EnteringSet"
;;= /$C lifted "$f result" (u32:6)
;;= /$C lowered "$f result" (u32:6)
;;= /$C/$b start 1 left
;;= /$C/$b done
;;= /$C component done
