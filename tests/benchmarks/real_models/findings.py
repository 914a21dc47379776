"""Boxes on a picture, and what models answer that has no kind of its own."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from atrium_client import Boxes, Image, Json, Label, Mask
from atrium_client.findings import Box

from .cases import Case, Prepared
from .packages import IMGLY, MTCNN, NUDENET, RAPIDOCR, TABLE_CLS
from .readers import detected
from .tensors import BICUBIC, Array, Plain, channels_first, normalised, page, photo, pixels, png, sampled, softmax


def _nudenet(folder: Path) -> Prepared:
    model = NUDENET.read(folder, "320n.onnx")
    plain, picture, least, overlap = Plain(model), photo(), 0.05, 0.45
    names = [said.split("'")[1] for said in plain.metadata["names"].split(",")]
    square = np.zeros((320, 320, 3))
    square[:256] = pixels(picture, (256, 320))
    (found,) = plain(images=channels_first(normalised(square, 1 / 255))).values()
    return Prepared(
        model,
        [Image("picture", tensor="images", size=(320, 320), resize="fit", scale=1 / 255)],
        [
            Boxes(
                "parts",
                tensor="output0",
                layout="columns",
                format="cxcywh",
                labels="metadata:names",
                score_threshold=least,
                iou_threshold=overlap,
            )
        ],
        {"picture": png(picture)},
        {"parts": _detected(found[0].T.astype(np.float64), names, least, overlap)},
    )


def _detected(rows: Array, names: Sequence[str], least: float, overlap: float) -> list[Box]:
    """rows: centre, size and the scores of each class, on a square of 320 whose upper 256 are the picture."""
    candidates = []
    for x, y, w, h, *scores in rows.tolist():
        label = float(np.argmax(scores))
        ends = [min(max(end, 0.0), 320.0) for end in (x - w / 2, y - h / 2, x + w / 2, y + h / 2)]
        candidates.append((max(scores), label, *ends))
    kept: list[tuple[float, ...]] = []
    for one in sorted(candidates, reverse=True):
        if one[0] >= least and all(one[1] != other[1] or overlapping(one[2:], other[2:]) <= overlap for other in kept):
            kept.append(one)
    boxes = []
    for score, label, left, top, right, bottom in kept:
        top, bottom = min(top / 256, 1), min(bottom / 256, 1)
        if bottom > top:
            boxes.append(Box("", names[int(label)], left / 320, top, (right - left) / 320, bottom - top, score))
    return boxes


def overlapping(one: Sequence[float], other: Sequence[float]) -> float:
    wide = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * high / (areas - wide * high)


def _proposals(folder: Path) -> Prepared:
    model = MTCNN.read(folder, "pnet.onnx")
    picture = photo().crop((60, 40, 140, 100))
    answers = Plain(model)(input_1=normalised(pixels(picture), 1 / 127.5, (1.0,)))
    return Prepared(
        model,
        [Image("picture", tensor="input_1", scale=1 / 127.5, mean=1.0, layout="NHWC")],
        [Json("faces", tensor="softmax"), Json("offsets", tensor="conv2d_4")],
        {"picture": png(picture)},
        {"faces": answers["softmax"][0], "offsets": answers["conv2d_4"][0]},
    )


def _written(folder: Path) -> Prepared:
    """Where on a page something is written."""
    model, given, picture, found = detected(RAPIDOCR, folder)
    return Prepared(
        model,
        [given],
        [Mask("written", tensor="sigmoid_0.tmp_0", classes=["text"], background=False, threshold=0.3)],
        {"page": png(picture)},
        {"written": (found >= 0.3).astype(np.uint8)},
    )


def _table_kind(folder: Path) -> Prepared:
    model = TABLE_CLS.read(folder, "table_cls.onnx")
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    picture = page()
    array = normalised(pixels(picture, (224, 224), BICUBIC), 1 / 255, mean, std)
    (scores,) = Plain(model)(input=channels_first(array)).values()
    return Prepared(
        model,
        [Image("page", tensor="input", size=(224, 224), interpolation="bicubic", scale=1 / 255, mean=mean, std=std)],
        [Label("table", classes=["wired", "wireless"], activation="softmax")],
        {"page": png(picture)},
        {"table": dict(zip(("wired", "wireless"), softmax(scores[0]), strict=True))},
    )


def _foreground(folder: Path) -> Prepared:
    """What stands out of a picture, on a square of 1,024. Its file lies in pieces, which a list puts in order."""
    pieces = json.loads(IMGLY.read(folder, "dist/resources.json"))["/models/small"]["chunks"]
    model = b"".join(IMGLY.read(folder, f"dist/{piece['hash']}") for piece in pieces)
    picture = photo()
    array = normalised(pixels(picture, (1024, 1024)), 1 / 256, (0.5,))
    scores = Plain(model)(input=channels_first(array))["output"][0, 0]
    return Prepared(
        model,
        [Image("picture", tensor="input", size=(1024, 1024), scale=1 / 256, mean=0.5)],
        [Mask("stands out", tensor="output", classes=["foreground"], background=False, threshold=0.5)],
        {"picture": png(picture)},
        {"stands out": (sampled(scores, (picture.height, picture.width)) >= 0.5).astype(np.uint8)},
    )


CASES = [
    Case("NudeNet", NUDENET, "fitted into a square, boxes thinned out, labels out of metadata", _nudenet),
    Case("MTCNN propose", MTCNN, "a picture of any size, maps as JSON", _proposals),
    Case("PP-OCRv4 text mask", RAPIDOCR, "sides of multiples of 32, a mask at a threshold", _written),
    Case("ISNet, 8 bits", IMGLY, "a square, a mask at a threshold, back to the original’s size", _foreground),
    Case("table kinds", TABLE_CLS, "bicubic, logits through softmax", _table_kind),
]
