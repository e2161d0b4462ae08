;;! title = "A first call in _initialize enters the realloc of the main module before _initialize is over"
;;! rules = ["P2-ADP-02"]
;;! needs = ["wasip2"]
;;! [build]
;;! name = "$Made"
;;! [build.componentize]
;;! main = "$Main"
;;! wit = '''
;;! package wasi:cli@0.2.0;
;;! interface run { run: func() -> result; }
;;! world w { export run; }
;;! '''
;;! adapters = [{ name = "wasi_snapshot_preview1", module = "reactor" }]
;;! [run]
;;! kind = "component"
;;! main = "$Made"
;;! exit = 0
;;! stdout = "11"
(module definition $Main
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $say (param i32)
    (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 1))
    (i32.store8 (i32.const 16) (i32.add (local.get 0) (i32.const 48)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (global $reallocs (mut i32) (i32.const 0))
  (global $top (mut i32) (i32.const 1024))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.set $reallocs (i32.add (global.get $reallocs) (i32.const 1)))
    (global.set $top (i32.and (i32.add (global.get $top) (i32.const 65535)) (i32.const -65536)))
    (global.get $top)
    (global.set $top (i32.add (global.get $top) (local.get 3)))
    (drop (memory.grow (i32.const 2))))
  (global $within (mut i32) (i32.const 0))
  (global $over (mut i32) (i32.const 0))
  (func (export "_initialize")
    (call $say (i32.const 1))
    (global.set $within (i32.ne (global.get $reallocs) (i32.const 0)))
    (global.set $over (i32.const 1)))
  (func (export "wasi:cli/run@0.2.0#run") (result i32)
    (call $say (global.get $within)) (i32.eqz (global.get $over))))
