"""DICOM files and studies made by tests: identifying where a test says so, and of any size."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from gpu_workers.protocol.study import Rescale, Study, Window, packed

Pixels = npt.NDArray[Any]
CORPUS = Path(pydicom.__file__).parent / "data" / "test_files"
"""pydicom's own files."""
CT = UID("1.2.840.10008.5.1.4.1.1.2")
ROOT = "1.2.826.0.1.3680043.8.498"


def dataset(pixels: Pixels, **elements: Any) -> FileDataset:
    """A CT slice, or the frames of one file: (rows, columns), (frames, rows, columns), or with 3 channels last where
    they are uint8. elements: by keyword, over those that are made up; None leaves one out.
    """
    is_colour = pixels.dtype == np.uint8 and pixels.ndim >= 3 and pixels.shape[-1] == 3
    rows, columns = pixels.shape[-3:-1] if is_colour else pixels.shape[-2:]
    frames = pixels.shape[0] if pixels.ndim == (4 if is_colour else 3) else 1
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CT
    meta.MediaStorageSOPInstanceUID = UID(f"{ROOT}.3.1")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    given = {
        "SOPClassUID": CT,
        "SOPInstanceUID": f"{ROOT}.3.1",
        "StudyInstanceUID": f"{ROOT}.1",
        "SeriesInstanceUID": f"{ROOT}.2",
        "Modality": "CT",
        "PatientName": "Ames^Vera",
        "PatientID": "P-4711",
        "InstanceNumber": 1,
        "SamplesPerPixel": 3 if is_colour else 1,
        "PhotometricInterpretation": "RGB" if is_colour else "MONOCHROME2",
        "PlanarConfiguration": 0 if is_colour else None,
        "NumberOfFrames": frames if frames > 1 else None,
        "Rows": rows,
        "Columns": columns,
        "BitsAllocated": 8 * pixels.dtype.itemsize,
        "BitsStored": 8 * pixels.dtype.itemsize,
        "HighBit": 8 * pixels.dtype.itemsize - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
        "RescaleSlope": None if is_colour else 1,
        "RescaleIntercept": None if is_colour else -1024,
        "PixelSpacing": [0.7, 0.5],
        **elements,
    }
    for keyword, value in given.items():
        if value is not None:
            setattr(made, keyword, value)
    made.PixelData = pixels.tobytes() + bytes(pixels.nbytes % 2)
    made["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    return made


def written(made: Dataset) -> bytes:
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()


def file(pixels: Pixels, **elements: Any) -> bytes:
    """A Part 10 file; see `dataset`."""
    return written(dataset(pixels, **elements))


def series(volume: Pixels, gap_mm: float = 2.5, **elements: Any) -> list[bytes]:
    """Axial slices of one series, the first at the feet; instance numbers run from the head, as scanners number."""
    count = len(volume)
    return [
        file(
            slice_,
            SOPInstanceUID=f"{ROOT}.3.{index + 1}",
            InstanceNumber=count - index,
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            ImagePositionPatient=[-10, -20, index * gap_mm],
            SliceThickness=gap_mm,
            **elements,
        )
        for index, slice_ in enumerate(volume)
    ]


def zipped(files: Iterable[str | bytes], names: Sequence[str] = (), way: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", way) as archive:
        for index, data in enumerate(files):
            archive.writestr(names[index] if names else f"IM{index:04d}", data)
    return stream.getvalue()


def corpus(name: str) -> bytes:
    """One of pydicom's files, by its name with or without `.dcm`."""
    path = CORPUS / name
    return (path if path.is_file() else CORPUS / f"{name}.dcm").read_bytes()


def phantom(frames: int = 5, side: int = 64) -> Pixels:
    """A CT-like volume in stored values (HU + 1024), int16: a body of water with a bone that moves from slice to slice
    and a vessel, in air.
    """
    y, x = np.mgrid[0:side, 0:side] / side - 0.5
    volume = np.zeros((frames, side, side), np.int16)
    for index in range(frames):
        volume[index][x**2 + (y * 1.2) ** 2 < 0.18] = 1064
        volume[index][(x - 0.1 * index / frames) ** 2 + (y - 0.15) ** 2 < 0.008] = 1724
        volume[index][(x + 0.15) ** 2 + y**2 < 0.003] = 1264
    return volume


def study(volume: Pixels | None = None, **facts: Any) -> bytes:
    """A study in our own bytes, without the inputs process: of int16 frames, or of uint8 frames of RGB."""
    frames = phantom() if volume is None else volume
    is_colour = frames.dtype == np.uint8
    values = None if is_colour else (float(frames.min()) - 1024, float(frames.max()) - 1024)
    given: dict[str, Any] = {
        "rules": "1.0.0",
        "modality": "US" if is_colour else "CT",
        "bits": 8 if is_colour else 16,
        "spacing_mm": (0.7, 0.5),
        "spacing_at": "patient",
        "rescale": Rescale() if is_colour else Rescale(1.0, -1024.0, "HU"),
        "values": values,
        "positions_mm": None if is_colour else tuple(2.5 * index for index in range(len(frames))),
        "windows": () if is_colour else (Window(40, 400, "window 1"), Window(0, 2000, "full range")),
        **facts,
    }
    header = Study(
        frames=len(frames),
        rows=frames.shape[1],
        columns=frames.shape[2],
        photometric="RGB" if is_colour else "MONOCHROME2",
        **given,
    )
    return packed(header, [frame.astype("u1" if is_colour else "<i2").tobytes() for frame in frames])
