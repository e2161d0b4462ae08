;;! title = "All core instances of a component share one handle table"
;;! rules = ["CM-RES-03"]
;;! needs = ["component-model"]
(component $C
  (type $r (resource (rep i32)))
  (core func $new (canon resource.new $r))
  (core func $rep (canon resource.rep $r))
  (core module $A
    (import "" "new" (func $new (param i32) (result i32)))
    (func $start (drop (call $new (i32.const 5))))
    (start $start))
  (core module $B
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $start
      ;; Handle 2 for its own resource, and the representation of handle 1, which is not its own.
      (global.set $seen
        (i32.add (i32.mul (call $new (i32.const 6)) (i32.const 10)) (call $rep (i32.const 1)))))
    (start $start)
    (func (export "seen") (result i32) (global.get $seen)))
  (core instance (instantiate $A (with "" (instance (export "new" (func $new))))))
  (core instance $b (instantiate $B
    (with "" (instance (export "new" (func $new)) (export "rep" (func $rep))))))
  (func (export "seen") (result u32) (canon lift (core func $b "seen"))))
(assert_return (invoke "seen") (u32.const 25))
;;= /$C component begun
;;= /$C resource "$r" made rep 5 handle 1
;;= /$C/$b import "" "new" func
;;= /$C/$b import "" "rep" func
;;= /$C/$b global 0 = i32:0
;;= /$C/$b allocated func 2 global 1
;;= /$C/$b start 2 entered
;;= /$C resource "$r" made rep 6 handle 2
;;= /$C/$b start 2 left
;;= /$C/$b done
;;= /$C component done
