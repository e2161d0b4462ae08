;;! title = "Three instances of one module run its start function three times"
;;! rules = ["CORE-GEN-02"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(module definition $M
  (import "Log" "log" (func $log (param i32)))
  (func $start (call $log (i32.const 1)))
  (start $start))
(module instance $A $M)
(module instance $B $M)
(module instance $C $M)
(assert_return (invoke $Log "value") (i32.const 111))
;;= /$A import "Log" "log" func
;;= /$A allocated func 1
;;= /$A start 1 entered
;;= /$A start 1 left
;;= /$A done
;;= /$B import "Log" "log" func
;;= /$B allocated func 1
;;= /$B start 1 entered
;;= /$B start 1 left
;;= /$B done
;;= /$C import "Log" "log" func
;;= /$C allocated func 1
;;= /$C start 1 entered
;;= /$C start 1 left
;;= /$C done
