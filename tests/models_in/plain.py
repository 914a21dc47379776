"""The same model and the same tensors in plain ONNX Runtime, and how near Atrium's answer must be.

Nothing of Atrium's own preparation is used here: what a picture becomes is written out once more.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from atrium_client import Answer, ImageResult, LabelResult, NumberResult, TextResult

Array = npt.NDArray[Any]
RELATIVE, ABSOLUTE = 1e-4, 1e-5
"""The two runs choose their own kernels and number of threads; float32 leaves about six digits."""
SHARP = 1e-3
"""Of the range of a picture: pixels are whole numbers, so a value may lie this far beyond half a step."""


def run(model: bytes | Path, tensors: Mapping[str, Array]) -> dict[str, Any]:
    """All outputs by name."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    given = model if isinstance(model, bytes) else str(model)
    session = onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, dict(tensors)), strict=True))


def tensor(
    pixels: Array, *, scale: float = 1.0, mean: Sequence[float] = (0.0,), std: Sequence[float] = (1.0,)
) -> Array:
    """A picture of the model's own size, (H, W) or (H, W, 3), as float32 [1, C, H, W]."""
    planes = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    values = (planes.astype(np.float64) * scale - np.reshape(mean, (-1, 1, 1))) / np.reshape(std, (-1, 1, 1))
    return np.asarray(values[None], np.float32)


def softmax(logits: Array) -> Array:
    powers = np.exp(logits.astype(np.float64) - logits.max())
    return np.asarray(powers / powers.sum())


def is_label(answer: Answer, output: str, scores: Mapping[str, float]) -> None:
    """The same classes with the same scores, the highest first."""
    found = answer[output]
    assert isinstance(found, LabelResult)
    assert dict(found.scores).keys() == scores.keys()
    for name, score in found.scores:
        assert close(score, scores[name]), (output, name, score, scores[name])
    given = [score for _, score in found.scores]
    assert given == sorted(given, reverse=True)


def is_number(answer: Answer, output: str, value: float) -> None:
    found = answer[output]
    assert isinstance(found, NumberResult)
    assert found.value is not None
    assert close(found.value, value), (output, found.value, value)


def is_text(answer: Answer, output: str, value: str) -> None:
    found = answer[output]
    assert isinstance(found, TextResult)
    assert found.value == value


def is_picture(answer: Answer, output: str, values: Array) -> None:
    """values: (H, W) in 0..255, before they are rounded to whole pixels."""
    found = answer[output]
    assert isinstance(found, ImageResult)
    pixels = np.asarray(Image.open(BytesIO(found.read())))
    assert pixels.shape == values.shape == (found.height, found.width)
    assert np.abs(pixels - values).max() <= 0.5 + SHARP * 255


def close(found: float, expected: float) -> bool:
    return abs(found - expected) <= ABSOLUTE + RELATIVE * abs(expected)
