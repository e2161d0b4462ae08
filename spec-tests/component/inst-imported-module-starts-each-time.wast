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
;;= /$C component begun
;;= /$C/$child component begun
;;= /$C/$child import "" "m" module
;;= /$C/$child/$log global 0 = i32:0
;;= /$C/$child/$log allocated func 1 global 1
;;= /$C/$child/$log done
;;= /$C/$child/core#1 import "log" "count" global
;;= /$C/$child/core#1 allocated func 1
;;= /$C/$child/core#1 start 0 entered
;;= /$C/$child/core#1 start 0 left
;;= /$C/$child/core#1 done
;;= /$C/$child/core#2 import "log" "count" global
;;= /$C/$child/core#2 allocated func 1
;;= /$C/$child/core#2 start 0 entered
;;= /$C/$child/core#2 start 0 left
;;= /$C/$child/core#2 done
;;= /$C/$child component done
;;= /$C component done
