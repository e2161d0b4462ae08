"""The protocol of suite/PROTOCOL.md for drivers in Python: lines, core values, ends."""
import json
import struct
import sys


class End(Exception):
    """How something ended, if not well: the class, and whatever else the protocol has for it."""

    def __init__(self, kind, message="", **more):
        self.end = {"class": kind, "message": str(message)[:500], **more}


def unsupported(what):
    return End("unsupported", what)


def read(value):
    """A value of the protocol as a number, `None` for null, or `("externref", number)`."""
    kind, text = value["type"], value["value"]
    if text == "null":
        return None
    if kind == "externref":
        return ("externref", int(text))
    if kind == "v128":
        return int(text, 16)
    number = int(text)
    if kind == "i32":
        return (number + 2**31) % 2**32 - 2**31
    if kind == "i64":
        return (number + 2**63) % 2**64 - 2**63
    bits = struct.pack("<I" if kind == "f32" else "<Q", number)
    floating = "<f" if kind == "f32" else "<d"
    value = struct.unpack(floating, bits)[0]
    if struct.pack(floating, value) != bits:
        raise unsupported("the bits of a NaN in Python")
    return value


def write(kind, value):
    """A number as a value of the protocol, by its type."""
    if kind in ("f32", "f64"):
        floating, integer = ("<f", "<I") if kind == "f32" else ("<d", "<Q")
        # One of 32 bits is a double in Python.
        lost = "nan:" if kind == "f32" and value != value else ""
        value = f"{lost}{struct.unpack(integer, struct.pack(floating, value))[0]}"
    return {"type": kind, "value": str(value)}


NULL = {"type": "ref", "value": "null"}


def serve(about, driver):
    """Answers requests by the methods of `driver`, which have the names of the commands, until there are no more."""
    out, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        reply = {"id": request.pop("id")}
        command = request.pop("cmd")
        driver.calls = []
        try:
            if command == "hello":
                reply |= {"protocol": 1, "about": about}
            elif hasattr(driver, command):
                reply |= getattr(driver, command)(**request) or {}
            else:
                raise unsupported(command)
        except End as error:
            reply["end"] = error.end
        except RecursionError as error:
            reply["end"] = End("exhausted", error, what="stack").end
        except (AttributeError, KeyError, NotImplementedError, TypeError, ValueError) as error:
            # What a binding has no means for, it says in these ways.
            reply["end"] = unsupported(f"{type(error).__name__}: {error}").end
        except Exception as error:  # One that nobody thought of must not end the worker.
            reply["end"] = End("failed", f"{type(error).__name__}: {error}").end
        reply["calls"] = driver.calls
        print(json.dumps(reply), file=out, flush=True)
