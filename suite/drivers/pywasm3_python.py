"""wasm3 through its Python package pywasm3. It runs one module at a time: an import of another module's export is
unsupported, and so is looking at tables. Its parser and its validator share one error: `rejected`."""
import binascii
from importlib.metadata import version

import wasm3
from preflight_driver import End, read, serve, unsupported, write

TRAPS = [
    ("unreachable", "unreachable"),
    ("out of bounds memory", "out-of-bounds-memory"),
    ("divide by zero", "integer-divide-by-zero"),
    ("integer overflow", "integer-overflow"),
    ("invalid conversion", "invalid-conversion-to-integer"),
    ("indirect call type mismatch", "indirect-call-type-mismatch"),
    ("undefined element", ["undefined-element", "uninitialized-element"]),
    ("null table element", "uninitialized-element"),
    ("table index out of range", "undefined-element"),
]
LACKS = ["no operation found for opcode", "no compiler found for opcode", "unknown opcode", "must be zero for MVP"]
TYPES = {"i32": "i", "i64": "I", "f32": "f", "f64": "F"}
NAMES = {1: "i32", 2: "i64", 3: "f32", 4: "f64"}


def end(error):
    text = str(error)
    if "stack overflow" in text:
        return End("exhausted", text, what="stack")
    if "missing imported" in text or "lookup failed" in text or "signature" in text:
        return End("unlinkable", text)
    if "memory limitation exceeded" in text:
        return End("exhausted", text, what="memory")
    # Of bulk memory, reference types and atomics it has a part or nothing, and says so when a function is compiled.
    if any(words in text for words in LACKS):
        return unsupported(text)
    code = next((code for words, code in TRAPS if words in text), None)
    if code or "[trap]" in text:
        return End("trap", text, **({"code": code} if code else {}))
    return End("failed", text)


def without_names(code):
    """The module without its custom sections: wasm3 looks functions up by their names in the name section, too, and would
    find one that is not exported."""
    kept, at = code[:8], 8
    while at < len(code):
        size, shift, content = 0, 0, at + 1
        while content < len(code) and shift < 35:
            size |= (code[content] & 0x7F) << shift
            shift, content = shift + 7, content + 1
            if code[content - 1] < 0x80:
                break
        if code[at] != 0:
            kept += code[at:content + size]
        at = content + size
    return kept


class Driver:
    def __init__(self):
        self.reset()

    def reset(self):
        self.environment, self.modules, self.instances = wasm3.Environment(), [], []

    def compile(self, bytes):
        code = binascii.unhexlify(bytes)
        try:
            self.environment.parse_module(code)
        except RuntimeError as error:
            raise End("rejected", error)
        self.modules.append(without_names(code))
        return {"module": len(self.modules) - 1}

    def instantiate(self, module, imports):
        if any("export" in item for item in imports):
            raise unsupported("imports of another module's exports")
        runtime = self.environment.new_runtime(64 * 1024)
        parsed = self.environment.parse_module(self.modules[module])
        try:
            runtime.load(parsed)
            for item in imports:
                self.link(parsed, item["module"], item["name"], **item["host"])
            # The package has no call that runs the start function. wasm3 does so when a function is looked up for the first
            # time, and only if the start function's index is not 0: what fails then looks like the call's own failure.
        except RuntimeError as error:
            raise end(error)
        self.instances.append((runtime, parsed))
        return {"instance": len(self.instances) - 1}

    def link(self, parsed, module, function, name, params, results):
        returned = [read(value) for value in results]

        def call(*args):
            self.calls.append({"name": name, "args": [write(kind, arg) for kind, arg in zip(params, args)]})
            return returned[0] if returned else None

        result = TYPES[results[0]["type"]] if results else "v"
        parsed.link_function(module, function, f"{result}({''.join(TYPES[kind] for kind in params)})", call)

    def call(self, instance, export, args, types):
        try:
            function = self.instances[instance][0].find_function(export)
            returned = function(*[read(arg) for arg in args])
        except RuntimeError as error:
            raise end(error)
        returned = returned if isinstance(returned, tuple) else [returned][: function.num_rets]
        return {"values": [write(NAMES[kind], value) for kind, value in zip(function.ret_types, returned)]}

    def global_(self, instance, export, types):
        kind = types[0] if types else None
        if kind is None:
            raise unsupported("globals whose type is not told")
        try:
            return {"values": [write(kind, self.instances[instance][1].get_global(export))]}
        except RuntimeError as error:
            raise End("failed", error)

    def memory_size(self, instance, export):
        return {"size": len(self.memory(instance))}

    def memory_read(self, instance, export, offset, len):
        return {"bytes": bytes(self.memory(instance)[offset:offset + len]).hex()}

    def memory(self, instance):
        try:
            return self.instances[instance][0].get_memory(0)
        except RuntimeError as error:
            raise End("failed", error)


setattr(Driver, "global", Driver.global_)
LINEAGE = {"engine": "wasm3", "linker": "wasm3"}
ABOUT = {"name": "pywasm3", "version": f"{version('pywasm3')} (wasm3 {wasm3.M3_VERSION})", "level": "observable",
         "abilities": ["core"], "lineage": LINEAGE}
serve(ABOUT, Driver())
