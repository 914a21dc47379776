"""What becomes of DICOM files: the same pixels by every way of writing them, and a sentence for what holds none."""

import io
from typing import Any
from zipfile import ZipFile

import numpy as np
import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian

from gpu_workers.inputs import archive
from gpu_workers.inputs.refusal import Refusal
from gpu_workers.inputs.study.decode import decode
from gpu_workers.inputs.study.stored import values_of
from gpu_workers.protocol.study import Reader, Study
from tests import studies

pytestmark = pytest.mark.filterwarnings("ignore")  # pydicom warns of what is odd in a file


def frames_of(data: bytes) -> tuple[Study, np.ndarray[Any, Any]]:
    made, study, _ = decode(data, "The file")
    reader = Reader(made)
    assert reader.study == study
    return study, np.stack([values_of(reader, index) for index in range(study.frames)])


def refusal_of(data: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        decode(data, "The file")
    return f"{caught.value.code}: {caught.value.message}"


SLICE = "MR_small"
WAYS = ("implicit", "bigendian", "expb", "RLE", "jp2klossless", "jpeg_ls_lossless", "padded")


@pytest.mark.parametrize("way", WAYS)
def test_one_slice_is_the_same_in_every_transfer_syntax(way: str) -> None:
    study, plain = frames_of(studies.corpus(SLICE))
    again, other = frames_of(studies.corpus(f"{SLICE}_{way}"))
    assert np.array_equal(plain, other)
    assert (study.rescale, study.windows) == (again.rescale, again.windows)


def test_deflated_and_without_preamble() -> None:
    """The same slice, deflated; and cut out of its file."""
    _, plain = frames_of(studies.corpus(SLICE))
    read = pydicom.dcmread(io.BytesIO(studies.corpus(SLICE)))
    bare = io.BytesIO()
    pydicom.dcmwrite(bare, pydicom.Dataset(read), implicit_vr=True, little_endian=True)
    read.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    for data in (studies.written(read), bare.getvalue()):
        assert np.array_equal(frames_of(data)[1], plain)
    assert bare.getvalue()[128:132] != b"DICM"


def test_pixels_equal_pydicoms_own() -> None:
    """By pydicom's own reading, without our codecs: native, RLE and JPEG 2000 by Pillow, exactly."""
    for name in ("CT_small", "693_J2KI", "examples_overlay", "image_dfl", "liver_1frame", "SC_rgb_rle_2frame"):
        read = pydicom.dcmread(studies.CORPUS / f"{name}.dcm")
        study, ours = frames_of(studies.corpus(name))
        theirs = read.pixel_array
        assert np.array_equal(ours[0] if study.frames == 1 else ours, theirs), name


def test_lossy_jpeg_lies_within_three_levels_of_pillows() -> None:
    """Decoders differ in rounding and in how they enlarge colour."""
    read = pydicom.dcmread(studies.CORPUS / "examples_ybr_color.dcm")
    from pydicom.pixels.utils import pixel_array

    theirs = pixel_array(read, decoding_plugin="pillow").astype(int)
    _, ours = frames_of(studies.corpus("examples_ybr_color"))
    assert ours.shape == (30, 240, 320, 3)
    assert np.abs(ours.astype(int) - theirs).max() <= 3


@pytest.mark.parametrize(("name", "largest"), [("JPGExtended", 264), ("JPEG-lossy", 264)])
def test_jpeg_of_twelve_bits(name: str, largest: int) -> None:
    study, values = frames_of(studies.corpus(name))
    assert (study.bits, values.shape, values.max()) == (12, (1, 1024, 256), largest)


def test_the_same_picture_by_jpeg_lossless_rle_and_jpeg_2000() -> None:
    first = frames_of(studies.corpus("SC_rgb_rle"))[1]
    for name in ("SC_rgb_jpeg_gdcm", "SC_rgb_gdcm_KY"):
        assert np.array_equal(frames_of(studies.corpus(name))[1], first)
    assert first[0, 5, 5].tolist() == [255, 0, 0]


def test_colours_are_what_the_header_and_the_stream_say() -> None:
    """Red stays red whether stored as RGB or YBR, with or without Adobe's mark, by pixel or by plane, padded or not."""
    for name in ("SC_rgb_dcmtk_+eb+cr", "SC_rgb_dcmtk_+eb+cy+n1", "SC_ybr_full_422_uncompressed", "SC_rgb_jpeg_dcmtk"):
        red = frames_of(studies.corpus(name))[1][0, 5, 5].astype(int)
        assert np.abs(red - [255, 0, 0]).max() <= 2, name
    assert np.array_equal(frames_of(studies.corpus("SC_rgb_jpeg"))[1], frames_of(studies.corpus("SC_rgb_jpeg_dcmd"))[1])


def test_a_palette_becomes_colour() -> None:
    study, values = frames_of(studies.corpus("examples_palette"))
    assert (study.photometric, values.shape) == ("RGB", (1, 350, 800, 3))
    assert values[0, 20, 100].tolist() != [values[0, 20, 100, 0]] * 3


def test_monochrome1_is_turned_round_with_its_windows() -> None:
    film = np.arange(64, dtype=np.uint16).reshape(8, 8)
    given = {"BitsStored": 12, "HighBit": 11, "RescaleIntercept": 0, "WindowCenter": 100, "WindowWidth": 50}
    plain, values = frames_of(studies.file(film, **given))
    turned, other = frames_of(studies.file(film, PhotometricInterpretation="MONOCHROME1", **given))
    assert np.array_equal(other, 4095 - values)
    assert (turned.inverted, turned.windows[0].center, turned.windows[0].width) == (True, 4095 - 100, 50)
    assert plain.windows[0].center == 100


def test_unsigned_values_of_sixteen_bits_keep_their_meaning() -> None:
    film = np.array([[0, 1], [40000, 65535]], np.uint16)
    study, values = frames_of(studies.file(film, RescaleIntercept=-5, RescaleSlope=2))
    slope, intercept = study.rescale_of(0)
    assert study.offset == 32768
    assert np.array_equal(values.astype(int) + study.offset, film[None].astype(int))
    assert np.array_equal(values * slope + intercept, film[None] * 2.0 - 5)


def test_bits_that_are_not_stored_are_cleared() -> None:
    """Old overlays lie there."""
    film = np.array([[0x0123, 0xF123]], np.uint16)
    _, values = frames_of(studies.file(film, BitsStored=12, HighBit=11))
    assert values[0].tolist() == [[0x123, 0x123]]
    signed = np.array([[-3, 5]], np.int16)
    _, values = frames_of(studies.file(signed, BitsStored=12, HighBit=11))
    assert values[0].tolist() == [[-3, 5]]


def test_spacing_says_what_it_is_of() -> None:
    film = np.zeros((4, 4), np.int16)
    assert frames_of(studies.file(film))[0].spacing_at == "patient"
    at_detector = frames_of(studies.file(film, PixelSpacing=None, ImagerPixelSpacing=[0.2, 0.2]))[0]
    assert (at_detector.spacing_mm, at_detector.spacing_at) == ((0.2, 0.2), "detector")
    magnified = {"ImagerPixelSpacing": [0.2, 0.2], "EstimatedRadiographicMagnificationFactor": 2.0}
    corrected = frames_of(studies.file(film, PixelSpacing=None, **magnified))[0]
    assert (corrected.spacing_mm, corrected.spacing_at) == ((0.1, 0.1), "patient")
    assert frames_of(studies.file(film, PixelSpacing=None))[0].spacing_mm is None


def test_files_of_one_series_become_one_study_by_their_place() -> None:
    volume = studies.phantom(5)
    shuffled = studies.series(volume)
    study, values = frames_of(studies.zipped([shuffled[index] for index in (3, 0, 4, 1, 2)]))
    assert np.array_equal(values, volume)
    assert study.positions_mm == (0.0, 2.5, 5.0, 7.5, 10.0)
    assert decode(studies.zipped(shuffled), "x")[0] == decode(studies.zipped(shuffled[::-1]), "x")[0]


def test_a_rescale_of_each_slice_is_kept() -> None:
    """Of PET each slice has its own."""
    volume = np.full((2, 4, 4), 10, np.int16)
    files = studies.series(volume)
    again = pydicom.dcmread(io.BytesIO(files[1]))
    again.RescaleSlope = 3
    study, _ = frames_of(studies.zipped([files[0], studies.written(again)]))
    assert study.rescales == ((1.0, -1024.0), (3.0, -1024.0))


def test_a_zips_table_of_contents_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were it read for each file, a series of two thousand would take a minute."""
    read: list[bool] = []

    class Counted(ZipFile):
        def __init__(self, *args: Any, **options: Any) -> None:
            read.append(True)
            super().__init__(*args, **options)

    zipped = studies.zipped(studies.series(studies.phantom(5)))
    monkeypatch.setattr(archive, "ZipFile", Counted)
    assert len(frames_of(zipped)[1]) == 5
    assert len(read) == 1


def test_several_series_are_told_apart_in_words() -> None:
    volume = studies.phantom(3, 16)
    other = studies.series(volume, SeriesInstanceUID="1.2.3.4", Modality="MR")
    mixed = [studies.series(volume)[0], pydicom_renamed(other[0])]
    assert "holds 2 series (CT: 1 file, MR: 1 file). Send one series at a time." in refusal_of(studies.zipped(mixed))
    sizes = [studies.series(studies.phantom(2, 16))[0], studies.series(studies.phantom(2, 32))[1]]
    assert "mixes pictures of several sizes" in refusal_of(studies.zipped(sizes))


def outcome_of(data: bytes) -> str:
    try:
        decode(data, "The file")
    except Refusal as refusal:
        return refusal.message
    return "read"


def pydicom_renamed(data: bytes) -> bytes:
    read = pydicom.dcmread(io.BytesIO(data))
    read.SOPInstanceUID = "1.2.3.5"
    return studies.written(read)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("MR_truncated", "input_damaged: The file is cut off: its pixels end before the picture does."),
        ("reportsi", "input_unsupported: The file is a structured report, no picture. Send the pictures"),
        ("rtplan", "input_unsupported: The file is a radiotherapy plan, no picture."),
        ("rtstruct", "input_unsupported: The file holds contours of a radiotherapy plan, no picture."),
        ("waveform_ecg", "input_unsupported: The file holds a waveform, no picture. Send it to an input for signals"),
        ("dicomdirtests/DICOMDIR", "input_unsupported: The file is a DICOMDIR, a table of contents."),
        ("rtdose", "input_unsupported: The file has values of 32 bits; 16 are the most."),
        ("no_meta_group_length", "input_damaged: The file holds no pixels: only a header is there."),
        ("zipMR.gz", "input_unsupported: The file is no DICOM file."),
    ],
)
def test_what_holds_no_picture_has_its_sentence(name: str, told: str) -> None:
    assert refusal_of(studies.corpus(name)).startswith(told)


def test_an_encapsulated_document_a_film_and_nonsense() -> None:
    document = studies.dataset(np.zeros((2, 2), np.int16), EncapsulatedDocument=b"%PDF-1.4")
    del document.PixelData
    assert "holds a document (a PDF, say)" in refusal_of(studies.written(document))
    for data in (b"", b"\x89PNG\r\n\x1a\n" + bytes(300), bytes(5000)):
        assert refusal_of(data).startswith(("input_unsupported", "input_damaged"))


def test_what_is_too_large_is_refused_before_a_pixel_is_read() -> None:
    lie = studies.dataset(np.zeros((2, 2), np.int16), NumberOfFrames=5000)
    assert "5000 pictures; 2000 are the most" in refusal_of(studies.written(lie))
    lie = studies.dataset(np.zeros((2, 2), np.int16), Rows=60000, Columns=60000)
    assert "50 megapixels are the most" in refusal_of(studies.written(lie))
    lie = studies.dataset(np.zeros((2, 2), np.int16), Rows=2000, Columns=2000, NumberOfFrames=100)
    assert "at most 25 of its 100 pictures" in refusal_of(studies.written(lie))


def test_every_file_of_the_corpus_is_read_or_told_about() -> None:
    """104 files with pydicom's: none brings the reader down."""
    folder = studies.CORPUS.parent
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in (".py", ".pyc", ".md")]
    told = [outcome_of(path.read_bytes()) for path in paths]
    assert len(paths) > 100
    assert told.count("read") >= 60
    assert all(each.endswith((".", "read")) for each in told)
