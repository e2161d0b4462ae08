;;! title = "A core module that a component imports runs its start function at each of its instantiations"
;;! rules = ["CM-INST-05", "CM-ORD-02"]
;;! needs = ["component-model"]
(component $C
  (core module $Start
    (import "log" "count" (global $count (mut i32)))
    (func $start (global.set $count (i32.add (global.get $count) (i32.const 1))))
    (start $start))
  (component $Child
    (import "m" (core module $M (import "log" "count" (global (mut i32)))))
    (core module $Log
      (global $count (export "count") (mut i32) (i32.const 0))
      (func (export "get") (result i32) (global.get $count)))
    (core instance $log (instantiate $Log))
    (core instance (instantiate $M (with "log" (instance $log))))
    (core instance (instantiate $M (with "log" (instance $log))))
    (func (export "get") (result u32) (canon lift (core func $log "get"))))
  (instance $child (instantiate $Child (with "m" (core module $Start))))
  (export "get" (func $child "get")))
(assert_return (invoke "get") (u32.const 2))
