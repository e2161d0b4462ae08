;;! title = "A value definition is a constant of its type"
;;! rules = ["CM-VAL-02"]
;;! needs = ["component-model", "values"]
;; In bytes, since what makes binaries of scripts knows no value definitions: section 12 is a vector
;; of a type, a length in bytes, and the value.
(component $C binary "\00asm\0d\00\01\00"
  "\0c\04\01\7d\01\05"             ;; (value u8 5)
  "\0b\07\01\00\01v\02\00\00")      ;; (export "v" (value 0))
(assert_return (get "v") (u8.const 5))
(assert_invalid
  (component binary "\00asm\0d\00\01\00"
    "\0c\04\01\7f\01\02"           ;; a bool is 0 or 1
    "\0b\07\01\00\01v\02\00\00")
  "invalid boolean")
(assert_invalid
  (component binary "\00asm\0d\00\01\00"
    "\0c\05\01\7d\02\05\06"        ;; a u8 is one byte
    "\0b\07\01\00\01v\02\00\00")
  "longer than its type")
;;= /$C component begun
;;= /$C value 0 = u8:5
;;= /$C component done
