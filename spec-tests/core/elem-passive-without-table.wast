;;! title = "A module without a table may have a passive element segment, and nothing is done with it"
;;! rules = ["CORE-ELEM-07"]
(module $N (func $f) (elem $e func $f) (func (export "drop") (elem.drop $e)))
(assert_return (invoke $N "drop"))
(assert_invalid (module (func $f) (elem (i32.const 0) $f)) "unknown table")
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 2
;;= /$N done
