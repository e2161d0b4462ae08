;;! title = "The resources of an instance that fails to come up are dropped, where its handles do not outlive it"
;;! rules = ["CM-RES-07"]
;;! needs = ["component-model"]
;;! readings = ["drop-dead-handles"]
(component $Owner
  (core module $Dtor
    (global $drops (mut i32) (i32.const 0))
    (func (export "dtor") (param i32) (global.set $drops (i32.add (global.get $drops) (i32.const 1))))
    (func (export "drops") (result i32) (global.get $drops)))
  (core instance $dtor (instantiate $Dtor))
  (type $r (resource (rep i32) (dtor (core func $dtor "dtor"))))
  (export $e "r" (type $r))
  (core func $new (canon resource.new $r))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "make") (result i32) (call $new (i32.const 5))))
  (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
  (func (export "make") (result (own $e)) (canon lift (core func $m "make")))
  (func (export "drops") (result u32) (canon lift (core func $dtor "drops"))))
(register "owner" $Owner)
(assert_trap
  (component
    (import "owner" (instance $owner
      (export "r" (type $r (sub resource)))
      (export "make" (func (result (own $r))))))
    (core func $make (canon lower (func $owner "make")))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (func $start (drop (call $make)) (unreachable))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "make" (func $make)))))))
  "unreachable")
(assert_return (invoke $Owner "drops") (u32.const 1))
;;= /#0 component begun
;;= /#0 import "" "owner" instance
;;= /#0 lowered "func 0 result" (own $r 5)
;;= /#0 locked
;;= /#0 trap unreachable in start
;;= /#0 rule CM-RES-07 reading "Dropped"
;;= /#0 resource "$r" dropped rep 5 handle 1
