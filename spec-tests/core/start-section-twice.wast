;;! title = "A second start section is malformed"
;;! rules = ["CORE-START-03"]
(assert_malformed
  (module quote "(func $a)" "(func $b)" "(start $a)" "(start $b)")
  "multiple start sections")
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\01\04\01\60\00\00"
    "\03\02\01\00"
    "\08\01\00"
    "\08\01\00"
    "\0a\04\01\02\00\0b")
  "unexpected content after last section")
