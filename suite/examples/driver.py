"""A driver to begin with: it knows the protocol of suite/PROTOCOL.md and no runtime. Fill in what your runtime can do; what
is left out is unsupported. `preflight driver check -- python3 driver.py` tells what is wrong."""
import json
import sys

ABOUT = {
    "name": "template",
    "version": "0",
    "level": "observable",
    "abilities": ["core"],
    "lineage": {"engine": "template", "linker": "template"},
}


def answer(command, request):
    if command == "hello":
        return {"protocol": 1, "about": ABOUT}
    if command == "reset":
        return {}
    if command == "compile" and bytes.fromhex(request["bytes"])[:8] != b"\0asm\1\0\0\0":
        return {"end": {"class": "malformed", "message": "no module of version 1"}}
    return {"end": {"class": "unsupported", "message": command}}


for line in sys.stdin:
    request = json.loads(line)
    reply = answer(request["cmd"], request)
    print(json.dumps({"id": request["id"], **reply}), flush=True)
