;;! title = "Several component-level starts run one after the other; some read the texts so that only one is allowed"
;;! rules = ["CM-START-02"]
;;! needs = ["component-model", "values"]
(component $C
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (core module $M
    (import "log" "log" (func $log (param i32)))
    (func (export "one") (call $log (i32.const 1)))
    (func (export "two") (call $log (i32.const 2))))
  (core instance $m (instantiate $M (with "log" (instance $log))))
  (func $one (canon lift (core func $m "one")))
  (func $two (canon lift (core func $m "two")))
  (start $one)
  (start $two)
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 12))
;;= /$C component begun
;;= /$C component start 0 ()
;;= /$C component start 0 returned ()
;;= /$C rule CM-START-02 reading "several"
;;= /$C component start 1 ()
;;= /$C component start 1 returned ()
;;= /$C component done
