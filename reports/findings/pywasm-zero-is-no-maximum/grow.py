"""
(module
  (table 0 0 funcref)
  (memory 0 0)
  (func (export "grow") (result i32 i32)
    (table.grow 0 (ref.null func) (i32.const 1))
    (memory.grow (i32.const 1))))
"""
import io

import pywasm

BYTES = bytes.fromhex(
    "0061736d010000000106016000027f7f03020100040501700100000504010100"
    "000708010467726f7700000a0f010d00d0704101fc0f00410140000b"
)
pywasm.log.lvl = 0

runtime = pywasm.core.Runtime()
module = pywasm.core.ModuleDesc.from_reader(io.BytesIO(bytearray(BYTES)))
instance = runtime.instance(module)
print("table.grow, memory.grow:", *runtime.invocate(instance, "grow", []))
