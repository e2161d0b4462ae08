;;! title = "A sibling that drops the borrow which start lent to it runs no destructor"
;;! rules = ["CM-RES-04", "CM-RES-06"]
;;! needs = ["component-model"]
(component $C
  (component $Owner
    (core module $Dtor
      (global $count (mut i32) (i32.const 0))
      (func (export "dtor") (param i32) (global.set $count (i32.add (global.get $count) (i32.const 1))))
      (func (export "count") (result i32) (global.get $count)))
    (core instance $dtor (instantiate $Dtor))
    (type $r (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $e "r" (type $r))
    (core func $new (canon resource.new $r))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 5))))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $e)) (canon lift (core func $m "make")))
    (func (export "count") (result u32) (canon lift (core func $dtor "count"))))
  (component $Borrower
    (import "r" (type $r (sub resource)))
    (core func $drop (canon resource.drop $r))
    (core module $M
      (import "" "drop" (func $drop (param i32)))
      (func (export "see") (param i32) (call $drop (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance (export "drop" (func $drop))))))
    (func (export "see") (param "r" (borrow $r)) (canon lift (core func $m "see"))))
  (component $Caller
    (import "r" (type $r (sub resource)))
    (import "make" (func $make (result (own $r))))
    (import "see" (func $see (param "r" (borrow $r))))
    (core func $make (canon lower (func $make)))
    (core func $see (canon lower (func $see)))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "see" (func $see (param i32)))
      (func $start (call $see (call $make)))
      (start $start))
    (core instance (instantiate $M
      (with "" (instance (export "make" (func $make)) (export "see" (func $see)))))))
  (instance $owner (instantiate $Owner))
  (instance $borrower (instantiate $Borrower (with "r" (type $owner "r"))))
  (instance (instantiate $Caller
    (with "r" (type $owner "r")) (with "make" (func $owner "make")) (with "see" (func $borrower "see"))))
  (export "count" (func $owner "count")))
(assert_return (invoke "count") (u32.const 0))
