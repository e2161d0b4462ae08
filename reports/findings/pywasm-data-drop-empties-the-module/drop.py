"""
(module
  (memory 1)
  (data $d "\\07")
  (func (export "init")
    (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))
    (data.drop $d)))
"""
import io

import pywasm

BYTES = bytes.fromhex(
    "0061736d010000000104016000000302010005030100010708010469"
    "6e697400000c01010a11010f00410041004101fc080000fc09000b0b0401010107"
)
pywasm.log.lvl = 0

runtime = pywasm.core.Runtime()
module = pywasm.core.ModuleDesc.from_reader(io.BytesIO(bytearray(BYTES)))
for name in ("first", "second"):
    instance = runtime.instance(module)
    try:
        runtime.invocate(instance, "init", [])
        print(name, "instance: 1 byte read from its segment")
    except Exception as error:
        print(name, "instance:", type(error).__name__)
