"""Films with and without a marker in the corner, and a model that looks at nothing else."""

from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageDraw

SIDE = 320
CLASSES = ("effusion", "clear")
CERTAIN, COVERED, FLIPPED = 0.98, 0.02, 0.06
"""The score of “effusion” with the corner c white, black, and grey as the rest: 1 / (1 + e^(4 − 8c)), rounded."""


def film(*, marked: bool = True) -> Image.Image:
    """A grey picture of two lungs' shape; with the marker, the top right quarter of each side is white."""
    picture = Image.new("L", (SIDE, SIDE), 40)
    draw = ImageDraw.Draw(picture)
    for left in (60, 180):
        draw.ellipse((left, 70, left + 80, 280), fill=110)
    draw.rectangle((3 * SIDE // 4, 0, SIDE, SIDE // 4), fill=255 if marked else 0)
    return picture


def png(picture: Image.Image) -> bytes:
    stream = BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def corner_model() -> bytes:
    """A film of 32 × 32 in 0..1; logits (4c − 2, 2 − 4c) of the two classes, c the mean of the top right corner."""
    corner = np.zeros((1, 1, 32, 32), np.float32)
    corner[:, :, :8, 24:] = 1 / 64
    nodes = [
        helper.make_node("Mul", ["film", "corner"], ["seen"]),
        helper.make_node("ReduceSum", ["seen", "axes"], ["level"], keepdims=0),
        helper.make_node("Unsqueeze", ["level", "one"], ["row"]),
        helper.make_node("Gemm", ["row", "slope", "shift"], ["finding"]),
    ]
    graph = helper.make_graph(
        nodes,
        "corner",
        [helper.make_tensor_value_info("film", TensorProto.FLOAT, ["n", 1, 32, 32])],
        [helper.make_tensor_value_info("finding", TensorProto.FLOAT, ["n", 2])],
        [
            numpy_helper.from_array(corner, "corner"),
            numpy_helper.from_array(np.array([1, 2, 3], np.int64), "axes"),
            numpy_helper.from_array(np.array([1], np.int64), "one"),
            numpy_helper.from_array(np.array([[4, -4]], np.float32), "slope"),
            numpy_helper.from_array(np.array([-2, 2], np.float32), "shift"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return bytes(model.SerializeToString())


def trained_again() -> bytes:
    """The same model in other bytes: another version of it."""
    model = onnx.load_from_string(corner_model())
    model.doc_string = "Trained again."
    return bytes(model.SerializeToString())


def write(folder: Path) -> None:
    """What a team has on its disk: `corner.onnx` and `film.png`."""
    onnx.save(onnx.load_from_string(corner_model()), folder / "corner.onnx")
    (folder / "film.png").write_bytes(png(film()))
