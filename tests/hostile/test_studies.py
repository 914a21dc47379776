"""One picture in every transfer syntax that is read is the same; files whose headers lie are refused in words."""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_BZIP2

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom import uid
from pydicom.encaps import encapsulate, encapsulate_extended

from gpu_workers.inputs.refusal import Refusal
from gpu_workers.inputs.study.decode import decode
from gpu_workers.inputs.study.stored import values_of
from gpu_workers.protocol.study import Reader
from tests import studies

pytestmark = pytest.mark.filterwarnings("ignore")  # pydicom warns of what is odd in a file

VOLUME = (studies.phantom(3, 20) * 7 % 4096).astype(np.uint16)
TWELVE = {"BitsStored": 12, "HighBit": 11, "RescaleIntercept": None, "RescaleSlope": None}
PACKED: dict[uid.UID, Callable[[Any], Any]] = {
    uid.JPEGLossless: lambda frame: imagecodecs.ljpeg_encode(frame, bitspersample=16),
    uid.JPEGLosslessSV1: lambda frame: imagecodecs.jpeg8_encode(frame, lossless=True, predictor=1, bitspersample=16),
    uid.JPEGLSLossless: imagecodecs.jpegls_encode,
    uid.JPEGLSNearLossless: imagecodecs.jpegls_encode,
    uid.JPEG2000Lossless: lambda frame: imagecodecs.jpeg2k_encode(frame, codecformat="j2k", reversible=True),
    uid.JPEG2000: lambda frame: imagecodecs.jpeg2k_encode(frame, codecformat="j2k", reversible=True),
    uid.HTJ2KLossless: imagecodecs.htj2k_encode,
    uid.HTJ2KLosslessRPCL: imagecodecs.htj2k_encode,
    uid.HTJ2K: imagecodecs.htj2k_encode,
}
NATIVE = [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian,
          uid.DeflatedExplicitVRLittleEndian, uid.RLELossless]  # fmt: skip
DEEP = (b"\x08\0\x40\x11" + b"\xff" * 4 + b"\xfe\xff\0\xe0" + b"\xff" * 4) * 50_000
"""A sequence within a sequence, without an end."""


def shown(data: bytes) -> np.ndarray[Any, Any]:
    reader = Reader(decode(data, "The file")[0])
    return np.stack([values_of(reader, index) for index in range(reader.study.frames)])


def packed(syntax: uid.UID, pixels: bytes) -> bytes:
    made = studies.dataset(VOLUME, **TWELVE)
    made.file_meta.TransferSyntaxUID = syntax
    made.PixelData = pixels
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True
    return studies.written(made)


@pytest.mark.parametrize("syntax", [*NATIVE, *PACKED], ids=lambda syntax: syntax.name)
def test_one_picture_is_the_same_in_every_transfer_syntax(syntax: uid.UID) -> None:
    if syntax in PACKED:
        data = packed(syntax, encapsulate([bytes(PACKED[syntax](frame)) for frame in VOLUME]))
    else:
        made = studies.dataset(VOLUME, **TWELVE)
        if syntax == uid.RLELossless:
            made.compress(syntax)
        elif syntax == uid.ExplicitVRBigEndian:
            made.PixelData = VOLUME.astype(">u2").tobytes()
        made.file_meta.TransferSyntaxUID = syntax
        data = studies.written(made)
    assert np.array_equal(shown(data), VOLUME)


def test_frames_are_found_however_they_are_packed() -> None:
    """With and without a table of offsets, a frame in several pieces, of an odd length, and tables of eight bytes."""
    frames = [bytes(imagecodecs.jpegls_encode(frame)) for frame in VOLUME]
    lossless = uid.JPEGLSLossless
    for pixels in (encapsulate(frames, has_bot=False), encapsulate(frames, fragments_per_frame=3),
                   encapsulate([frame + b"\0" for frame in frames])):  # fmt: skip
        assert np.array_equal(shown(packed(lossless, pixels)), VOLUME)
    pixels, offsets, lengths = encapsulate_extended(frames)
    made = pydicom.dcmread(BytesIO(packed(lossless, pixels)))
    made.ExtendedOffsetTable, made.ExtendedOffsetTableLengths = offsets, lengths
    assert np.array_equal(shown(studies.written(made)), VOLUME)


def test_odd_headers_change_no_pixel() -> None:
    private = pydicom.DataElement(0x00091001, "LO", "Somebody")
    odd: Sequence[dict[str, Any]] = (
        {"SpecificCharacterSet": "ISO 2022 IR 87", "PatientName": "Yamada^Tarou"},
        {"SpecificCharacterSet": "none that is known"},
        {"RescaleSlope": "1e308", "RescaleIntercept": "0"},
        {"WindowCenter": "1e300", "WindowWidth": "1e-300"},
        {"PixelSpacing": ["1e-300", "1e300"], "FrameTime": "1e-310"},
        {"ImagePositionPatient": ["1e300"] * 3, "ImageOrientationPatient": ["1e200"] * 6},
        {"NumberOfFrames": "3", "RecommendedDisplayFrameRate": 0, "SmallestImagePixelValue": 9},
    )
    for elements in odd:
        made = studies.dataset(VOLUME, **(TWELVE | elements))
        made.add(private)
        data, study, _ = decode(studies.written(made), "The file")
        assert Reader(data).study == study, "what is kept is read again"
        assert b"Somebody" not in data
        assert np.array_equal(shown(studies.written(made)), VOLUME), elements


def lying(**elements: Any) -> bytes:
    return studies.written(studies.dataset(VOLUME[0], **(TWELVE | elements)))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (lying(Rows=0), "input_damaged"),
        (lying(Rows=21), "input_damaged"),
        (lying(Columns=65_535, Rows=700), "input_damaged"),
        (lying(NumberOfFrames="-5"), "input_damaged"),
        (lying(NumberOfFrames="1999"), "input_damaged"),
        (lying(BitsAllocated=12), "input_damaged"),
        (lying(BitsAllocated=64), "input_damaged"),
        (lying(BitsStored=32), "input_unsupported"),
        (lying(PixelRepresentation=7), "input_damaged"),
        (lying(SamplesPerPixel=2), "input_unsupported"),
        (lying(PhotometricInterpretation="HSV"), "input_unsupported"),
        (lying(PhotometricInterpretation="PALETTE COLOR"), "input_damaged"),
        (packed(uid.JPEGLSLossless, encapsulate([b"\xff\xd8\xff\xf7" + bytes(40)] * 3)), "input_damaged"),
        (packed(uid.JPEGLSLossless, encapsulate([bytes(imagecodecs.jpegls_encode(VOLUME[0]))])), "input_damaged"),
        (packed(uid.JPEG2000, encapsulate([bytes(imagecodecs.jpegls_encode(VOLUME[0]))] * 3)), "input_damaged"),
        (packed(uid.JPEG2000, encapsulate([bytes(imagecodecs.jpeg2k_encode(VOLUME[0, :9]))] * 3)), "input_damaged"),
        (packed(uid.UID("1.2.840.10008.1.2.4.94"), encapsulate([b"\0\0"])), "input_unsupported"),
        (packed(uid.UID("1.2.3"), encapsulate([b"\0\0"])), "input_unsupported"),
        (lying().replace(b"\x28\x00\x10\x00US", b"\x28\x00\x10\x00UQ"), "input_damaged"),
        (lying().replace(b"\x08\x00\x16\x00UI", b"\x08\x00\x16\x00XX"), "input_damaged"),
        (lying()[:400], "input_damaged"),
        (studies.zipped([lying()], way=ZIP_BZIP2), "input_unsupported"),
        (studies.zipped([studies.zipped([lying()])]), "input_unsupported"),
        (DEEP, "input_damaged"),
    ],
)
def test_a_header_that_lies_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        decode(data, "The file")
    assert caught.value.code == code, caught.value.message
    assert len(caught.value.message) > 30
