;;! title = "A module without a memory may have a passive data segment, and nothing is done with it"
;;! rules = ["CORE-DATA-05"]
(module $N (data $d "abc") (func (export "drop") (data.drop $d)))
(assert_return (invoke $N "drop"))
(assert_invalid (module (data (i32.const 0) "abc")) "unknown memory")
;;= /$N allocated func 1
;;= /$N done
