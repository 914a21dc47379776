"""Superpixels by SLIC (Achanta et al. 2012): pixels that lie near and look alike, k-means in place and colour.

On a reduced picture, whose longer side is 128: regions are for people, and finer borders than that are not seen.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LONGER = 128
ROUNDS = 10
Labels = NDArray[np.int64]


def superpixels(image: Image.Image, count: int, compactness: float) -> Labels:
    """(rows, columns) of a grid over the picture: numbers from 0 without a gap, each of one connected region."""
    ratio = min(1.0, LONGER / max(image.size))
    size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
    small = image.convert("RGB").resize(size, Image.Resampling.BOX)
    lab = _lab(np.asarray(small, np.float64) / 255)
    return _connected(_clustered(lab, count, compactness), max(1, lab.shape[0] * lab.shape[1] // count // 4))


def _lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB in 0..1 to CIE L*a*b*, D65."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = linear @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    bent = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = np.moveaxis(bent, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _clustered(lab: NDArray[np.float64], count: int, compactness: float) -> Labels:
    height, width = lab.shape[:2]
    step = max(1.0, np.sqrt(height * width / count))
    rows = np.arange(step / 2, height, step)
    columns = np.arange(step / 2, width, step)
    centres = np.array(
        [(y, x, *lab[int(y), int(x)]) for y in rows for x in columns if y < height and x < width], np.float64
    )
    ys, xs = np.mgrid[:height, :width].astype(np.float64)
    labels = np.zeros((height, width), np.int64)
    for _ in range(ROUNDS):
        nearest = np.full((height, width), np.inf)
        for label, (y, x, *colour) in enumerate(centres):
            top, bottom = max(0, int(y - step)), min(height, int(y + step) + 2)
            left, right = max(0, int(x - step)), min(width, int(x + step) + 2)
            part = (slice(top, bottom), slice(left, right))
            place = (ys[part] - y) ** 2 + (xs[part] - x) ** 2
            far = ((lab[part] - colour) ** 2).sum(-1) + place * (compactness / step) ** 2
            nearer = far < nearest[part]
            nearest[part][nearer] = far[nearer]
            labels[part][nearer] = label
        for label in range(len(centres)):
            mine = labels == label
            if mine.any():
                centres[label] = (ys[mine].mean(), xs[mine].mean(), *lab[mine].mean(0))
    return labels


def _connected(labels: Labels, least: int) -> Labels:
    """Each connected piece its own number; a piece of less than so many cells joins the one it was reached from."""
    height, width = labels.shape
    found = np.full(labels.shape, -1, np.int64)
    number = 0
    for row in range(height):
        for column in range(width):
            if found[row, column] >= 0:
                continue
            piece, beside, label = [(row, column)], -1, labels[row, column]
            found[row, column] = number
            at = 0
            while at < len(piece):
                y, x = piece[at]
                at += 1
                for near in ((y - 1, x), (y, x - 1), (y, x + 1), (y + 1, x)):
                    if not (0 <= near[0] < height and 0 <= near[1] < width):
                        continue
                    if found[near] < 0 and labels[near] == label:
                        found[near] = number
                        piece.append(near)
                    elif found[near] not in (-1, number):
                        beside = int(found[near])
            if len(piece) < least and beside >= 0:
                ys, xs = np.array(piece).T
                found[ys, xs] = beside
            else:
                number += 1
    return found
