;;! title = "The main thread's thread-local block is set up by the start section that initialises memory"
;;! rules = ["TOOL-TLS-02"]
;;! needs = ["threads"]
(module $M
  (memory 1 1 shared)
  (data $tdata "\2a\00\00\00")
  (global $__tls_base (export "__tls_base") (mut i32) (i32.const 0))
  (func $__wasm_init_memory
    (if (i32.eqz (i32.atomic.rmw.cmpxchg (i32.const 64) (i32.const 0) (i32.const 1)))
      (then
        (global.set $__tls_base (i32.const 128))
        (memory.init $tdata (i32.const 128) (i32.const 0) (i32.const 4))
        (i32.atomic.store (i32.const 64) (i32.const 2)))))
  (start $__wasm_init_memory)
  (func (export "get") (result i32) (i32.load (global.get $__tls_base))))
(assert_return (get $M "__tls_base") (i32.const 128))
(assert_return (invoke $M "get") (i32.const 42))
