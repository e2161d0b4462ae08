"""Functions of the host that act (suite/PROTOCOL.md), on wasmtime's Python package: a part of the driver in wasmtime_python.py."""
import itertools

import wasmtime as w
from preflight_driver import End, unsupported
from wasmtime_wasi import end


# How many of these functions may be at work at a time: nobody measures the stack that Python and the package stand on.
MOST_AT_WORK = 64


class Acting:
    at_work = 0

    def register(self, name, instance):
        self.registered[name] = self.instances[instance]

    def made(self, name):
        return {"instance": self.made_by_host[name]} if name in self.made_by_host else {}

    def find(self, of, export):
        return self.registered[of].get(export) if of in self.registered else None

    def hosts(self, hosts):
        for host in hosts:
            self.acting[host["name"]] = w.Func(self.store, w.FuncType([], []), self.actor(host, itertools.count()))

    def actor(self, host, numbers):
        """A function of the host that acts. What is exhausted stays exhausted; what does not link is a trap of the host."""
        acts = {"trap": self.trap, "write": self.act_write, "grow": self.act_grow, "throw": self.act_throw,
                "call": self.act_call, "instantiate": self.act_instantiate}

        def call():
            self.calls.append({"name": host["name"], "args": []})
            if self.at_work == MOST_AT_WORK:
                raise End("exhausted", "call stack exhausted", what="stack")
            self.at_work += 1
            try:
                acts[host["does"]](host, numbers)
            except (w.WasmtimeError, w.Trap, End) as error:
                kind = (error if isinstance(error, End) else end(error)).end["class"]
                if kind in ("exhausted", "unsupported"):
                    raise
                if host.get("catches"):
                    return
                if kind == "unlinkable":
                    self.trap()
                if kind == "exception":
                    raise unsupported("an exception that passes through Python, where it becomes a trap")
                raise
            finally:
                self.at_work -= 1

        return call

    def trap(self, *_):
        raise w.Trap("host trap")

    def act_write(self, host, _):
        memory = self.find(host["of"], host["export"])
        if isinstance(memory, w.Memory):
            if host["at"] >= memory.data_len(self.store):
                self.trap()
            memory.write(self.store, bytes([host["byte"]]), host["at"])
        elif isinstance(memory, w.SharedMemory):
            raise unsupported("the bytes of shared memories")

    def act_grow(self, host, _):
        memory = self.find(host["of"], host["export"])
        if isinstance(memory, w.SharedMemory):
            raise unsupported("shared memories that grow")
        try:
            if isinstance(memory, w.Memory):
                memory.grow(self.store, host["by"])
        except w.WasmtimeError:
            pass  # One that cannot grow stays as it is.

    def act_throw(self, host, _):
        raise unsupported("exceptions that the host throws")

    def act_call(self, host, _):
        func = self.find(host["of"], host["export"])
        if isinstance(func, w.Func) and not func.type(self.store).params:
            func(self.store)

    def act_instantiate(self, host, numbers):
        name = host["names"][min(next(numbers), len(host["names"]) - 1)]
        number = self.make(host["module"], host["imports"])
        self.made_by_host[name] = number
        if host["register"] is not None:
            self.registered[host["register"]] = self.instances[number]
