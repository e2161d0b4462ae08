"""wasmtime through its Python package. Its parser and its validator share one error: `rejected`. How its other errors are
read, and how it runs programs of WASI, is told in wasmtime_wasi.py."""
from importlib.metadata import version

import wasmtime as w
import wasmtime_acting
import wasmtime_wasi
from preflight_driver import NULL, End, read, serve, unsupported, write
from wasmtime_wasi import end


def engine(consume_fuel):
    config = w.Config()
    for proposal in ("gc", "function_references", "exceptions", "tail_call", "multi_memory", "memory64", "threads",
                     "relaxed_simd", "custom_page_sizes"):
        setattr(config, "wasm_" + proposal, True)
    config.shared_memory, config.consume_fuel = True, consume_fuel
    return w.Engine(config)


class Driver(wasmtime_acting.Acting):
    def __init__(self):
        self.unlimited = engine(False)
        self.reset()

    def limit(self):
        self.engine = engine(True)
        self.store = w.Store(self.engine)
        self.is_limited = True
        self.refuel()

    def refuel(self):
        """A limit is that of one call or instantiation."""
        if self.is_limited:
            self.store.set_fuel(1_000_000)

    def reset(self):
        self.engine = self.unlimited
        self.store, self.modules, self.instances, self.is_limited = w.Store(self.engine), [], [], False
        self.acting, self.registered, self.made_by_host = {}, {}, {}

    def compile(self, bytes):
        try:
            self.modules.append(w.Module(self.engine, bytearray.fromhex(bytes)))
        except w.WasmtimeError as error:
            raise End("rejected", error)
        return {"module": len(self.modules) - 1}

    def instantiate(self, module, imports):
        self.refuel()
        return {"instance": self.make(module, imports)}

    def make(self, module, imports):
        linker = w.Linker(self.engine)
        linker.allow_shadowing = True
        for item in imports:
            if "host" in item:
                value = self.host(**item["host"])
            elif "acting" in item:
                value = self.acting.get(item["acting"])
            elif "registered" in item:
                value = self.find(item["registered"]["of"], item["registered"]["name"])
            else:
                value = self.instances[item["export"]["instance"]].get(item["export"]["name"])
            if value is not None:
                linker.define(self.store, item["module"], item["name"], value)
        try:
            instance = linker.instantiate(self.store, self.modules[module])
        except (w.WasmtimeError, w.Trap) as error:
            raise end(error, at_link=True)
        self.instances.append(instance.exports(self.store))
        return len(self.instances) - 1

    def host(self, name, params, results):
        types = [getattr(w.ValType, kind)() for kind in params]
        returned = [read(value) for value in results]

        def call(*args):
            self.calls.append({"name": name, "args": [write(kind, arg) for kind, arg in zip(params, args)]})
            return returned if len(returned) > 1 else returned[0] if returned else None

        return w.Func(self.store, w.FuncType(types, [getattr(w.ValType, v["type"])() for v in results]), call)

    def export(self, instance, name):
        return self.instances[instance][name]

    def call(self, instance, export, args, types):
        func = self.export(instance, export)
        self.refuel()
        try:
            results = func(self.store, *[read(arg) for arg in args])
        except (w.WasmtimeError, w.Trap) as error:
            raise end(error)
        except (TypeError, NotImplementedError, ValueError) as error:
            raise unsupported(error)
        types = func.type(self.store).results
        results = results if isinstance(results, list) and len(types) != 1 else [results]
        return {"values": [self.value(kind, value) for kind, value in zip(types, results)]}

    def value(self, kind, value):
        if value is None:
            return NULL
        if str(kind) in ("i32", "i64", "f32", "f64"):
            return write(str(kind), value)
        if isinstance(value, tuple):
            return {"type": value[0], "value": str(value[1])}
        if isinstance(value, w.Func):
            return {"type": "funcref", "value": "?"}
        raise unsupported(f"a result of type {kind}")

    def global_(self, instance, export, types):
        value = self.export(instance, export)
        try:
            content = value.type(self.store).content
            return {"values": [self.value(content, value.value(self.store))]}
        except w.WasmtimeError as error:
            raise end(error)

    def set_global(self, instance, export, value):
        self.export(instance, export).set_value(self.store, read(value))

    def memory_size(self, instance, export):
        return {"size": self.export(instance, export).data_len(self.store)}

    def memory_read(self, instance, export, offset, len):
        return {"bytes": self.export(instance, export).read(self.store, offset, offset + len).hex()}

    def memory_write(self, instance, export, offset, bytes):
        self.export(instance, export).write(self.store, bytearray.fromhex(bytes), offset)

    def table_size(self, instance, export):
        return {"size": self.export(instance, export).size(self.store)}

    def table_get(self, instance, export, index):
        table = self.export(instance, export)
        return {"values": [self.value(table.type(self.store).element, table.get(self.store, index))]}

    def run_program(self, **program):
        return wasmtime_wasi.run(self.engine, program)


setattr(Driver, "global", Driver.global_)
LINEAGE = {"engine": "wasmtime", "linker": "wasmtime"}
serve({"name": "wasmtime-python", "version": version("wasmtime"), "level": "observable",
       "abilities": ["core", "hosts", "p1", "preloads", "times"], "lineage": LINEAGE}, Driver())
