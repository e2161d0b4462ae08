;;! title = "What the host wanted to register of an instantiation that failed is not there"
;;! rules = ["CORE-LINK-10", "EMB-INST-02"]
;;! [[hosts]]
;;! name = "host.make"
;;! does = { instantiate = { module = "$B", names = ["$X"], register = "b", catches = true } }
(module definition $B
  (func (export "f"))
  (func $start (unreachable))
  (start $start))
(module $A
  (import "host" "make" (func $make))
  (start $make))
(assert_unlinkable (module (import "b" "f" (func))) "unknown import")
