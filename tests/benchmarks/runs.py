"""`python -m tests.benchmarks.runs [rows]`: how fast a worker runs a model over a table's rows.

A table of 30 numbers, as the breast-cancer one, through a small network of two layers: as a run's parts of 5,000 rows
in their sandboxes, from the stored Parquet to the stored answers, and the joining; beside ONNX Runtime in a loop over
the same rows, one at a time, and in one call. Printed: the best of three. Nothing is asserted.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np
import onnx
import onnxruntime as ort
import pyarrow as pa
import pyarrow.parquet as pq
from onnx import TensorProto, helper, numpy_helper

from gpu_workers.protocol.datasets import AnswerFile, Dataset, Join
from gpu_workers.protocol.interface import Column, Interface, LabelOutput, TableInput
from gpu_workers.protocol.messages import Apply
from gpu_workers.protocol.transfers import Put
from gpu_workers.sandbox import Limits
from gpu_workers.worker.cache import Cache
from gpu_workers.worker.holdings import Holdings
from gpu_workers.worker.runs import Runs
from gpu_workers.worker.settings import Settings
from tests.gpu_workers.worker.pool import Store

COLUMNS = 30
PART = 5_000
ROUNDS = 3
NAMES = [f"feature {place}" for place in range(COLUMNS)]
LABEL = LabelOutput(name="finding", classes=("benign", "malignant"), activation="softmax")


def network(path: Path) -> Path:
    random = np.random.default_rng(0)
    weights = [
        numpy_helper.from_array(random.normal(size=shape).astype(np.float32), name)
        for name, shape in (("w1", (COLUMNS, 16)), ("b1", (16,)), ("w2", (16, 2)), ("b2", (2,)))
    ]
    nodes = [
        helper.make_node("Gemm", ["row", "w1", "b1"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("Gemm", ["active", "w2", "b2"], ["finding"]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("row", TensorProto.FLOAT, ["n", COLUMNS])],
        [helper.make_tensor_value_info("finding", TensorProto.FLOAT, ["n", 2])],
        weights,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def best(work: Callable[[], None]) -> float:
    """Seconds."""
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return min(took)


async def measure(rows: int, folder: Path) -> None:
    values = np.random.default_rng(1).normal(size=(rows, COLUMNS))
    table = folder / "table.parquet"
    pq.write_table(pa.table(dict(zip(NAMES, values.T, strict=True))), table, row_group_size=1 << 17)
    model = network(folder / "small.onnx")
    session = ort.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    floats = values.astype(np.float32)

    def one_by_one() -> None:
        for row in floats:
            session.run(None, {"row": row[None]})

    report("ONNX Runtime, a row at a time", rows, best(one_by_one))
    report("ONNX Runtime, all in one call", rows, best(lambda: session.run(None, {"row": floats}) and None))

    store = Store()
    settings = Settings(
        pool="bench",
        redis_url="",
        pool_key=b"",
        cache=folder / "cache",
        worker="bench",
        threads=max(1, (os.cpu_count() or 1) // 2),
    )
    cache = Cache(settings.cache, settings.cache_bytes)
    holdings = Holdings(settings, cache, Limits(memory=settings.memory))
    runs = Runs(cache, holdings, 600)
    try:
        interface = Interface((TableInput(name="row", columns=tuple(Column(name=name) for name in NAMES)),), (LABEL,))
        held = store.model(model, interface, batch_axis=0)
        url, digest = store.put(table.read_bytes())
        dataset = Dataset(uuid4(), url, digest, table.stat().st_size, ())
        out = folder / "out"
        deadline = asyncio.get_running_loop().time() + 3600

        async def parts() -> tuple[AnswerFile, ...]:
            files = []
            for first in range(0, rows, PART):
                count = min(PART, rows - first)
                mapping: dict[str, str | dict[str, str]] = {"row": {name: name for name in NAMES}}
                out.touch()
                made = await runs.apply(Apply(held, dataset, first, count, mapping, Put("", "")), out, deadline)
                url, _ = store.put(out.read_bytes())
                files.append(AnswerFile(url, made.sha256, made.size, count))
            return tuple(files)

        files = await parts()  # the model is loaded, the table fetched
        took = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            files = await parts()
            took.append(time.perf_counter() - begun)
        report(f"a run's {len(files)} parts, one after the other", rows, min(took))
        begun = time.perf_counter()
        await runs.join(Join(dataset, files, ((LABEL, "small"),), Put("", ""), 1 << 32), out, deadline)
        report("their joining", rows, time.perf_counter() - begun)
    finally:
        await holdings.close()
        cache.close()
        store.close()


def report(what: str, rows: int, seconds: float) -> None:
    print(f"| {what} | {seconds:.2f} | {rows / seconds:,.0f} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    print(f"load average {os.getloadavg()[0]:.1f}\n\n| what | seconds | rows a second |\n|---|---|---|")  # noqa: T201
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        asyncio.run(measure(count, Path(directory)))
