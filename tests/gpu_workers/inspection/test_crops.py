"""What a step crops out of a picture must be as that step's model takes it."""

from typing import Any

import pytest

from gpu_workers.inspection.agreement import Disagreement
from gpu_workers.inspection.steps import check_steps
from gpu_workers.protocol.interface import Crop, ImageInput, Interface, Step, TextOutput
from gpu_workers.runner import Signature, TensorInfo

FIND = Signature(
    (TensorInfo("page", "float32", ("n", 1, "h", "w")),), (TensorInfo("map", "float32", ("n", 1, "h", "w")),)
)
READ = Signature((TensorInfo("line", "float32", (1, 1, 8, "w")),), (TensorInfo("scores", "float32", (1, "t", 2)),))
LINE: dict[str, Any] = {"name": "line", "tensor": "line", "size": (8, 4), "resize": "height", "mode": "L"}


def checked(**changed: Any) -> None:
    crop = Crop(image="page", step="find", output="map", picture=ImageInput(**LINE | changed))
    steps = (Step(name="find", file="find.onnx"), Step(name="read", file="read.onnx", crop=crop))
    text = TextOutput(name="text", tensor="scores", classes=("|",), decode="ctc")
    interface = Interface((ImageInput(name="page", mode="L"),), (text,), steps)
    check_steps(interface, {"find": FIND, "read": READ})


def test_one_that_fits_is_taken() -> None:
    checked()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"dtype": "uint8"}, "dtype of “line” is uint8, but the model takes float32 .* Declare dtype float32"),
        ({"mode": "RGB"}, "mode of “line” is RGB, but the model takes float32 .* Declare mode L"),
        ({"size": (16, 4)}, r"size of “line” is \[16, 4\], but the model takes float32 .* Declare size \[8, "),
    ],
    ids=["dtype", "mode", "size"],
)
def test_one_that_does_not_is_told_with_its_step(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(Disagreement, match=f"In the step “read”, what is cropped: {told}"):
        checked(**changed)
