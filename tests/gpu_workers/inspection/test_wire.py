"""Taking the weights out changes nothing else, and costs no memory that grows with them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from gpu_workers.inspection.wire import without_weights

from .hostile_files import branch, function, graph, model, weight


def emptied(made: onnx.ModelProto) -> onnx.ModelProto:
    slim, _ = without_weights(memoryview(made.SerializeToString()))
    read: onnx.ModelProto = onnx.ModelProto.FromString(slim)
    return read


def test_all_but_the_numbers_is_kept() -> None:
    node = helper.make_node(
        "Op", ["x"], ["y"], floats=[1.0] * 500, ints=[-1, 2, 300, 2**62] * 50, f=1.5, i=7, strings=["a", "b"]
    )
    made = model(graph([node, branch(graph([node]))], initializer=[weight()]), functions=[function("f", [node])])
    made.metadata_props.add(key="k", value="v")
    read = emptied(made)
    for graph_ in (made.graph, made.graph.node[1].attribute[0].g, made.graph.node[1].attribute[1].g, made.functions[0]):
        for attribute in graph_.node[0].attribute:
            del attribute.floats[:], attribute.ints[:], attribute.strings[:]
    del made.graph.initializer[0].float_data[:]
    assert read == made


def test_what_was_taken_out_is_counted() -> None:
    made = model(graph(initializer=[numpy_helper.from_array(np.zeros(10_000, np.float32), "w")]))
    _, counted = without_weights(memoryview(made.SerializeToString()))
    assert 40_000 <= counted.weights <= 40_010
    assert (counted.nodes, counted.initializers, counted.depth) == (1, 1, 1)


def test_a_large_file_needs_little_memory(tmp_path: Path) -> None:
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[64 << 20])
    head = model(graph(initializer=[weight()])).SerializeToString()
    path = tmp_path / "large.onnx"
    size = 256 << 20
    raw = b"\x4a" + _varint(size)
    inner = tensor.SerializeToString() + raw
    outer = b"\x2a" + _varint(len(inner) + size) + inner
    with path.open("wb") as file:
        file.write(head + b"\x3a" + _varint(len(outer) + size) + outer)
        file.truncate(file.tell() + size)
    program = (
        "import sys, resource; from pathlib import Path; from gpu_workers.inspection import inspect\n"
        "findings = inspect(Path(sys.argv[1]), 'onnx')\n"
        "anonymous = [line for line in open('/proc/self/status') if line.startswith('RssAnon')][0].split()[1]\n"
        "print(findings.rule or findings.facts.weights, int(anonymous) // 1024)\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    answer = subprocess.run(command, capture_output=True, check=True, env={"PYTHONPATH": ":".join(sys.path)})
    weights, megabytes = map(int, answer.stdout.split())
    assert weights > size
    assert megabytes < 150


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
