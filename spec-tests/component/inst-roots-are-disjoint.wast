;;! title = "Two instances of one root component have states of their own, and each ran its start functions"
;;! rules = ["CM-INST-10", "CM-LIFE-02"]
;;! needs = ["component-model"]
(component definition $D
  (core module $M
    (global $g (mut i32) (i32.const 0))
    (func $start (global.set $g (i32.add (global.get $g) (i32.const 10))))
    (start $start)
    (func (export "bump") (result i32)
      (global.set $g (i32.add (global.get $g) (i32.const 1)))
      (global.get $g)))
  (core instance $m (instantiate $M))
  (func (export "bump") (result u32) (canon lift (core func $m "bump"))))
(component instance $A $D)
(component instance $B $D)
(assert_return (invoke $A "bump") (u32.const 11))
(assert_return (invoke $A "bump") (u32.const 12))
(assert_return (invoke $B "bump") (u32.const 11))
;;= /$A component begun
;;= /$A/$m global 0 = i32:0
;;= /$A/$m allocated func 2 global 1
;;= /$A/$m start 0 entered
;;= /$A/$m start 0 left
;;= /$A/$m done
;;= /$A component done
;;= /$B component begun
;;= /$B/$m global 0 = i32:0
;;= /$B/$m allocated func 2 global 1
;;= /$B/$m start 0 entered
;;= /$B/$m start 0 left
;;= /$B/$m done
;;= /$B component done
