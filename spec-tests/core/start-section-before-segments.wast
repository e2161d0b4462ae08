;;! title = "The start section stands before the element and data sections, and yet start runs after them"
;;! rules = ["CORE-START-05"]
;; Unless elements are in place the start function traps by a null entry; it keeps the byte that data writes.
(module $N binary
  "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00"                          ;; type 0: [] -> []
  "\03\03\02\00\00"                             ;; functions 0 and 1
  "\04\04\01\70\00\01"                          ;; table 0: 1 funcref
  "\05\03\01\00\01"                             ;; memory 0: 1 page
  "\06\06\01\7f\01\41\00\0b"                    ;; global 0: mutable i32, 0
  "\07\08\01\04seen\03\00"                      ;; export: global 0
  "\08\01\00"                                   ;; start: function 0
  "\09\07\01\00\41\00\0b\01\01"                 ;; element 0: function 1 at 0
  "\0a\13\02"
  "\0e\00\41\00\11\00\00"                       ;; function 0: call_indirect of entry 0,
  "\41\03\2d\00\00\24\00\0b"                    ;; then byte 3 into global 0
  "\02\00\0b"                                   ;; function 1: nothing
  "\0b\07\01\00\41\03\0b\01\2a")                ;; data 0: 2a at 3
(assert_return (get $N "seen") (i32.const 0x2a))
;;= /$N global 0 = i32:0
;;= /$N elem 0 = [func /$N#1]
;;= /$N allocated func 2 table 1 memory 1 global 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 1
;;= /$N elem 0 dropped
;;= /$N data 0 offset = i32:3
;;= /$N data 0 -> memory 0 at 3 len 1
;;= /$N data 0 dropped
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done
