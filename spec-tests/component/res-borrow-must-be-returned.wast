;;! title = "A sibling that keeps a borrow beyond a call from start makes the start function trap"
;;! rules = ["CM-RES-06"]
;;! needs = ["component-model"]
(assert_trap
  (component
    (component $Owner
      (type $r (resource (rep i32)))
      (export $e "r" (type $r))
      (core func $new (canon resource.new $r))
      (core module $M
        (import "" "new" (func $new (param i32) (result i32)))
        (func (export "make") (result i32) (call $new (i32.const 5))))
      (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
      (func (export "make") (result (own $e)) (canon lift (core func $m "make"))))
    (component $Keeper
      (import "r" (type $r (sub resource)))
      (core module $M (func (export "keep") (param i32)))
      (core instance $m (instantiate $M))
      (func (export "keep") (param "r" (borrow $r)) (canon lift (core func $m "keep"))))
    (component $Caller
      (import "r" (type $r (sub resource)))
      (import "make" (func $make (result (own $r))))
      (import "keep" (func $keep (param "r" (borrow $r))))
      (core func $make (canon lower (func $make)))
      (core func $keep (canon lower (func $keep)))
      (core module $M
        (import "" "make" (func $make (result i32)))
        (import "" "keep" (func $keep (param i32)))
        (func $start (call $keep (call $make)))
        (start $start))
      (core instance (instantiate $M
        (with "" (instance (export "make" (func $make)) (export "keep" (func $keep)))))))
    (instance $owner (instantiate $Owner))
    (instance $keeper (instantiate $Keeper (with "r" (type $owner "r"))))
    (instance (instantiate $Caller
      (with "r" (type $owner "r")) (with "make" (func $owner "make")) (with "keep" (func $keeper "keep")))))
  "borrow handles still remain at the end of the call")
;;= /#0 component begun
;;= /#0/$keeper component begun
;;= /#0/$keeper import "" "r" type
;;= /#0/$keeper component done
;;= /#0/$keeper lowered "func 0 params" (borrow $r 5)
;;= /#0/$keeper locked
;;= /#0 locked
;;= /#0 trap invalid-handle in start
