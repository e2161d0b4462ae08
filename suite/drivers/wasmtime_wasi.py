"""Programs of WASI preview 1 on wasmtime's Python package. Every module is linked by `Linker.define_module`, which knows
commands and reactors: it calls `_initialize`, and makes a new instance of a command for each call. The main module is linked
under the empty name, and entered through what `Linker.get_default` calls its default.

An error that is no trap while something is linked is `unlinkable`; a trap code that is not in the table, or a trap that the
package hands on as another error, is a trap without a reason."""
from pathlib import Path
from tempfile import TemporaryDirectory

import wasmtime as w
from preflight_driver import End, unsupported


TRAPS = {
    "UNREACHABLE": "unreachable",
    "MEMORY_OUT_OF_BOUNDS": "out-of-bounds-memory",
    "INDIRECT_CALL_TO_NULL": "uninitialized-element",
    "BAD_SIGNATURE": "indirect-call-type-mismatch",
    "INTEGER_OVERFLOW": "integer-overflow",
    "INTEGER_DIVISION_BY_ZERO": "integer-divide-by-zero",
    "BAD_CONVERSION_TO_INTEGER": "invalid-conversion-to-integer",
    "NULL_REFERENCE": "null-reference",
    "ARRAY_OUT_OF_BOUNDS": "out-of-bounds-array",
    "CAST_FAILURE": "cast-failure",
    "HEAP_MISALIGNED": "unaligned-atomic",
    "ATOMIC_WAIT_NON_SHARED_MEMORY": "expected-shared-memory",
}


def end(error, at_link=False):
    if "thrown Wasm exception" in str(error):
        return End("exception", error)
    if "ffi.wasmtime_valkind_t" in str(error):
        return unsupported(error)  # A kind of value that the package does not know, such as v128 (4).
    if isinstance(error, w.Trap):
        code = error.trap_code
        if code == w.TrapCode.STACK_OVERFLOW:
            return End("exhausted", error, what="stack")
        if code == w.TrapCode.OUT_OF_FUEL:
            return End("exhausted", error, what="fuel")
        name = TRAPS.get(code.name) if code is not None else None
        return End("trap", error, **({"code": name} if name else {}))
    if "memory minimum size" in str(error) or "memory_reservation overflows" in str(error) or "out of memory" in str(error):
        return End("exhausted", error, what="memory")
    # A trap of a function that the linker calls has its backtrace only.
    if "wasm trap:" in str(error) or "wasm backtrace:" in str(error):
        return End("trap", error)
    return End("unlinkable" if at_link else "failed", error)


def given(program, folder):
    (folder / "stdin").write_text(program["stdin"])
    config = w.WasiConfig()
    config.argv = ["main.wasm", *program["args"]]
    config.env = list(program["env"].items())
    config.stdin_file, config.stdout_file = folder / "stdin", folder / "stdout"
    for index, name in enumerate(program["preopens"]):
        (folder / f"dir{index}").mkdir()
        config.preopen_dir(str(folder / f"dir{index}"), name)
    return config


def enter(linker, store, program):
    modules = [(preload["name"], preload["bytes"]) for preload in program["preloads"]]
    is_command = False
    for name, code in modules + [("", program["main"])]:
        try:
            module = w.Module(linker.engine, bytearray.fromhex(code))
        except w.WasmtimeError as error:
            raise End("rejected", error)
        is_command = "_start" in [export.name for export in module.exports]
        try:
            linker.define_module(store, name, module)
        except (w.WasmtimeError, w.Trap) as error:
            raise error if isinstance(error, w.ExitTrap) else end(error, at_link=True)
    if program["reach"] == "reactor":
        return
    if program["export"] == "_initialize":
        raise unsupported("the linker leaves the choice of an export to its user")
    if is_command and program["times"] != 1:
        raise unsupported("entering one instance of a command again: the linker makes a new one for each call")
    try:
        entry = linker.get(store, "", program["export"]) if program["export"] else linker.get_default(store, "")
    except w.WasmtimeError as error:
        raise End("unlinkable", error)
    if not isinstance(entry, w.Func):
        raise End("failed", f"there is no function {program['export']}")
    for _ in range(program["times"]):
        entry(store)


def run(engine, program):
    with TemporaryDirectory() as name:
        folder, told = Path(name), None
        store, linker = w.Store(engine), w.Linker(engine)
        store.set_wasi(given(program, folder))
        linker.define_wasi()
        linker.engine = engine
        try:
            enter(linker, store, program)
        except End as error:
            told = error.end
        except w.ExitTrap as error:
            told = End("exit", exit=error.code).end
        except (w.WasmtimeError, w.Trap) as error:
            told = end(error).end
        return {"stdout": (folder / "stdout").read_bytes().hex(), "end": told}
