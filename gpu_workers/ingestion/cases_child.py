"""Rows of a table as cases, in a confined process: `python -m gpu_workers.ingestion.cases_child DESCRIPTOR`.

From the descriptor, as JSON: path, first, count, interface, mapping. Writes `Cases` to standard output as msgpack.
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

    from gpu_workers.ingestion.cases import cases_of
    from gpu_workers.protocol.interface import Interface

    interface = msgspec.convert(asked["interface"], Interface)
    found = cases_of(Path(asked["path"]), asked["first"], asked["count"], interface, asked["mapping"])
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))
