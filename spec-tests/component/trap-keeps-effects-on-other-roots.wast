;;! title = "What earlier start functions did to another root instance stays done when a later one traps"
;;! rules = ["CM-TRAP-03", "CM-TRAP-02"]
;;! needs = ["component-model"]
(component $Root
  (core module $M
    (global $n (mut i32) (i32.const 0))
    (func (export "bump") (global.set $n (i32.add (global.get $n) (i32.const 1))))
    (func (export "count") (result i32) (global.get $n)))
  (core instance $m (instantiate $M))
  (func (export "bump") (canon lift (core func $m "bump")))
  (func (export "count") (result u32) (canon lift (core func $m "count"))))
(register "root" $Root)
(assert_trap
  (component
    (import "root" (instance $root (export "bump" (func))))
    (core func $bump (canon lower (func $root "bump")))
    (core module $Bump (import "" "bump" (func $bump)) (start $bump))
    (core module $Trap (func $start (unreachable)) (start $start))
    (core instance (instantiate $Bump (with "" (instance (export "bump" (func $bump))))))
    (core instance (instantiate $Trap))
    (core instance (instantiate $Bump (with "" (instance (export "bump" (func $bump)))))))
  "unreachable")
(assert_return (invoke $Root "count") (u32.const 1))
;;= /#0 component begun
;;= /#0 import "" "root" instance
;;= /#0/core#1 import "" "bump" func
;;= /#0/core#1 allocated
;;= /#0/core#1 start 0 entered
;;= /#0/core#1 start 0 left
;;= /#0/core#1 done
;;= /#0/core#2 allocated func 1
;;= /#0/core#2 start 0 entered
;;= /#0/core#2 trap unreachable in start
;;= /#0 locked
;;= /#0 trap unreachable in start
