;;! title = "In a diamond of four instances each start function runs when its own instance is made"
;;! rules = ["CORE-START-08", "CORE-GEN-02"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(module $Top
  (import "Log" "log" (func $log (param i32)))
  (func $start (call $log (i32.const 1)))
  (start $start)
  (func (export "f") (param i32) (call $log (local.get 0))))
(register "Top" $Top)
(module $Left
  (import "Top" "f" (func $f (param i32)))
  (func $start (call $f (i32.const 2)))
  (start $start)
  (export "f" (func $f)))
(register "Left" $Left)
(module $Right
  (import "Top" "f" (func $f (param i32)))
  (func $start (call $f (i32.const 3)))
  (start $start)
  (export "f" (func $f)))
(register "Right" $Right)
(module $Bottom
  (import "Right" "f" (func $right (param i32)))
  (import "Left" "f" (func $left (param i32)))
  (func $start (call $right (i32.const 4)) (call $left (i32.const 5)))
  (start $start))
(assert_return (invoke $Log "value") (i32.const 12345))
;;= /$Top import "Log" "log" func
;;= /$Top allocated func 2
;;= /$Top start 1 entered
;;= /$Top start 1 left
;;= /$Top done
;;= /$Left import "Top" "f" func
;;= /$Left allocated func 1
;;= /$Left start 1 entered
;;= /$Left start 1 left
;;= /$Left done
;;= /$Right import "Top" "f" func
;;= /$Right allocated func 1
;;= /$Right start 1 entered
;;= /$Right start 1 left
;;= /$Right done
;;= /$Bottom import "Right" "f" func
;;= /$Bottom import "Left" "f" func
;;= /$Bottom allocated func 1
;;= /$Bottom start 2 entered
;;= /$Bottom start 2 left
;;= /$Bottom done
