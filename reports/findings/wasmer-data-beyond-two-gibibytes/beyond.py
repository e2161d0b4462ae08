"""
(module
  (memory (export "memory") 32769)                  ;; one page more than 2 GiB
  (data (i32.const 0x80000000) "\\2a")
  (func (export "_start")
    (if (i32.ne (i32.load8_u (i32.const 0x80000000)) (i32.const 42)) (then (unreachable)))))

and, to compare, the same with 0x7fffffff.
"""
import asyncio
import tempfile

from wasmer_sdk import Wasmer, WasmerError

MODULE = (
    "0061736d010000000104016000000302010005050100818002071302066d656d6f72790200065f737461727400000a14011200"
    "41{offset}2d0000412a470440000b0b0b0b010041{offset}0b012a"
)
OFFSETS = {"0x7fffffff": "ffffffff07", "0x80000000": "8080808078"}


async def run(wasm, cache):
    async with Wasmer(cache_root=cache) as wasmer:
        package = await wasmer.packages.load(wasm)
        async with await wasmer.sandboxes.create(packages=[package]) as sandbox:
            process = await sandbox.command(package, []).spawn(stdin="pipe", stdout="pipe", stderr="discard")
            await process.stdin.close()
            return (await process.wait()).exit_code


for offset, leb128 in OFFSETS.items():
    wasm = bytes.fromhex(MODULE.format(offset=leb128))
    with tempfile.TemporaryDirectory() as cache:
        try:
            print(offset, "exit", asyncio.run(run(wasm, cache)))
        except WasmerError as error:
            print(offset, error)
