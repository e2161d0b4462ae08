;;! title = "To drop the own active segments in start, which are dropped already, is no error"
;;! rules = ["CORE-START-25", "CORE-DATA-05", "CORE-ELEM-07"]
(module $N
  (memory 1)
  (table 1 funcref)
  (func $f (result i32) (i32.const 5))
  (elem $e (i32.const 0) $f)
  (elem $declared declare func $f)
  (data $d (i32.const 0) "\07")
  (func $start (data.drop $d) (elem.drop $e) (elem.drop $declared) (data.drop $d))
  (start $start)
  (func (export "read") (result i32) (i32.load8_u (i32.const 0)))
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(assert_return (invoke $N "read") (i32.const 7))
(assert_return (invoke $N "call") (i32.const 5))
