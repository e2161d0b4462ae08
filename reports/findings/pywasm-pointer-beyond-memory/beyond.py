"""
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "\\00\\00\\01\\00\\01\\00\\00\\00")           ;; one byte at 65536, where the memory ends
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const 33))))
"""
import io

import pywasm

MODULE = bytes.fromhex(
    "0061736d0100000001100360017f0060047f7f7f7f017f60000002460216776173695f736e617073686f745f707265766965"
    "77310970726f635f65786974000016776173695f736e617073686f745f70726576696577310866645f777269746500010302"
    "0102050401010101071302066d656d6f72790200065f737461727400020a13011100410141004101410810011a412110000b"
    "0b0e010041000b080000010001000000"
)
pywasm.log.lvl = 0

runtime = pywasm.core.Runtime()
wasi = pywasm.wasi.Preview1(["main.wasm"], {}, {})
wasi.bind(runtime)
try:
    print("exit", wasi.main(runtime, runtime.instance(pywasm.core.ModuleDesc.from_reader(io.BytesIO(bytearray(MODULE))))))
except Exception as error:
    print(type(error).__name__)
