;;! title = "The destructor of a child that is complete does not run when the handles of its trapped parent are dropped"
;;! rules = ["CM-TRAP-04"]
;;! needs = ["component-model"]
;;! readings = ["drop-dead-handles"]
(component $Log
  (core module $M
    (global $n (mut i32) (i32.const 0))
    (func (export "bump") (global.set $n (i32.add (global.get $n) (i32.const 1))))
    (func (export "count") (result i32) (global.get $n)))
  (core instance $m (instantiate $M))
  (func (export "bump") (canon lift (core func $m "bump")))
  (func (export "count") (result u32) (canon lift (core func $m "count"))))
(register "log" $Log)
(assert_trap
  (component
    (import "log" (instance $log (export "bump" (func))))
    (component $Child
      (import "bump" (func $bump))
      (core func $bump (canon lower (func $bump)))
      (core module $Dtor
        (import "" "bump" (func $bump))
        (func (export "dtor") (param i32) (call $bump)))
      (core instance $dtor (instantiate $Dtor (with "" (instance (export "bump" (func $bump))))))
      (type $r (resource (rep i32) (dtor (core func $dtor "dtor"))))
      (export $e "r" (type $r))
      (core func $new (canon resource.new $r))
      (core module $M
        (import "" "new" (func $new (param i32) (result i32)))
        (func (export "make") (result i32) (call $new (i32.const 5))))
      (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
      (func (export "make") (result (own $e)) (canon lift (core func $m "make"))))
    (instance $child (instantiate $Child (with "bump" (func $log "bump"))))
    (core func $make (canon lower (func $child "make")))
    (alias export $child "r" (type $r))
    (core func $drop (canon resource.drop $r))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func $start
        (call $drop (call $make))
        (drop (call $make))
        (unreachable))
      (start $start))
    (core instance (instantiate $M
      (with "" (instance (export "make" (func $make)) (export "drop" (func $drop)))))))
  "unreachable")
(assert_return (invoke $Log "count") (u32.const 1))
;;= /#0 component begun
;;= /#0 import "" "log" instance
;;= /#0 lowered "func 1 result" (own $r 5)
;;= /#0 resource "$r" dropped rep 5 handle 1
;;= /#0 lowered "func 1 result" (own $r 5)
;;= /#0 locked
;;= /#0 trap unreachable in start
;;= /#0 rule CM-RES-07 reading "Dropped"
;;= /#0 resource "$r" dropped rep 5 handle 1
;;= /#0 trap cannot-enter in call
;;= => trap unreachable in start
