;;! title = "The thread-local variables of a new instance are set up by __wasm_init_tls, and not by its start section"
;;! rules = ["TOOL-TLS-01"]
;;! needs = ["threads"]
(module $Mem (memory (export "memory") 1 1 shared))
(register "env" $Mem)
(module definition $Program
  (import "env" "memory" (memory 1 1 shared))
  (data $tdata "\2a\00\00\00")
  (global $__tls_base (export "__tls_base") (mut i32) (i32.const 0))
  (func $__wasm_init_memory (i32.atomic.store (i32.const 64) (i32.const 2)))
  (start $__wasm_init_memory)
  (func (export "__wasm_init_tls") (param $at i32)
    (global.set $__tls_base (local.get $at))
    (memory.init $tdata (local.get $at) (i32.const 0) (i32.const 4)))
  (func (export "set") (param i32) (i32.store (global.get $__tls_base) (local.get 0)))
  (func (export "get") (result i32) (i32.load (global.get $__tls_base))))
(module instance $Main $Program)
(module instance $Child $Program)
(assert_return (get $Child "__tls_base") (i32.const 0))
(invoke $Main "__wasm_init_tls" (i32.const 128))
(invoke $Child "__wasm_init_tls" (i32.const 256))
(invoke $Main "set" (i32.const 7))
(assert_return (invoke $Child "get") (i32.const 42))
(assert_return (invoke $Main "get") (i32.const 7))
