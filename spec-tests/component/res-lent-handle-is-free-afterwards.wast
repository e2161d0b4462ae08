;;! title = "A handle that a call from start lent is free when the call is over: start can drop it"
;;! rules = ["CM-RES-06", "CM-RES-04"]
;;! needs = ["component-model"]
(component $C
  (component $Owner
    (type $r (resource (rep i32)))
    (export $e "r" (type $r))
    (core func $new (canon resource.new $r))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 5)))
      (func (export "look") (param i32) (result i32) (local.get 0)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $e)) (canon lift (core func $m "make")))
    (func (export "look") (param "lent" (borrow $e)) (result u32) (canon lift (core func $m "look"))))
  (component $Caller
    (import "r" (type $r (sub resource)))
    (import "make" (func $make (result (own $r))))
    (import "look" (func $look (param "lent" (borrow $r)) (result u32)))
    (core func $make (canon lower (func $make)))
    (core func $look (canon lower (func $look)))
    (core func $drop (canon resource.drop $r))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "look" (func $look (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (global $seen (mut i32) (i32.const 0))
      (func $start (local $handle i32)
        (local.set $handle (call $make))
        (global.set $seen (i32.add (call $look (local.get $handle)) (call $look (local.get $handle))))
        (call $drop (local.get $handle)))
      (start $start)
      (func (export "seen") (result i32) (global.get $seen)))
    (core instance $m (instantiate $M (with "" (instance
      (export "make" (func $make)) (export "look" (func $look)) (export "drop" (func $drop))))))
    (func (export "seen") (result u32) (canon lift (core func $m "seen"))))
  (instance $owner (instantiate $Owner))
  (instance $caller (instantiate $Caller (with "r" (type $owner "r"))
    (with "make" (func $owner "make")) (with "look" (func $owner "look"))))
  (export "seen" (func $caller "seen")))
(assert_return (invoke "seen") (u32.const 10))
