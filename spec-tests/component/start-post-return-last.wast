;;! title = "The post-return function of a component-level start waits, where it comes after the last definition"
;;! rules = ["CM-START-07"]
;;! needs = ["component-model", "values"]
;;! readings = ["post-return-last"]
(component $C
  (core module $M
    (memory (export "m") 1)
    (data (i32.const 16) "abc")
    (global $posts (mut i32) (i32.const 0))
    (func (export "f") (result i32)
      (i32.store (i32.const 0) (i32.const 16))
      (i32.store (i32.const 4) (i32.const 3))
      (i32.const 0))
    (func (export "post") (param i32) (global.set $posts (i32.const 1)))
    (func (export "posts") (result i32) (global.get $posts)))
  (core instance $m (instantiate $M))
  (func $f (result string)
    (canon lift (core func $m "f") (memory (core memory $m "m")) (post-return (core func $m "post"))))
  (start $f (result (value $v)))
  (core module $Next
    (import "m" "posts" (func $posts (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $start (global.set $seen (call $posts)))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance $next (instantiate $Next (with "m" (instance $m))))
  (export "v" (value $v))
  (func (export "seen") (result u32) (canon lift (core func $next "seen")))
  (func (export "posts") (result u32) (canon lift (core func $m "posts"))))
(assert_return (invoke "seen") (u32.const 0))
(assert_return (invoke "posts") (u32.const 1))
;;= /$C component begun
;;= /$C component start 0 ()
;;= /$C rule CM-START-07 reading "after the last definition"
;;= /$C lifted "$f result" (string:"abc")
;;= /$C component start 0 returned (string:"abc")
;;= /$C component done
