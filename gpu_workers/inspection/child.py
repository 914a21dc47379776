"""Checks one file in a confined process of its own: `python -m gpu_workers.inspection.child PATH FORMAT LABELS`.

LABELS: JSON, a list of where names of classes are to be read from, or null for whatever is found.
Writes the findings to standard output as msgpack.
"""

import json
import sys
from pathlib import Path

import msgspec

from gpu_workers.sandbox import confine

from .static import inspect

if __name__ == "__main__":
    confine()
    sys.stdout.buffer.write(msgspec.msgpack.encode(inspect(Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]))))
