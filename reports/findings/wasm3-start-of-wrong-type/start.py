"""
(module (func $f (result i32) (i32.const 0)) (start $f))
"""
import wasm3

BYTES = bytes.fromhex("0061736d010000000105016000017f030201000801000a0601040041000b")

environment = wasm3.Environment()
runtime = environment.new_runtime(65536)
runtime.load(environment.parse_module(BYTES))
print("loaded")
