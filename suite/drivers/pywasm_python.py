"""pywasm, an interpreter in Python. It decodes and does not validate: what does not decode is `rejected`. An import that
cannot be had or does not match is `unlinkable`. It checks by assertions and tells no reasons: whatever stops it while it
evaluates instructions is a trap without a reason, and a call beyond its depth an exhausted stack.

Of WASI preview 1 it runs commands: it has no reactors and no preloads."""
import io
import traceback
from importlib.metadata import version
from tempfile import TemporaryDirectory

import pywasm
from preflight_driver import NULL, End, read, serve, unsupported, write
from pywasm.core import FuncType, ModuleDesc, Runtime, ValInst, ValType

TYPES = {"i32": ValType.i32(), "i64": ValType.i64(), "f32": ValType.f32(), "f64": ValType.f64()}
NAMES = {0x7F: "i32", 0x7E: "i64", 0x7D: "f32", 0x7C: "f64"}
DEPTH = 1024


def is_within(error, name):
    return any(frame.name.startswith(name) for frame in traceback.extract_tb(error.__traceback__))


class Driver:
    def __init__(self):
        self.reset()

    def reset(self):
        self.runtime, self.modules, self.instances = Runtime(), [], []

    def end(self, error, otherwise):
        stack, message = self.runtime.machine.stack, f"{type(error).__name__}: {error}"
        depth = len(stack.frame)
        for part in (stack.frame, stack.label, stack.value):
            part.clear()
        if error.args and error.args[0] == SystemExit:
            return End("exit", exit=error.args[1])
        if is_within(error, "evaluate"):
            return End("exhausted", message, what="stack") if depth >= DEPTH else End("trap", message)
        if is_within(error, "allocate_"):
            return End("exhausted", message, what="memory")
        return End(otherwise, message)

    def compile(self, bytes):
        try:
            self.modules.append(ModuleDesc.from_reader(io.BytesIO(bytearray.fromhex(bytes))))
        except Exception as error:
            raise End("rejected", f"{type(error).__name__}: {error}")
        return {"module": len(self.modules) - 1}

    def instantiate(self, module, imports):
        given = {}
        for item in imports:
            extern = self.host(**item["host"]) if "host" in item else self.find(**item["export"])
            if extern is not None:
                given.setdefault(item["module"], {})[item["name"]] = extern
        self.runtime.imports = given
        try:
            self.instances.append(self.runtime.instance(self.modules[module]))
        except Exception as error:
            raise self.end(error, "unlinkable")
        return {"instance": len(self.instances) - 1}

    def host(self, name, params, results):
        returned = [read(value) for value in results]

        def call(_, args):
            self.calls.append({"name": name, "args": [write(kind, arg) for kind, arg in zip(params, args)]})
            return returned

        types = FuncType([TYPES[kind] for kind in params], [TYPES[value["type"]] for value in results])
        return self.runtime.allocate_func_host(types, call)

    def find(self, instance, name):
        exports = [export.data for export in self.instances[instance].exps if export.name == name]
        return exports[0] if exports else None

    def stored(self, instance, export, kind):
        store = self.runtime.machine.store
        return getattr(store, kind)[self.find(instance, export).data]

    def call(self, instance, export, args, types):
        addr = self.find(instance, export).data
        machine = self.runtime.machine
        kinds = machine.store.func[addr].type.args
        values = [self.inst(kind, read(arg)) for kind, arg in zip(kinds, args)]
        try:
            return {"values": [self.value(result) for result in machine.invocate(addr, values)]}
        except Exception as error:
            raise self.end(error, "failed")

    def inst(self, kind, value):
        if value is None:
            return ValInst.zero(kind)
        return ValInst.from_all(kind, value[1] if isinstance(value, tuple) else value)

    def value(self, inst):
        kind = inst.type.data
        if kind in NAMES:
            return write(NAMES[kind], inst.into_all())
        if kind in (0x70, 0x6F):
            if not inst.data[4]:
                return NULL
            return {"type": "funcref", "value": "?"} if kind == 0x70 else {"type": "externref", "value": str(inst.into_ref())}
        return {"type": "v128", "value": "0x" + bytes(reversed(inst.into_v128())).hex()}

    def global_(self, instance, export, types):
        return {"values": [self.value(self.stored(instance, export, "glob").data)]}

    def set_global(self, instance, export, value):
        glob = self.stored(instance, export, "glob")
        glob.data = self.inst(glob.data.type, read(value))

    def memory_size(self, instance, export):
        return {"size": len(self.stored(instance, export, "mems").data)}

    def memory_read(self, instance, export, offset, len):
        return {"bytes": self.stored(instance, export, "mems").get(offset, len).hex()}

    def memory_write(self, instance, export, offset, bytes):
        self.stored(instance, export, "mems").put(offset, bytearray.fromhex(bytes))

    def table_size(self, instance, export):
        return {"size": self.stored(instance, export, "tabl").size}

    def table_get(self, instance, export, index):
        return {"values": [self.value(self.stored(instance, export, "tabl").elem[index])]}

    def run_program(self, main, reach, args, env, stdin, preopens, **_):
        if reach != "command":
            raise unsupported("anything but commands")
        with TemporaryDirectory() as folder:
            wasi = pywasm.wasi.Preview1(["main.wasm", *args], {name: folder for name in preopens}, env)
            wasi.fd[0].pipe, wasi.fd[1].pipe = io.BytesIO(stdin.encode()), io.BytesIO()
            wasi.bind(self.runtime)
            end = None
            try:
                code = wasi.main(self.runtime, self.runtime.instance(ModuleDesc.from_reader(io.BytesIO(bytearray.fromhex(main)))))
                end = End("exit", exit=code).end if code else None
            except Exception as error:
                end = self.end(error, "failed").end
            return {"stdout": wasi.fd[1].pipe.getvalue().hex(), "end": end}


setattr(Driver, "global", Driver.global_)
serve({"name": "pywasm", "version": version("pywasm"), "level": "observable", "abilities": ["core", "p1"],
       "lineage": {"engine": "pywasm", "linker": "pywasm"}}, Driver())
