"""Checks one file in a confined process of its own: `python -m gpu_workers.inspection.child DESCRIPTOR`.

From the descriptor, as JSON: path, format, and labels: a list of where names of classes are to be read from, or null
for whatever is found. Writes the findings to standard output as msgpack.
"""

import sys
from pathlib import Path

import msgspec

from gpu_workers.sandbox import confine
from gpu_workers.sandbox.told import told

from .static import inspect

if __name__ == "__main__":
    confine()
    asked = told()
    found = inspect(Path(asked["path"]), asked["format"], asked["labels"])
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))
