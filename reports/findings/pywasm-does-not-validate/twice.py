"""
(module (func $f) (start $f) (start $f))
"""
import io

import pywasm

BYTES = bytes.fromhex("0061736d01000000010401600000030201000801000801000a040102000b")

runtime = pywasm.core.Runtime()
runtime.instance(pywasm.core.ModuleDesc.from_reader(io.BytesIO(bytearray(BYTES))))
print("instantiated")
