;;! title = "A null reference or a failed cast in the start function fails the instantiation"
;;! rules = ["CORE-START-09"]
;;! needs = ["gc"]
(assert_trap
  (module
    (type $s (struct (field i32)))
    (func $start (drop (struct.get $s 0 (ref.null $s))))
    (start $start))
  "null structure reference")
(assert_trap
  (module
    (func $start (drop (ref.cast (ref struct) (ref.i31 (i32.const 0)))))
    (start $start))
  "cast failure")
;;= /#0 allocated func 1
;;= /#0 start 0 entered
;;= /#0 trap null-reference in start
;;= /#1 allocated func 1
;;= /#1 start 0 entered
;;= /#1 trap cast-failure in start
