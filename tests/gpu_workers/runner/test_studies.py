"""Studies to tensors, against plain NumPy on the same volume."""

from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from gpu_workers.protocol.interface import DicomInput, Interface
from gpu_workers.protocol.messages import Blob
from gpu_workers.runner import studies as ours
from gpu_workers.runner.failure import Mismatch
from gpu_workers.runner.preprocess import prepare
from tests import studies

VOLUME = studies.phantom(6, 16)
HU = VOLUME.astype(np.float64) - 1024
VALUE = Blob("", "application/zip", studies.study(VOLUME))


def field(**given: Any) -> DicomInput:
    return msgspec.convert({"kind": "dicom", "name": "study", **given}, DicomInput)


def test_hounsfield_units_or_what_is_stored() -> None:
    assert np.array_equal(prepare(field(), VALUE, 4), HU[:1, None].astype(np.float32))
    assert np.array_equal(prepare(field(hu=False, layout="NHW"), VALUE, 3), VOLUME[:1].astype(np.float32))
    assert np.array_equal(prepare(field(layout="NHWC"), VALUE, 3), HU[0, :, :, None].astype(np.float32))


def test_values_as_stored_undo_the_offset() -> None:
    film = np.array([[[0, 40000]]], np.int64)
    value = Blob("", "", studies.study((film - 32768).astype(np.int16), offset=32768))
    assert prepare(field(hu=False), value, 4).tolist() == [[[[0.0, 40000.0]]]]


def test_a_window_scale_mean_and_std() -> None:
    given = {"window": {"center": 40, "width": 400}, "scale": 2.0, "mean": [0.5], "std": [0.25]}
    shown = np.clip((HU[0] - 40) / 400 + 0.5, 0, 1)
    assert np.allclose(prepare(field(**given), VALUE, 4)[0, 0], (shown * 2 - 0.5) / 0.25, atol=1e-6)


def test_a_volume_and_some_of_its_frames() -> None:
    assert prepare(field(frames="volume", layout="NCDHW"), VALUE, 5).shape == (1, 1, 6, 16, 16)
    three = prepare(field(frames="volume", layout="NDHW", depth=3), VALUE, 4)
    assert np.array_equal(three[0], HU[[1, 3, 5]].astype(np.float32))
    more = prepare(field(frames="volume", layout="NDHWC", depth=12), VALUE, 5)
    assert np.array_equal(more[0, :, :, :, 0], np.repeat(HU, 2, axis=0).astype(np.float32))


def test_resized_at_full_depth() -> None:
    sized = prepare(field(size=[8, 4]), VALUE, 4)[0, 0]
    plain = Image.fromarray(HU[0].astype(np.float32)).resize((4, 8), Image.Resampling.BILINEAR)
    assert np.array_equal(sized, np.asarray(plain))


def test_colour_and_grey_by_what_is_declared() -> None:
    colour = np.random.default_rng(3).integers(0, 255, (2, 4, 4, 3), np.uint8)
    value = Blob("", "", studies.study(colour))
    assert np.array_equal(prepare(field(mode="RGB"), value, 4)[0], colour[0].transpose(2, 0, 1))
    assert np.allclose(prepare(field(), value, 4)[0, 0], colour[0] @ [0.299, 0.587, 0.114], atol=1e-4)
    thrice = prepare(field(mode="RGB", mean=[1.0, 2.0, 3.0]), VALUE, 4)
    assert thrice.shape == (1, 3, 16, 16)
    assert np.array_equal(thrice[0, 2] + 3, thrice[0, 0] + 1)


def test_each_frame_is_a_case_and_answers_are_averaged() -> None:
    tensor = prepare(field(frames="each"), VALUE, 4)
    assert tensor.shape == (6, 1, 16, 16)
    parts = ours.split({"x": tensor, "age": np.ones((1, 1))}, {"x": 4})
    assert [part["x"].shape for part in parts] == [(1, 1, 16, 16)] * 6
    assert ours.split({"x": tensor}, {"x": 3})[2]["x"].shape == (1, 16, 16)
    assert ours.split({"y": tensor}, {}) == [{"y": tensor}]
    told = ours.averaged([{"y": np.array([[1.0, 3.0]], np.float32)}, {"y": np.array([[3.0, 5.0]], np.float32)}])
    assert told["y"].tolist() == [[2.0, 4.0]]  # type: ignore[union-attr]
    maps: list[list[dict[str | int, float | int | str]]] = [[{"a": 1.0}], [{"a": 2.0}]]
    assert ours.averaged([{"y": each} for each in maps]) == {"y": [{"a": 1.5}]}
    with pytest.raises(Mismatch, match="cannot be averaged"):
        ours.averaged([{"y": np.array(["a"], object)}, {"y": np.array(["b"], object)}])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"frames": "volume"}, "its layout has a D"),
        ({"layout": "NCDHW"}, "its layout has no D"),
        ({"depth": 3}, "is for frames: volume"),
        ({"layout": "NHW", "mode": "RGB"}, "needs a C"),
        ({"std": [0.0]}, "contains 0"),
        ({"window": {"center": 1, "width": 0}}, "> 0"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(given: dict[str, Any], told: str) -> None:
    outputs = [{"kind": "label", "name": "finding"}]
    with pytest.raises(msgspec.ValidationError, match=told):
        msgspec.convert({"inputs": [{"kind": "dicom", "name": "study", **given}], "outputs": outputs}, Interface)


def test_each_goes_with_scores_alone() -> None:
    form = {"inputs": [{"kind": "dicom", "name": "s", "frames": "each"}], "outputs": [{"kind": "image", "name": "m"}]}
    with pytest.raises(msgspec.ValidationError, match="whose answers are averaged"):
        msgspec.convert(form, Interface)


@pytest.mark.parametrize("value", [3.0, "text", Blob("", "", b"PK nonsense")])
def test_what_is_no_study_is_told(value: Any) -> None:
    with pytest.raises(Mismatch, match="stud"):
        prepare(field(), value, 4)
