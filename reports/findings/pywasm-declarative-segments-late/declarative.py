"""
(module $A
  (table (export "t") 2 funcref)
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))

(module
  (import "A" "t" (table 2 funcref))
  (func $f (result i32)
    (table.init 0 (i32.const 0) (i32.const 0) (i32.const 1))
    (i32.const 1))
  (elem declare func $f)
  (elem (i32.const 0) $f)
  (elem (i32.const 2) $f))
"""
import io

import pywasm

A = bytes.fromhex(
    "0061736d010000000105016000017f03020100040401700002070c0201740100"
    "0463616c6c00000a0901070041001100000b"
)
BYTES = bytes.fromhex(
    "0061736d010000000105016000017f020901014101740170000203020100091103030001000041000b"
    "01000041020b01000a10010e00410041004101fc0c000041010b"
)

runtime = pywasm.core.Runtime()
read = lambda code: pywasm.core.ModuleDesc.from_reader(io.BytesIO(bytearray(code)))
a = runtime.instance(read(A))
table = next(export.data for export in a.exps if export.name == "t")
runtime.imports = {"A": {"t": table}}
try:
    runtime.instance(read(BYTES))
    print("instantiated")
except Exception as error:
    print("instantiation:", type(error).__name__)
for part in (runtime.machine.stack.frame, runtime.machine.stack.label, runtime.machine.stack.value):
    part.clear()
try:
    print("the function that escaped returns", runtime.invocate(a, "call", []))
except Exception as error:
    print("the function that escaped:", type(error).__name__)
