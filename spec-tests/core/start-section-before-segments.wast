;;! title = "The start section stands before the element and data sections, and yet start runs after them"
;;! rules = ["CORE-START-05"]
;; A type, a function, a table, a memory, a start section, an element segment, code, a data segment. The start function
;; traps by a null entry unless elements are in place, and by `unreachable` unless data is.
(module $N binary
  "\00asm" "\01\00\00\00"
  "\01\04\01\60\00\00"                          ;; type 0: [] -> []
  "\03\03\02\00\00"                             ;; functions 0 and 1
  "\04\04\01\70\00\01"                          ;; table 0: 1 funcref
  "\05\03\01\00\01"                             ;; memory 0: 1 page
  "\08\01\01"                                   ;; start: function 1
  "\09\07\01\00\41\00\0b\01\00"                 ;; element 0: function 0 at 0
  "\0a\16\02"
  "\02\00\0b"                                   ;; function 0: nothing
  "\11\00\41\00\11\00\00"                       ;; function 1: call_indirect of entry 0,
  "\41\03\2d\00\00\45\04\40\00\0b\0b"           ;; then `unreachable` if byte 3 is zero
  "\0b\07\01\00\41\03\0b\01\2a")                ;; data 0: 2a at 3
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 2 table 1 memory 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 1
;;= /$N elem 0 dropped
;;= /$N data 0 offset = i32:3
;;= /$N data 0 -> memory 0 at 3 len 1
;;= /$N data 0 dropped
;;= /$N start 1 entered
;;= /$N start 1 left
;;= /$N done
