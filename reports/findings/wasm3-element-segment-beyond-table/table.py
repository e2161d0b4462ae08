"""
(module
  (table 1 funcref)
  (func $f)
  (elem (i32.const 1) $f))
"""
import wasm3

BYTES = bytes.fromhex(
    "0061736d01000000010401600000030201000404017000010907010041010b01000a040102000b"
)

environment = wasm3.Environment()
runtime = environment.new_runtime(65536)
module = environment.parse_module(BYTES)
try:
    runtime.load(module)
    print("loaded")
except RuntimeError as error:
    print("error:", error)
