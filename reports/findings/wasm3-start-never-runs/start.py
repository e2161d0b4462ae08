"""
(module
  (global $g (mut i32) (i32.const 0))
  (func $start (global.set $g (i32.const 1)))
  (start $start)
  (func (export "get") (result i32) (global.get $g)))
"""
import wasm3

BYTES = bytes.fromhex(
    "0061736d010000000108026000006000017f03030200010606017f0141000b070701036765740001"
    "0801000a0d020600410124000b040023000b"
)

environment = wasm3.Environment()
runtime = environment.new_runtime(65536)
module = environment.parse_module(BYTES)
runtime.load(module)
print(runtime.find_function("get")())
