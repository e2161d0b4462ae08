;;! title = "Two instances of one component have different resource types"
;;! rules = ["CM-INST-02"]
;;! needs = ["component-model"]
(assert_invalid
  (component
    (component $Child
      (type $r (resource (rep i32)))
      (export $e "r" (type $r))
      (core func $drop (canon resource.drop $r))
      (core module $M (func (export "make") (result i32) (i32.const 0)) (func (export "take") (param i32)))
      (core instance $m (instantiate $M))
      (func (export "make") (result (own $e)) (canon lift (core func $m "make")))
      (func (export "take") (param "r" (own $e)) (canon lift (core func $m "take"))))
    (instance $a (instantiate $Child))
    (instance $b (instantiate $Child))
    (component $Same
      (import "r" (type $r (sub resource)))
      (import "make" (func (result (own $r)))))
    (instance (instantiate $Same
      (with "r" (type $a "r"))
      (with "make" (func $b "make")))))
  "resource types are not the same")
