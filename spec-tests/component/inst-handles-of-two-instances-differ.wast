;;! title = "A handle of one instance's resource cannot be dropped as one of another instance of the same component"
;;! rules = ["CM-INST-02"]
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
    (component $User
      (import "r1" (type $r1 (sub resource)))
      (import "r2" (type $r2 (sub resource)))
      (import "make" (func $make (result (own $r1))))
      (core func $make (canon lower (func $make)))
      (core func $drop1 (canon resource.drop $r1))
      (core func $drop2 (canon resource.drop $r2))
      (core module $M
        (import "" "make" (func $make (result i32)))
        (import "" "drop1" (func $drop1 (param i32)))
        (import "" "drop2" (func $drop2 (param i32)))
        ;; the first is right, the second is not
        (func $start (call $drop1 (call $make)) (call $drop2 (call $make)))
        (start $start))
      (core instance (instantiate $M (with "" (instance
        (export "make" (func $make)) (export "drop1" (func $drop1)) (export "drop2" (func $drop2)))))))
    (instance $a (instantiate $Owner))
    (instance $b (instantiate $Owner))
    (instance (instantiate $User
      (with "r1" (type $a "r")) (with "r2" (type $b "r")) (with "make" (func $a "make")))))
  "handle index 1 used with the wrong type")
