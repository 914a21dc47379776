"""A stranger's picture file becomes a picture of our own: upright, 8 bits a channel, L or RGB, without metadata.

What is kept and what is decided:
- the first frame or page of a file with several;
- EXIF orientation is applied; every other piece of metadata is dropped. Colour profiles are dropped unapplied: the
  values that the file stores are the values that the model sees;
- transparent parts lie on black, as do the corners of a rotation and the padding before a model. Nothing there is
  black everywhere;
- grey from colour is ITU-R 601 luma; CMYK becomes RGB as (255 - ink)(255 - black) / 255;
- deep grey becomes eight bits as `depth` says; colour of 16 bits a channel keeps its upper byte.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import BytesIO

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageChops,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from gpu_workers.protocol.rendering import Made

from . import kinds, png
from .depth import DEEP, to_eight_bits
from .refusal import MAX_PIXELS, Refusal, called_of, check_bytes, check_pixels

# Named so that they are registered before a file is opened; `Image.open` is always told which of them may read.
PLUGINS = (BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode(data: bytes, mode: str, name: str = "") -> Made:
    """mode: L or RGB. Raises `Refusal` for whatever is no sound picture within the bounds."""
    if mode not in ("L", "RGB"):
        raise Refusal("malformed", f"A picture is asked for as L or RGB, not as {mode[:20]!r}.")
    called = called_of(name)
    check_bytes(len(data))
    kinds.refuse_other_kinds(data, called)
    with _reading(data, called):
        image = _upright(_load(data, kinds.FORMATS))
        image = _flat(image)
        return picture(image if image.mode == mode else image.convert(mode))


def open_original(data: bytes) -> Image.Image:
    """The pixels of a picture that `decode` made, in mode L or RGB."""
    check_bytes(len(data))
    with _reading(data, "The stored picture"):
        image = _load(data, ("PNG",))
        if image.mode not in ("L", "RGB"):
            raise Refusal("input_damaged", "The stored picture is not one of ours. Send the file again.")
        return image


def picture(image: Image.Image) -> Made:
    data = png.encode(image)
    return Made(data, sha256(data).hexdigest(), "image", {"width": image.width, "height": image.height})


@contextmanager
def _reading(data: bytes, called: str) -> Iterator[None]:
    """Whatever a reader raises over a stranger's bytes means that the bytes are bad, and is told as that."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Refusal, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refusal(
            "input_too_large", f"{called} has more than 50 megapixels. Scale the picture down or crop it."
        ) from error
    except UnidentifiedImageError as error:
        raise kinds.unreadable(data, called) from error
    except Exception as error:
        raise Refusal(
            "input_damaged",
            f"{called} is damaged or incomplete: it begins like a picture but cannot be read to its end. "
            "Open it in a viewer and save it anew, or send it again.",
        ) from error


def _load(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    image = Image.open(BytesIO(data), formats=formats)
    check_pixels(*image.size)
    image.load()
    return image


def _upright(image: Image.Image) -> Image.Image:
    """As the file's EXIF says; EXIF that cannot be read turns nothing, and TIFF's reader has turned it already."""
    orientation = 1
    if image.format != "TIFF":
        with suppress(Exception):
            orientation = image.getexif().get(_ORIENTATION, 1)
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)


def _flat(image: Image.Image) -> Image.Image:
    """L or RGB from every mode that the readers give."""
    if image.mode in DEEP:
        return to_eight_bits(image)
    if image.mode == "CMYK":
        return _from_cmyk(image)
    if image.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        return _on_black(image)
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _on_black(image: Image.Image) -> Image.Image:
    clear = image.info.get("transparency")
    if image.mode in ("L", "RGB") and not _names_a_colour(image.mode, clear):
        return image
    solid = image.convert("RGBA")
    black = Image.new("RGB", image.size)
    black.paste(solid.convert("RGB"), mask=solid.getchannel("A"))
    return black


def _names_a_colour(mode: str, clear: object) -> bool:
    """Whether a PNG's transparent colour can be found in its pixels: not where 16 bits a channel were cut to eight."""
    values = clear if isinstance(clear, tuple) else (clear,)
    return len(values) == len(mode) and all(isinstance(value, int) and 0 <= value <= 255 for value in values)


def _from_cmyk(image: Image.Image) -> Image.Image:
    """Pillow turns the inks of every CMYK JPEG round, right only for those with Adobe's marker (ITU-T T.872)."""
    if image.format == "JPEG" and "adobe" not in image.info:
        image = Image.merge("CMYK", [ImageChops.invert(ink) for ink in image.split()])
    return image.convert("RGB")
