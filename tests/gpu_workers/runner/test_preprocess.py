"""Pre-processing against arithmetic that shares no code with it: SciPy, plain loops, torch."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from gpu_workers.protocol.interface import ChoiceInput, Column, ImageInput, NumberInput, TableInput, TextInput
from gpu_workers.protocol.messages import Blob
from gpu_workers.runner.binding import Bound
from gpu_workers.runner.failure import Mismatch
from gpu_workers.runner.preprocess import prepare, prepare_all
from gpu_workers.runner.tokens import Tokenizers


def png(pixels: Any) -> Blob:
    written = BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8)).save(written, "PNG")
    return Blob("", "image/png", written.getvalue())


@pytest.fixture
def colours() -> Any:
    """A smooth picture, so that resampling methods agree away from the edges."""
    y, x = np.mgrid[0:48, 0:64]
    planes = [127 + 100 * np.sin(x / 9), 127 + 100 * np.cos(y / 7), 127 + 60 * np.sin((x + y) / 11)]
    return np.rint(np.stack(planes, axis=-1)).astype(np.uint8)


def test_normalises_each_channel_of_the_tensor(colours: Any) -> None:
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    field = ImageInput(name="x", scale=1 / 255, mean=mean, std=std)
    expected = np.empty((1, 3, 48, 64))
    for channel in range(3):
        expected[0, channel] = (colours[:, :, channel] / 255 - mean[channel]) / std[channel]
    got = prepare(field, png(colours), 4)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got.astype(float), expected, rtol=1e-6, atol=1e-6)


def test_bgr_reverses_the_channels_and_not_the_mean(colours: Any) -> None:
    field = ImageInput(name="x", mean=(1.0, 2.0, 3.0), order="BGR", layout="NHWC")
    expected = colours[None, :, :, ::-1].astype(float) - [1.0, 2.0, 3.0]
    np.testing.assert_array_equal(prepare(field, png(colours), 4), expected)


@pytest.mark.parametrize(
    ("layout", "mode", "shape"),
    [
        ("NCHW", "RGB", (1, 3, 48, 64)),
        ("NHWC", "RGB", (1, 48, 64, 3)),
        ("NCHW", "L", (1, 1, 48, 64)),
        ("NHWC", "L", (1, 48, 64, 1)),
        ("NHW", "L", (1, 48, 64)),
    ],
)
def test_layouts(colours: Any, layout: Any, mode: Any, shape: tuple[int, ...]) -> None:
    field = ImageInput(name="x", layout=layout, mode=mode)
    assert prepare(field, png(colours), len(shape)).shape == shape
    assert prepare(field, png(colours), None).shape == shape
    assert prepare(field, png(colours), len(shape) - 1).shape == shape[1:], "a model without a batch axis"


def test_gray_is_the_luma_of_itu_601(colours: Any) -> None:
    expected = colours @ [0.299, 0.587, 0.114]
    got = prepare(ImageInput(name="x", mode="L", layout="NHW"), png(colours), 3)[0]
    np.testing.assert_allclose(got.astype(float), expected, atol=1.0)


@pytest.mark.parametrize(
    ("shape", "free", "width", "filled"),
    [((24, 40), True, 80, 100), ((24, 40), False, 80, 100), ((24, 100), True, 200, 200), ((24, 100), False, 100, 100)],
)
def test_a_line_is_brought_to_a_height(shape: tuple[int, int], free: bool, width: int, filled: int) -> None:
    """width: of the line. filled: of the tensor, with 0 that no normalising has touched."""
    line = np.full((*shape, 3), 255, dtype=np.uint8)
    field = ImageInput(
        name="x", size=(48, 100), resize="height", free_width=free, scale=1 / 255, mean=(0.5,), std=(0.5,)
    )
    expected = np.zeros((1, 3, 48, filled), dtype=np.float32)
    expected[..., :width] = 1
    np.testing.assert_array_equal(prepare(field, png(line), 4), expected)


def test_enlarges_bilinearly_as_scipy_does(colours: Any) -> None:
    field = ImageInput(name="x", size=(96, 128), interpolation="bilinear", layout="NHWC")
    got = prepare(field, png(colours), 4)[0].astype(float)
    expected = ndimage.zoom(colours.astype(float), (2, 2, 1), order=1, mode="nearest", grid_mode=True)
    np.testing.assert_allclose(got, expected, atol=1.0)


def test_shrinks_as_torchvision_does(colours: Any) -> None:
    functional = pytest.importorskip("torch.nn.functional")
    torch = pytest.importorskip("torch")
    tensor = torch.tensor(colours.transpose(2, 0, 1)[None].astype(np.float32))
    for method in ("bilinear", "bicubic"):
        field = ImageInput(name="x", size=(20, 31), interpolation=method)
        expected = functional.interpolate(tensor, (20, 31), mode=method, antialias=True, align_corners=False)
        np.testing.assert_allclose(prepare(field, png(colours), 4).astype(float), expected.numpy(), atol=1.01)


def test_bicubic_overshoots_an_edge_by_its_own_kernel() -> None:
    """Enlarged by two: the cubic kernel of Keys (1981, a = −½) at a quarter and three quarters from a pixel."""
    step = np.where(np.arange(8) < 4, 50, 200)
    field = ImageInput(name="x", size=(1, 16), mode="L", interpolation="bicubic", layout="NHW")
    shares = np.array([-0.0703125, 0.8671875, 0.2265625, -0.0234375])  # at −1, 0, 1 and 2 from the pixel on its left
    padded = np.pad(step, 2, mode="edge")
    left = [float(shares[::-1] @ padded[at : at + 4]) for at in range(8)]
    right = [float(shares @ padded[at + 1 : at + 5]) for at in range(8)]
    expected = np.stack([left, right], axis=1).ravel()
    np.testing.assert_allclose(prepare(field, png(step[None]), 3)[0, 0].astype(float), expected, atol=1.01)


def test_area_is_the_mean_of_the_box(colours: Any) -> None:
    field = ImageInput(name="x", size=(12, 16), interpolation="area", layout="NHWC")
    expected = colours.reshape(12, 4, 16, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(prepare(field, png(colours), 4)[0].astype(float), expected, atol=1.0)


def test_nearest_takes_the_pixel_under_the_centre(colours: Any) -> None:
    field = ImageInput(name="x", size=(32, 16), interpolation="nearest", layout="NHWC")
    rows = [int((index + 0.5) * 48 / 32) for index in range(32)]
    columns = [int((index + 0.5) * 64 / 16) for index in range(16)]
    np.testing.assert_array_equal(prepare(field, png(colours), 4)[0], colours[rows][:, columns])


def test_fit_pads_with_black_at_the_right_and_bottom() -> None:
    wide, high = np.full((10, 40), 200), np.full((40, 10), 200)
    field = ImageInput(name="x", size=(20, 20), resize="fit", mode="L", layout="NHW")
    for pixels, filled in ((wide, np.s_[:5, :]), (high, np.s_[:, :5])):
        expected = np.zeros((20, 20))
        expected[filled] = 200
        np.testing.assert_array_equal(prepare(field, png(pixels), 3)[0], expected)


def test_cover_crops_the_centre() -> None:
    pixels = np.zeros((20, 60))
    pixels[:, 20:40] = 255
    field = ImageInput(name="x", size=(20, 20), resize="cover", mode="L", layout="NHW")
    np.testing.assert_array_equal(prepare(field, png(pixels), 3)[0], np.full((20, 20), 255))


@given(height=st.integers(1, 70), width=st.integers(1, 70), step=st.sampled_from([1, 8, 32]))
@settings(max_examples=25)
def test_multiple_of_rounds_both_sides_up(height: int, width: int, step: int) -> None:
    field = ImageInput(name="x", multiple_of=step, mode="L", layout="NHW")
    _, got_height, got_width = prepare(field, png(np.full((height, width), 9)), 3).shape
    assert got_height % step == 0
    assert got_width % step == 0
    assert height <= got_height < height + step
    assert width <= got_width < width + step


def test_whole_numbers_keep_the_pixels_and_are_clipped() -> None:
    pixels = np.arange(256).reshape(16, 16)
    same = prepare(ImageInput(name="x", mode="L", layout="NHW", dtype="uint8"), png(pixels), 3)
    assert same.dtype == np.uint8
    np.testing.assert_array_equal(same[0], pixels)
    doubled = prepare(ImageInput(name="x", mode="L", layout="NHW", dtype="uint8", scale=2.0), png(pixels), 3)
    np.testing.assert_array_equal(doubled[0], np.minimum(pixels * 2, 255))


def test_text_and_numbers_follow_the_rank_of_the_model() -> None:
    text = prepare(TextInput(name="t"), "Grüße", 2)
    assert text.shape == (1, 1)
    assert text.ravel().tolist() == ["Grüße"]
    assert prepare(TextInput(name="t"), "a", None).shape == (1,)
    for rank, shape in ((None, (1,)), (1, (1,)), (2, (1, 1))):
        number = prepare(NumberInput(name="n", dtype="int64"), 3.0, rank)
        assert number.shape == shape
        assert number.dtype == np.int64
        assert number.ravel().tolist() == [3]


def test_a_choice_is_its_string_or_its_index() -> None:
    assert prepare(ChoiceInput(name="c", choices=("a", "b")), "b", 1).tolist() == ["b"]
    assert prepare(ChoiceInput(name="c", choices=("a", "b"), dtype="int64"), "b", 1).tolist() == [1]


def test_a_table_row_has_a_column_each() -> None:
    field = TableInput(name="t", columns=(Column(name="a"), Column(name="b"), Column(name="c")))
    assert prepare(field, [1.0, 2.5, 3.0], 2).tolist() == [[1.0, 2.5, 3.0]]
    assert prepare(field, [1.0, 2.5, 3.0], 1).tolist() == [1.0, 2.5, 3.0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (ImageInput(name="x"), "text"),
        (ImageInput(name="x"), Blob("", "image/png", None, "http://elsewhere")),
        (TextInput(name="x"), 3.0),
        (NumberInput(name="x"), "3"),
        (NumberInput(name="x", dtype="int32"), float("nan")),
        (ChoiceInput(name="x", choices=("a",)), "b"),
        (TableInput(name="x", columns=(Column(name="a"),)), [1.0, 2.0]),
    ],
)
def test_a_wrong_value_is_refused(field: Any, value: Any) -> None:
    with pytest.raises(Mismatch):
        prepare(field, value, None)


def test_a_missing_value_is_named() -> None:
    with pytest.raises(Mismatch, match="“x” is missing"):
        prepare_all([Bound(TextInput(name="x"), "x", 1, "string", {})], {}, Tokenizers(lambda _: b""))


def test_the_rank_must_fit(colours: Any) -> None:
    with pytest.raises(Mismatch, match="4 axes, but the model takes 2"):
        prepare(ImageInput(name="x"), png(colours), 2)
