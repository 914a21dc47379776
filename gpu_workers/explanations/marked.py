"""Marks as regions of what a model saw. Marks lie on the original, which edits may have turned, flipped or cropped."""

import numpy as np
from numpy.typing import NDArray

from gpu_workers.inputs.painting import mask_of
from gpu_workers.protocol.edits import Mark, Occlude
from gpu_workers.protocol.geometry import geometry
from gpu_workers.protocol.messages import Origin


def shape_of(mark: Mark) -> Occlude:
    """The mark as what covers it: a box, an ellipse or a polygon."""
    if mark.kind == "polygon":
        return Occlude(shape="polygon", points=mark.points)
    (x0, y0), (x1, y1) = mark.points
    x, y = min(x0, x1), min(y0, y1)
    shape: str = mark.kind
    return Occlude(shape="ellipse" if shape == "ellipse" else "box", x=x, y=y, w=abs(x1 - x0), h=abs(y1 - y0))


def mask_seen(shape: Occlude, width: int, height: int, origin: Origin | None) -> NDArray[np.bool_]:
    """(height, width): which pixels of the picture that the model saw lie in a shape on the original, by the place of
    their centres. origin: None where the picture is its own original."""
    if origin is None or not origin.edits:
        return mask_of(shape, width, height)
    placed = geometry(origin.edits, origin.width, origin.height)
    a, b, c, d, e, f = placed.inverse
    x = (np.arange(width) + 0.5) * placed.width / width
    y = ((np.arange(height) + 0.5) * placed.height / height)[:, None]
    columns, rows = np.floor(a * x + b * y + c).astype(int), np.floor(d * x + e * y + f).astype(int)
    whole = mask_of(shape, origin.width, origin.height)
    within = (columns >= 0) & (columns < origin.width) & (rows >= 0) & (rows < origin.height)
    seen: NDArray[np.bool_] = within & whole[rows.clip(0, origin.height - 1), columns.clip(0, origin.width - 1)]
    return seen
