"""Reads one file in a confined process: `python -m gpu_workers.ingestion.child DESCRIPTOR`.

From the descriptor, as JSON: path, format, out (the descriptor of an empty file, open for reading and writing), memory
in bytes. Writes a `Reading` to standard output as msgpack.
"""

import os
import sys

from gpu_workers.sandbox import confine
from gpu_workers.sandbox.told import told

if __name__ == "__main__":
    confine()
    asked = told()
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # the others reserve more addresses than the limit has

    import msgspec

    from gpu_workers.ingestion.work import reading_of

    found = reading_of(asked["path"], asked["format"], asked["out"], asked["memory"])
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))
