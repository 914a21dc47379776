"""Compressed frames, decoded by imagecodecs (libjpeg-turbo, CharLS, OpenJPEG) as a plug-in of pydicom.

RLE is pydicom's own. Colour is left as the stream stores it, and pydicom turns it to RGB; but JPEG 2000 undoes its own
colour transform, as the standard has it.
"""

from typing import Any

import imagecodecs
import numpy as np
from pydicom import uid
from pydicom.pixels.decoders.base import DecodeRunner, get_decoder

PLUGIN = "imagecodecs"
_JPEG2000 = (uid.JPEG2000Lossless, uid.JPEG2000, uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K)
_SYNTAXES = (*uid.JPEGTransferSyntaxes, *uid.JPEGLSTransferSyntaxes, *_JPEG2000)
DECODER_DEPENDENCIES = dict.fromkeys(_SYNTAXES, ("imagecodecs",))
_RCT_OR_ICT = ("YBR_RCT", "YBR_ICT")


def is_available(syntax: str) -> bool:
    return syntax in DECODER_DEPENDENCIES


def decode_frame(source: bytes, runner: DecodeRunner) -> bytearray:
    """One frame, channels last, in as many bytes a value as the stream's precision needs; pydicom changes them."""
    syntax = runner.transfer_syntax
    if syntax in uid.JPEGTransferSyntaxes:
        values = _jpeg(source, runner)
    elif syntax in uid.JPEGLSTransferSyntaxes:
        values = imagecodecs.jpegls_decode(source)
    else:
        values = imagecodecs.jpeg2k_decode(source)
        if str(runner.photometric_interpretation) in _RCT_OR_ICT:
            runner.set_option("photometric_interpretation", "RGB")
    _check_shape(values, runner)
    runner.set_option("planar_configuration", 0)
    runner.set_option("bits_allocated", 8 * values.dtype.itemsize)
    return bytearray(np.ascontiguousarray(values).data.cast("B"))


def _jpeg(source: bytes, runner: DecodeRunner) -> Any:
    if runner.samples_per_pixel == 1:
        return imagecodecs.jpeg8_decode(source)
    # The same space in and out: libjpeg's guess of the colour is not asked, pydicom has judged it by the markers.
    space = "RGB" if str(runner.photometric_interpretation) == "RGB" else "YCBCR"
    return imagecodecs.jpeg8_decode(source, colorspace=space, outcolorspace=space)


def _check_shape(values: Any, runner: DecodeRunner) -> None:
    expected = (runner.rows, runner.columns) + ((runner.samples_per_pixel,) if runner.samples_per_pixel > 1 else ())
    if values.shape != expected:
        raise ValueError(f"a frame of {values.shape} where the header says {expected}")


for _syntax in DECODER_DEPENDENCIES:
    get_decoder(_syntax).add_plugin(PLUGIN, (__name__, "decode_frame"))
