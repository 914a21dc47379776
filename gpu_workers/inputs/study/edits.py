"""Renders a list of edits on a study of ours: painting, then geometry, then the window; see `protocol.edits`.

Shapes and maps are those of pictures (`inputs.painting`, `protocol.geometry`), on values at their full depth. Frames
that no edit touches are taken over as they lie.
"""

from collections.abc import Sequence
from math import ceil, floor

import msgspec
import numpy as np
import numpy.typing as npt
from PIL import Image

from gpu_workers.inputs.painting import BLUR_SHARE, Region, keep_only, polygon, region_of, surroundings
from gpu_workers.protocol.edits import Edit, Occlude
from gpu_workers.protocol.edits import Window as WindowEdit
from gpu_workers.protocol.geometry import Geometry, geometry
from gpu_workers.protocol.study import Reader, Study, Window, Writer

from .stored import Values, values_of

Numbers = npt.NDArray[np.float32]
_LEAST, _MOST = -32768, 32767


def edited(reader: Reader, edits: Sequence[Edit]) -> tuple[bytes, Study]:
    """The study's bytes with the edits made, and its header. The same list on the same bytes gives the same bytes."""
    study = reader.study
    placed = geometry(edits, study.columns, study.rows)
    covers = [edit for edit in edits if isinstance(edit, Occlude)]
    window = None if study.photometric == "RGB" else _last_window(edits)
    writer = Writer()
    for index in range(study.frames):
        painted = [cover for cover in covers if cover.is_on(index)]
        if not painted and placed.is_identity and not placed.kept and window is None:
            writer.add_packed(reader.packed(index))
        else:
            writer.add(_frame(reader, index, painted, placed, window).tobytes())
    made = _header(study, placed, window)
    return writer.finish(made), made


def _last_window(edits: Sequence[Edit]) -> WindowEdit | None:
    windows = [edit for edit in edits if isinstance(edit, WindowEdit)]
    return windows[-1] if windows else None


def _frame(
    reader: Reader, index: int, covers: Sequence[Occlude], placed: Geometry, window: WindowEdit | None
) -> Values:
    values = values_of(reader, index)
    dark = _darkest(reader.study, index)
    if covers or placed.kept:
        values = values.copy()
        means = np.floor(values.reshape(-1, *values.shape[2:]).mean(axis=0) + 0.5)
        for cover in covers:
            _occlude(values, cover, dark, means)
        for corners in placed.kept:
            keep_only(values, polygon(np.array(corners), reader.study.columns, reader.study.rows), dark)
    values = _moved(values, placed, dark)
    if window is not None:
        values = np.clip(values, *_ends(reader.study, index, window))
    return np.ascontiguousarray(values)


def _darkest(study: Study, index: int) -> int:
    """The stored value of the study's smallest rescaled one; of colour 0."""
    if study.photometric == "RGB" or study.values is None:
        return 0
    slope, intercept = study.rescale_of(index)
    return _stored((study.values[0] - intercept) / slope)


def _ends(study: Study, index: int, window: WindowEdit) -> tuple[int, int]:
    """The window's ends as stored values, the smaller one first."""
    slope, intercept = study.rescale_of(index)
    ends = [(window.center + side * window.width / 2 - intercept) / slope for side in (-1, 1)]
    return _stored(min(ends)), _stored(max(ends))


def _stored(value: float) -> int:
    return int(min(max(floor(value + 0.5), _LEAST), _MOST))


def _occlude(values: Values, cover: Occlude, dark: int, means: npt.NDArray[np.float64]) -> None:
    height, width = values.shape[:2]
    region = region_of(cover, width, height)
    if not region.mask.any():
        return
    paint: npt.NDArray[np.float64] | Numbers | int = dark
    if cover.fill == "mean":
        paint = means
    elif cover.fill == "blur":
        paint = _blurred(values, region)
    where = region.mask if values.ndim == 2 else region.mask[:, :, None]
    np.copyto(values[region.rows, region.columns], np.asarray(paint, values.dtype), where=where)


def _moved(values: Values, placed: Geometry, dark: int) -> Values:
    if placed.is_identity:
        return values
    size = (placed.width, placed.height)
    inverse = placed.inverse
    how = Image.Resampling.NEAREST if placed.exact else Image.Resampling.BILINEAR
    if values.dtype == np.uint8:
        return np.asarray(Image.fromarray(values).transform(size, Image.Transform.AFFINE, inverse, how, fillcolor=0))
    numbers = Image.fromarray(values.astype(np.float32))
    moved = numbers.transform(size, Image.Transform.AFFINE, inverse, how, fillcolor=dark)
    turned: Values = np.rint(np.asarray(moved)).astype("<i2")
    return turned


def _blurred(values: Values, region: Region) -> Numbers:
    """The region's box of the blurred frame."""
    around = surroundings(values, region, BLUR_SHARE)
    planes = around.pixels.astype(np.float32).reshape(*around.pixels.shape[:2], -1)
    size = (region.mask.shape[1], region.mask.shape[0])
    blurred = [
        np.asarray(
            Image.fromarray(_smoothed(np.asarray(Image.fromarray(plane).reduce(around.factor)), around.sigma)).resize(
                size, Image.Resampling.BILINEAR, box=around.box
            )
        )
        for plane in np.moveaxis(planes, -1, 0)
    ]
    box_of_it: Numbers = np.rint(np.stack(blurred, axis=-1)).reshape(*region.mask.shape, *values.shape[2:])
    return box_of_it


def _smoothed(plane: Numbers, sigma: float) -> Numbers:
    """A Gaussian of four sigmas to either side, separable, edges repeated."""
    reach = ceil(4 * sigma)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-6)) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        padded = np.pad(plane, [(reach, reach) if axis == each else (0, 0) for each in (0, 1)], mode="edge")
        length = plane.shape[axis]
        plane = sum(
            weight * np.take(padded, range(shift, shift + length), axis) for shift, weight in enumerate(weights)
        )
    return plane.astype(np.float32)


def _header(study: Study, placed: Geometry, window: WindowEdit | None) -> Study:
    """What the header says of the study as it lies now."""
    if placed.is_identity and window is None:
        return study
    linear = np.reshape(placed.inverse, (2, 3))[:, :2]  # of a step in the rendered frame, to pixels of the original
    spacing, orientation = study.spacing_mm, study.orientation
    if spacing is not None and not placed.is_identity:
        steps = np.array([spacing[1], spacing[0]])[:, None] * linear  # millimetres, by column
        across, down = np.linalg.norm(steps, axis=0)
        spacing = (float(down), float(across))
        if orientation is not None:
            axes = np.array(orientation).reshape(2, 3).T  # columns: along a row, along a column
            turned = axes @ (steps / np.linalg.norm(steps, axis=0))
            orientation = tuple(float(part) for part in turned.T.ravel())  # type: ignore[assignment]
    windows, values = study.windows, study.values
    if window is not None:
        windows = (Window(window.center, window.width, "edited"), *windows)
        if values is not None:
            low, high = window.center - window.width / 2, window.center + window.width / 2
            values = (min(max(values[0], low), high), min(max(values[1], low), high))
    return msgspec.structs.replace(
        study,
        rows=placed.height,
        columns=placed.width,
        spacing_mm=spacing,
        orientation=orientation if study.spacing_mm is not None or placed.is_identity else None,
        windows=windows,
        values=values,
    )
