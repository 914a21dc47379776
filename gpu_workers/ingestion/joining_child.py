"""Joins a table and answers in a confined process: `python -m gpu_workers.ingestion.joining_child DESCRIPTOR`.

From the descriptor, as JSON: table, files, sizes, outputs, out (the descriptor of an empty file). Writes a `Joined` to
standard output as msgpack.
"""

import os
import sys

from gpu_workers.sandbox import confine
from gpu_workers.sandbox.told import told

if __name__ == "__main__":
    confine()
    asked = told()
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # the others reserve more addresses than the limit has

    from pathlib import Path

    import msgspec

    from gpu_workers.ingestion.joining import Output, join

    outputs = msgspec.convert(asked["outputs"], list[tuple[Output, str]])
    made = join(Path(asked["table"]), Path(asked["files"]), asked["sizes"], outputs, asked["out"])
    sys.stdout.buffer.write(msgspec.msgpack.encode(made))
