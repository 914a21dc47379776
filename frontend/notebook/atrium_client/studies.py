"""DICOM files as a notebook holds them: names, dates and private elements are taken out before a byte leaves.

The rules are the published ones that server and browser follow: `deidentify.json` beside this module. What is burned
into the pixels is not touched: the server keeps aside what it suspects.
"""

import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from secrets import token_bytes
from typing import Any

from .deidentify import deidentify
from .errors import Invalid

_ZIP = b"PK\x03\x04"
MOST_FILES = 2000


def packed(name: str, value: Any, key: bytes | None = None) -> tuple[bytes, str]:
    """(de-identified bytes, their media type): one DICOM file, or a zip of several.

    value: a path of a file, of a folder or of a zip, bytes of either, a pydicom Dataset, or a list of these. key: 32
    bytes of a project's own, where several uploads must keep their UIDs and days apart alike; a new one by default.
    Raises Invalid, also where pydicom is not installed.
    """
    pydicom = _pydicom(name)
    key = key or token_bytes(32)
    files = []
    for dataset in _datasets(pydicom, name, value):
        deidentify(dataset, key)
        files.append(_written(pydicom, name, dataset))
        if len(files) > MOST_FILES:
            raise Invalid(f"“{name}” takes at most {MOST_FILES} files; send one series at a time.")
    if not files:
        raise Invalid(f"There is no DICOM file in what is given for “{name}”.")
    return (files[0], "application/dicom") if len(files) == 1 else (_zipped(files), "application/zip")


def _pydicom(name: str) -> Any:
    try:
        import pydicom
    except ImportError:
        raise Invalid(
            f"“{name}” takes DICOM, which needs pydicom to be de-identified before it is sent: pip install pydicom."
        ) from None
    return pydicom


def _datasets(pydicom: Any, name: str, value: Any) -> Iterator[Any]:
    if isinstance(value, pydicom.Dataset):
        copy = pydicom.dcmread(io.BytesIO(_written(pydicom, name, value)), force=True)
        yield copy  # what the notebook holds stays as it is
    elif isinstance(value, bytes | bytearray | memoryview):
        yield from _from_bytes(pydicom, name, bytes(value), "the bytes")
    elif isinstance(value, str | os.PathLike):
        yield from _from_path(pydicom, name, Path(value))
    elif isinstance(value, Sequence):
        for item in value:
            yield from _datasets(pydicom, name, item)
    else:
        raise Invalid(
            f"“{name}” takes a path of a DICOM file, folder or zip, bytes, a pydicom Dataset, or a list of these, not "
            f"{type(value).__name__}."
        )


def _from_path(pydicom: Any, name: str, path: Path) -> Iterator[Any]:
    if not path.is_dir():
        try:
            yield from _from_bytes(pydicom, name, path.read_bytes(), str(path))
        except OSError as error:
            raise Invalid(f"“{path}” for “{name}” cannot be read: {error.strerror or error}.") from None
        return
    for each in sorted(path.rglob("*")):
        if each.is_file() and not any(part.startswith(".") for part in each.relative_to(path).parts):
            data = each.read_bytes()
            if data[128:132] == b"DICM" and each.name != "DICOMDIR":
                yield from _from_bytes(pydicom, name, data, str(each))


def _from_bytes(pydicom: Any, name: str, data: bytes, called: str) -> Iterator[Any]:
    if data.startswith(_ZIP):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                held = b"" if entry.is_dir() else archive.read(entry)
                if held[128:132] == b"DICM" and not entry.filename.endswith("DICOMDIR"):
                    yield from _from_bytes(pydicom, name, held, entry.filename)
        return
    try:
        dataset = pydicom.dcmread(io.BytesIO(data), force=True)
        has_pixels = "PixelData" in dataset
    except Exception:  # whatever pydicom raises over bytes that are none of its own
        has_pixels = False
    if not has_pixels:
        raise Invalid(f"“{called}” for “{name}” is no DICOM file with pixels.")
    yield dataset


def _written(pydicom: Any, name: str, dataset: Any) -> bytes:
    stream = io.BytesIO()
    try:
        meta = getattr(dataset, "file_meta", None)
        if meta is None or "TransferSyntaxUID" not in meta:
            syntax = pydicom.uid.ExplicitVRLittleEndian
            encoding = getattr(dataset, "original_encoding", (None, None))
            if encoding[0]:
                syntax = pydicom.uid.ImplicitVRLittleEndian
            elif encoding[1] is False:
                syntax = pydicom.uid.ExplicitVRBigEndian
            dataset.file_meta = meta or pydicom.dataset.FileMetaDataset()
            dataset.file_meta.TransferSyntaxUID = syntax
        pydicom.dcmwrite(stream, dataset, enforce_file_format=True)
    except Exception as error:  # whatever pydicom raises over a dataset that is not whole
        raise Invalid(f"A dataset for “{name}” cannot be written as a DICOM file: {error}.") from None
    return stream.getvalue()


def _zipped(files: Sequence[bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for index, data in enumerate(files):
            archive.writestr(zipfile.ZipInfo(f"{index:05d}.dcm"), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
