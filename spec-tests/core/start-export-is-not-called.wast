;;! title = "Exports called _start, _initialize and __wasm_call_ctors mean nothing to the instantiation itself"
;;! rules = ["CORE-START-04"]
;;! bugs = ["COMMAND-RUN-BY-INSTANTIATE"]
(module $N
  (global $calls (export "calls") (mut i32) (i32.const 0))
  (func $bump (global.set $calls (i32.add (global.get $calls) (i32.const 1))))
  (export "_start" (func $bump))
  (export "_initialize" (func $bump))
  (export "__wasm_call_ctors" (func $bump))
  (export "main" (func $bump))
  (export "" (func $bump)))
(assert_return (get $N "calls") (i32.const 0))
;;= /$N global 0 = i32:0
;;= /$N allocated func 1 global 1
;;= /$N done
