"""The files of one upload: a DICOM file, or a zip of them, each opened on its own so that they are not held at once."""

from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

import pydicom
from pydicom.dataset import FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from gpu_workers.inputs.archive import ZIP, File, entries_of, file_of, opened
from gpu_workers.inputs.refusal import Refusal

from .bounds import MAX_FILES, MAX_UNPACKED

_MARK = slice(128, 132)
_FIRST_GROUPS = (2, 8)
_NAMES_LEFT_OUT = {"DICOMDIR", "Thumbs.db", "desktop.ini"}
_ENDINGS_LEFT_OUT = (".txt", ".pdf", ".xml", ".json", ".exe", ".html", ".htm", ".jpg", ".png", ".inf", ".ini", ".md")


def files_of(data: bytes, called: str) -> list[File]:
    """Raises Refusal where a zip cannot be read, holds too much, or holds nothing."""
    if not data.startswith(ZIP):
        return [File(called, lambda: data)]
    archive = opened(data, called, "the study's files")
    entries = entries_of(archive, _is_wanted)
    if not entries:
        raise Refusal("input_unsupported", f"{called} is a zip without DICOM files in it.")
    if len(entries) > MAX_FILES:
        raise Refusal("input_too_large", f"{called} holds {len(entries)} files; {MAX_FILES} are the most for one case.")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Refusal(
            "input_too_large",
            f"The files in {called} have more than {MAX_UNPACKED / 1e6:.0f} MB. Send fewer of the study's pictures.",
        )
    return [file_of(archive, entry, called) for entry in entries]


def _is_wanted(path: PurePosixPath) -> bool:
    return not (path.name in _NAMES_LEFT_OUT or path.name.lower().endswith(_ENDINGS_LEFT_OUT))


def dataset_of(data: bytes, called: str, *, pixels: bool = True) -> FileDataset:
    """A file's dataset with a transfer syntax that its pixels can be read by; a missing preamble is no fault.

    pixels: False stops before them. Raises Refusal.
    """
    if not data:
        raise Refusal("input_damaged", f"{called} is empty. Export the study again.")
    if data[_MARK] != b"DICM" and not _begins_like_dicom(data):
        raise Refusal(
            "input_unsupported",
            f"{called} is no DICOM file. Choose the study's DICOM files, or a zip of them; pictures of other kinds "
            "are taken by inputs for pictures.",
        )
    try:
        dataset = pydicom.dcmread(BytesIO(data), force=True, stop_before_pixels=not pixels)
        _complete_meta(dataset, called)
    except (Refusal, MemoryError):
        raise
    except InvalidDicomError as error:
        raise Refusal("input_unsupported", f"{called} is no DICOM file.") from error
    except Exception as error:
        raise Refusal(
            "input_damaged", f"{called} is damaged: its header cannot be read. Export the study again."
        ) from error
    if len(dataset) == 0:
        raise Refusal("input_damaged", f"{called} has nothing behind its header. Export the study again.")
    return dataset


def _begins_like_dicom(data: bytes) -> bool:
    """Whether bytes without the mark begin with an element of one of the groups that a dataset begins with."""
    for order in ("little", "big"):
        group, element = (int.from_bytes(data[at : at + 2], order) for at in (0, 2))
        if group in _FIRST_GROUPS and element < 0x3000 and (data[4:6].isalpha() or data[4:8] != data[:4]):
            return True
    return False


def _complete_meta(dataset: FileDataset, called: str) -> None:
    meta: Any = getattr(dataset, "file_meta", None)
    if meta is None:
        meta = dataset.file_meta = pydicom.dataset.FileMetaDataset()
    if "TransferSyntaxUID" in meta:
        return
    implicit, little = dataset.original_encoding
    if implicit:
        meta.TransferSyntaxUID = ImplicitVRLittleEndian
    elif little:
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
    else:
        meta.TransferSyntaxUID = pydicom.uid.ExplicitVRBigEndian
    if "PixelData" in dataset and dataset["PixelData"].is_undefined_length:
        raise Refusal(
            "input_unsupported", f"{called} does not say how its pixels are compressed. Export the study again."
        )
