;;! title = "A core instance that two siblings get as an argument is one instance"
;;! rules = ["CM-INST-03"]
;;! needs = ["component-model"]
(component $C
  (core module $Shared
    (memory (export "m") 1)
    (global (export "g") (mut i32) (i32.const 0)))
  (core instance $shared (instantiate $Shared))
  (core module $M
    (import "s" "m" (memory 1))
    (import "s" "g" (global $g (mut i32)))
    (func $start
      (global.set $g (i32.add (global.get $g) (i32.const 1)))
      (i32.store8 (global.get $g) (i32.const 7)))
    (start $start)
    (func (export "read") (result i32) (i32.load (i32.const 0))))
  (core instance $a (instantiate $M (with "s" (instance $shared))))
  (core instance $b (instantiate $M (with "s" (instance $shared))))
  (func (export "read") (result u32) (canon lift (core func $a "read"))))
(assert_return (invoke "read") (u32.const 0x070700))
;;= /$C component begun
;;= /$C/$shared global 0 = i32:0
;;= /$C/$shared allocated memory 1 global 1
;;= /$C/$shared done
;;= /$C/$a import "s" "m" memory
;;= /$C/$a import "s" "g" global
;;= /$C/$a allocated func 2
;;= /$C/$a start 0 entered
;;= /$C/$a start 0 left
;;= /$C/$a done
;;= /$C/$b import "s" "m" memory
;;= /$C/$b import "s" "g" global
;;= /$C/$b allocated func 2
;;= /$C/$b start 0 entered
;;= /$C/$b start 0 left
;;= /$C/$b done
;;= /$C component done
