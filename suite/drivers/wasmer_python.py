"""wasmer through its Python package wasmer-sdk, which runs commands of WASI preview 1 and nothing else: no reactors, no
preloads, no export but `_start`, no folders.

A package that cannot be loaded is `rejected`; an import that is unknown or of another type is `unlinkable`; an error of
execution that begins with RuntimeError is a trap, of the reason that it tells; any other error is `failed`."""
import asyncio
from contextlib import suppress
from importlib.metadata import version
from tempfile import TemporaryDirectory

from preflight_driver import End, serve, unsupported
from wasmer_sdk import Wasmer, WasmerError

TRAPS = [
    ("unreachable", "unreachable"),
    ("out of bounds memory", "out-of-bounds-memory"),
    ("out of bounds table", "out-of-bounds-table"),
    ("divide by zero", "integer-divide-by-zero"),
    ("integer overflow", "integer-overflow"),
    ("invalid conversion", "invalid-conversion-to-integer"),
    ("uninitialized element", "uninitialized-element"),
    ("indirect call type mismatch", "indirect-call-type-mismatch"),
]


def end(error):
    text = str(error)
    if error.code == "PACKAGE_LOAD_FAILED":
        return End("rejected", text)
    if "Error while importing" in text:
        return End("unlinkable", text)
    if "call stack exhausted" in text or "stack overflow" in text:
        return End("exhausted", text, what="stack")
    if "RuntimeError: " in text:
        code = next((code for words, code in TRAPS if words in text), None)
        return End("trap", text, **({"code": code} if code else {}))
    return End("failed", text)


async def feed(pipe, text):
    # A program that does not read its input is no error.
    with suppress(WasmerError):
        await pipe.write(text)
        await pipe.close()


async def run(program, cache, stdout):
    async with Wasmer(cache_root=cache) as wasmer:
        package = await wasmer.packages.load(bytes.fromhex(program["main"]))
        async with await wasmer.sandboxes.create(packages=[package]) as sandbox:
            command = sandbox.command(package, program["args"], env=program["env"])
            process = await command.spawn(stdin="pipe", stdout="pipe", stderr="discard")
            # While the program writes: each waits for the other if a pipe is full.
            feeding = asyncio.create_task(feed(process.stdin, program["stdin"].encode()))
            try:
                async for chunk in process.stdout:
                    stdout.extend(chunk)
                return (await process.wait()).exit_code
            finally:
                feeding.cancel()
                with suppress(asyncio.CancelledError):
                    await feeding


class Driver:
    def reset(self):
        pass

    def run_program(self, **program):
        if program["reach"] != "command":
            raise unsupported("anything but commands")
        if program["preopens"]:
            raise unsupported("preopened folders")
        stdout, told = bytearray(), None
        with TemporaryDirectory() as cache:
            try:
                code = asyncio.run(run(program, cache, stdout))
                told = End("exit", exit=code).end if code else None
            except WasmerError as error:
                told = end(error).end
        return {"stdout": stdout.hex(), "end": told}


ABOUT = {"name": "wasmer", "version": f"wasmer-sdk {version('wasmer-sdk')}", "level": "observable", "abilities": ["p1"],
         "lineage": {"engine": "wasmer", "linker": "wasmer"}}
serve(ABOUT, Driver())
