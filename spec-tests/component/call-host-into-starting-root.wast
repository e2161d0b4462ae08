;;! title = "The host may enter a complete child of a root that is coming up, where that does not count as entered"
;;! rules = ["CM-CALL-03"]
;;! needs = ["component-model"]
;;! readings = ["drop-dead-handles", "enter-starting"]
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
    (component $Bad
      (import "owner" (instance $owner
        (export "r" (type $r (sub resource)))
        (export "make" (func (result (own $r))))))
      (core func $make (canon lower (func $owner "make")))
      (core module $M
        (import "" "make" (func $make (result i32)))
        (func $start (drop (call $make)) (unreachable))
        (start $start))
      (core instance (instantiate $M (with "" (instance (export "make" (func $make)))))))
    (instance $bad (instantiate $Bad (with "owner" (instance $child)))))
  "unreachable")
(assert_return (invoke $Log "count") (u32.const 1))
;;= /#0 component begun
;;= /#0 import "" "log" instance
;;= /#0/$bad component begun
;;= /#0/$bad import "" "owner" instance
;;= /#0/$bad lowered "func 1 result" (own $r 5)
;;= /#0/$bad locked
;;= /#0/$bad trap unreachable in start
;;= /#0/$bad rule CM-RES-07 reading "Dropped"
;;= /#0/$bad resource "$r" dropped rep 5 handle 1
;;= /#0 rule CM-CALL-03 reading "Open"
;;= /#0 locked
;;= /#0 trap unreachable in start
