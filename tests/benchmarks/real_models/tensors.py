"""Pictures, sounds and texts that are made here, and from each to a tensor by code that is none of Atrium's."""

import json
import math
import os
import string
import struct
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

Array = NDArray[Any]
BILINEAR, BICUBIC = Image.Resampling.BILINEAR, Image.Resampling.BICUBIC


def line(text: str, size: tuple[int, int] = (320, 48)) -> Image.Image:
    """Dark letters on white. size: (width, height)."""
    picture = Image.new("RGB", size, "white")
    font = ImageFont.load_default(round(size[1] * 0.7))
    ImageDraw.Draw(picture).text((8, size[1] * 0.06), text, fill=(20, 20, 40), font=font)
    return picture


def page() -> Image.Image:
    picture = Image.new("RGB", (480, 320), (250, 248, 240))
    font = ImageFont.load_default(30)
    for number, words in enumerate(("Measured on Monday", "Room 12, 08:30", "no finding")):
        ImageDraw.Draw(picture).text((30, 30 + 90 * number), words, fill=(10, 10, 30), font=font)
    return picture


def photo(width: int = 300, height: int = 240) -> Image.Image:
    """Smooth colours with a disc, so that nothing in it is constant."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 90 * np.sin(x / 37), 127 + 90 * np.cos(y / 29), 127 + 60 * np.sin((x + y) / 41)]
    picture = Image.fromarray(np.rint(np.stack(planes, axis=-1)).astype(np.uint8))
    ImageDraw.Draw(picture).ellipse((90, 60, 210, 180), fill=(214, 170, 140))
    return picture


def png(picture: Image.Image) -> bytes:
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def voice(count: int, rate_hz: int) -> Array:
    """(samples,) of float32: vowels of a gliding pitch with pauses, over a little noise."""
    time = np.arange(count) / rate_hz
    pitch = 140 + 30 * np.sin(2 * np.pi * 0.7 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / rate_hz
    formants = ((700, 130), (1220, 170), (2600, 250))
    sound = np.zeros(count)
    for number in range(1, 25):
        height = sum(1 / (1 + ((number * pitch - centre) / width) ** 2) for centre, width in formants) + 0.05
        sound += height * np.sin(number * phase)
    spoken = np.clip(4 * np.sin(2 * np.pi * 0.9 * time) + 1, 0, 1)
    noise = np.random.default_rng(7).normal(0, 0.003, count)
    return np.asarray(0.1 * sound * spoken + noise, dtype=np.float32)


def wav(samples: Array, rate_hz: int) -> bytes:
    """(samples,) of float32 as they are."""
    body = samples.astype("<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, 1, rate_hz, 4 * rate_hz, 4, 32)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def pixels(picture: Image.Image, size: tuple[int, int] | None = None, resample: Image.Resampling = BILINEAR) -> Array:
    """float64 (height, width, channels). size: (height, width)."""
    if size is not None and picture.size != size[::-1]:
        picture = picture.resize(size[::-1], resample)
    array = np.asarray(picture, dtype=np.float64)
    return array if array.ndim == 3 else array[:, :, None]


def normalised(
    array: Array,
    scale: float = 1.0,
    mean: Sequence[float] = (0.0,),
    std: Sequence[float] = (1.0,),
    *,
    bgr: bool = False,
) -> Array:
    """float32 (1, height, width, channels); mean and std in the tensor's order of channels."""
    if bgr:
        array = array[:, :, ::-1]
    values: Array = (array * scale - np.asarray(mean)) / np.asarray(std)
    return values.astype(np.float32)[None]


def channels_first(array: Array) -> Array:
    return np.ascontiguousarray(np.moveaxis(array, -1, 1))


def by_height(picture: Image.Image, height: int, resample: Image.Resampling = BILINEAR) -> Array:
    width = math.ceil(picture.width * height / picture.height)
    return pixels(picture, (height, width), resample)


def sampled(plane: Array, size: tuple[int, int]) -> Array:
    """(height, width) as in size: bilinearly at the centre of each pixel, the border repeated, nothing smoothed."""
    taken = np.asarray(plane, dtype=np.float64)
    for axis, count in enumerate(size):
        held = taken.shape[axis]
        place = np.clip((np.arange(count) + 0.5) * held / count - 0.5, 0, held - 1)
        before = np.floor(place).astype(int)
        share = np.expand_dims(place - before, 1 - axis)
        after = np.minimum(before + 1, held - 1)
        taken = np.take(taken, before, axis) * (1 - share) + np.take(taken, after, axis) * share
    return taken


def softmax(values: Array) -> Array:
    powers = np.exp(values.astype(np.float64) - values.max())
    return np.asarray(powers / powers.sum())


def letters(table: Mapping[str, int], unknown: str = "<UNK>") -> bytes:
    """A tokenizer of single letters out of a package's table of them: punctuation is one token, the unknown another."""
    vocabulary = {("[UNK]" if letter == unknown else letter): number for letter, number in table.items()}
    every = {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated", "invert": False}
    marks = "".join(f"\\{letter}" for letter in string.punctuation)
    mark = {"type": "Replace", "pattern": {"Regex": f"[{marks}]"}, "content": "\u0001"}
    vocabulary["\u0001"] = table.get("<PUNC>", table[unknown])
    return json.dumps(
        {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": mark,
            "pre_tokenizer": every, "post_processor": None, "decoder": None,
            "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
        }
    ).encode()  # fmt: skip


class Plain:
    """A model in ONNX Runtime, with nothing around it."""

    def __init__(self, model: bytes | Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            model if isinstance(model, bytes) else str(model), options, providers=["CPUExecutionProvider"]
        )
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map

    def __call__(self, **tensors: Array) -> dict[str, Array]:
        return self.run(tensors)

    def run(self, tensors: dict[str, Array]) -> dict[str, Array]:
        names = [output.name for output in self._session.get_outputs()]
        return dict(zip(names, self._session.run(None, tensors), strict=True))
