"""Checks one file in a confined process of its own: `python -m gpu_workers.inspection.child DESCRIPTOR`.

From the descriptor, as JSON: path, format, and labels: a list of where names of classes are to be read from, or null
for whatever is found. Writes the findings to standard output as msgpack.
"""

import json
import os
import sys
from pathlib import Path

import msgspec

from gpu_workers.sandbox import confine

from .static import inspect

if __name__ == "__main__":
    confine()
    with os.fdopen(int(sys.argv[1])) as told:
        asked = json.load(told)
    found = inspect(Path(asked["path"]), asked["format"], asked["labels"])
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))
