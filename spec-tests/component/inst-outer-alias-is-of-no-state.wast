;;! title = "An outer alias can be of a module, a component or a type, and of nothing that has state"
;;! rules = ["CM-INST-08"]
;;! needs = ["component-model"]
;; The sorts that may stand there.
(component $C
  (core module $M)
  (component $B)
  (type $t u32)
  (component
    (alias outer $C $M (core module))
    (alias outer $C $B (component))
    (alias outer $C $t (type))))
;; (core module) (core instance (instantiate 0)) (component (alias outer 1 0 (SORT))): a core module, a core instance
(component definition binary "\00asm\0d\00\01\00" "\01\08\00asm\01\00\00\00" "\02\04\01\00\00\00"
  "\04\10\00asm\0d\00\01\00" "\06\06\01\00\11\02\01\00")
(assert_malformed
  (component binary "\00asm\0d\00\01\00" "\01\08\00asm\01\00\00\00" "\02\04\01\00\00\00"
    "\04\10\00asm\0d\00\01\00" "\06\06\01\00\12\02\01\00")
  "")
;; (type (func)) (import "f" (func (type 0))) (component (alias outer 1 0 (SORT))): a type, a function
(component definition binary "\00asm\0d\00\01\00" "\07\05\01\40\00\01\00" "\0a\06\01\00\01f\01\00"
  "\04\0f\00asm\0d\00\01\00" "\06\05\01\03\02\01\00")
(assert_malformed
  (component binary "\00asm\0d\00\01\00" "\07\05\01\40\00\01\00" "\0a\06\01\00\01f\01\00"
    "\04\0f\00asm\0d\00\01\00" "\06\05\01\01\02\01\00")
  "")
;; ... and what it is lowered to, a core function
(assert_malformed
  (component binary "\00asm\0d\00\01\00" "\07\05\01\40\00\01\00" "\0a\06\01\00\01f\01\00" "\08\05\01\01\00\00\00"
    "\04\10\00asm\0d\00\01\00" "\06\06\01\00\00\02\01\00")
  "")
;; (instance) (component (alias outer 1 0 (instance)))
(assert_malformed
  (component binary "\00asm\0d\00\01\00" "\05\03\01\01\00"
    "\04\0f\00asm\0d\00\01\00" "\06\05\01\05\02\01\00")
  "")
