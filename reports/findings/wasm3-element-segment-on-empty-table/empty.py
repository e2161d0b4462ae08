"""
(module (table 0 funcref) (elem (i32.const 0)))
"""
import wasm3

BYTES = bytes.fromhex("0061736d010000000404017000000906010041000b00")

environment = wasm3.Environment()
runtime = environment.new_runtime(65536)
try:
    runtime.load(environment.parse_module(BYTES))
    print("loaded")
except RuntimeError as error:
    print("RuntimeError:", error)
