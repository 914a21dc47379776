"""What a demo model answers to an example, with a box covered or not: the check on everything the demo claims.

It covers boxes and nothing more, after the rules of `gpu_workers.protocol.edits`.
"""

import os
from functools import cache
from io import BytesIO

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when onnxruntime is imported

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from gpu_workers.protocol.edits import Edits, Occlude
from gpu_workers.protocol.interface import ImageInput, Interface, LabelOutput

from .manifest import Example, Model

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]


def answer(model: Model, example: Example, edits: Edits = ()) -> dict[str, float]:
    """The score of each class, in the order of the classes."""
    (value,) = example.inputs.values()
    if isinstance(value, list):
        tensor = np.asarray([value], np.float32)
    else:
        tensor = prepare(cover(decode(value.read()), edits), image_of(model.interface))
    return scores(model.read(), model.interface, tensor)


def scores(onnx: bytes, interface: Interface, tensor: Floats) -> dict[str, float]:
    """Run one prepared tensor of shape (1, …)."""
    (output,) = interface.outputs
    if not isinstance(output, LabelOutput):
        raise TypeError("the demo's models answer with labels")
    session = _session(onnx)
    raw = session.run([output.tensor], {interface.inputs[0].tensor: tensor})[0][0]
    values = 1 / (1 + np.exp(-raw)) if output.activation == "sigmoid" else raw
    return {name: float(value) for name, value in zip(output.classes, values, strict=True)}


@cache
def _session(onnx: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])


def image_of(interface: Interface) -> ImageInput:
    (field,) = interface.inputs
    if not isinstance(field, ImageInput):
        raise TypeError("this model takes no picture")
    return field


def decode(png: bytes) -> Grey:
    with Image.open(BytesIO(png)) as picture:
        return np.asarray(picture.convert("L"))


def prepare(grey: Grey, field: ImageInput) -> Floats:
    """A (1, 1, height, width) tensor of `(pixel * scale - mean) / std`."""
    if field.size is None:
        raise ValueError("the demo's models declare their size")
    height, width = field.size
    rule = Image.Resampling.BOX if field.interpolation == "area" else Image.Resampling.BILINEAR
    small = np.asarray(Image.fromarray(grey).resize((width, height), rule), np.float32)
    normal = (small * field.scale - field.mean[0]) / field.std[0]
    return np.asarray(normal[None, None], np.float32)


def cover(grey: Grey, edits: Edits) -> Grey:
    """Cover boxes, in order. Raises ValueError for any other edit."""
    covered = grey.copy()
    height, width = grey.shape
    for edit in edits:
        if not isinstance(edit, Occlude) or edit.shape != "box":
            raise ValueError("the demo covers boxes only")
        rows = slice(round(edit.y * height), round((edit.y + edit.h) * height))
        columns = slice(round(edit.x * width), round((edit.x + edit.w) * width))
        if edit.fill == "blur":
            soft = Image.fromarray(covered).filter(ImageFilter.GaussianBlur(min(height, width) / 32))
            covered[rows, columns] = np.asarray(soft)[rows, columns]
        else:
            covered[rows, columns] = 0 if edit.fill == "black" else round(float(grey.mean()))
    return covered
