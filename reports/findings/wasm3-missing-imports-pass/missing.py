"""
(module
  (import "nobody" "f" (func))
  (import "nobody" "g" (global $g i32))
  (func (export "get") (result i32) (global.get $g)))
"""
import wasm3

BYTES = bytes.fromhex(
    "0061736d010000000108026000006000017f021802066e6f626f647901660000066e6f626f647901"
    "67037f00030201010707010367657400010a0601040023000b"
)

environment = wasm3.Environment()
runtime = environment.new_runtime(65536)
runtime.load(environment.parse_module(BYTES))
print(runtime.find_function("get")())
