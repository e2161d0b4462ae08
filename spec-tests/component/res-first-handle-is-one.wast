;;! title = "The first resource that a start function makes has handle 1, and later exports can use it"
;;! rules = ["CM-RES-01", "CM-RES-02", "CM-CALL-09"]
;;! needs = ["component-model"]
;;! bugs = ["TRAMPOLINE-BEFORE-INIT"]
(component $C
  (type $r (resource (rep i32)))
  (core func $new (canon resource.new $r))
  (core func $rep (canon resource.rep $r))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (global $handle (mut i32) (i32.const 0))
    (func $start (global.set $handle (call $new (i32.const 50))))
    (start $start)
    (func (export "handle") (result i32) (global.get $handle))
    (func (export "rep") (result i32) (call $rep (global.get $handle))))
  (core instance $m (instantiate $M
    (with "" (instance (export "new" (func $new)) (export "rep" (func $rep))))))
  (func (export "handle") (result u32) (canon lift (core func $m "handle")))
  (func (export "rep") (result u32) (canon lift (core func $m "rep"))))
(assert_return (invoke "handle") (u32.const 1))
(assert_return (invoke "rep") (u32.const 50))
;;= /$C component begun
;;= /$C/$m import "" "new" func
;;= /$C/$m import "" "rep" func
;;= /$C/$m global 0 = i32:0
;;= /$C/$m allocated func 3 global 1
;;= /$C/$m start 2 entered
;;= /$C resource "$r" made rep 50 handle 1
;;= /$C/$m start 2 left
;;= /$C/$m done
;;= /$C component done
