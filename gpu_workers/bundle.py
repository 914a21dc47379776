"""A version's files: one ONNX file, or several in a bundle, a zip whose entries are stored as they are.

Read inside sandboxes only: by the inspection, and by the runner that holds the version. Names are flat, so that nothing
is ever unpacked; `bundle.py` of the client writes the same.
"""

import mmap
import re
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from gpu_workers.refusal import Refused

BUNDLE = "bundle"
MAX_FILES = 32
MAX_BESIDE = 32 << 20
"""Bytes of a file that is no model."""
MODEL, BESIDE = ".onnx", (".json", ".txt")
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


class Files:
    """Those of one version. Raises Refused where a bundle breaks a rule."""

    def __init__(self, path: Path, fmt: str) -> None:
        self._path = path
        self._places = _places(path) if fmt == BUNDLE else {}

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes by name, in the bundle's order; empty where the version is one file."""
        return {name: end - start for name, (start, end) in self._places.items()}

    @property
    def models(self) -> list[str]:
        return [name for name in self._places if name.endswith(MODEL)]

    def model(self, name: str = "") -> Path | bytes:
        """The model file of that name, or the only one: where it lies, or its bytes out of the bundle."""
        if not self._places:
            return self._path
        return self.read(name or self.only_model())

    def only_model(self) -> str:
        if len(self.models) != 1:
            raise ambiguous(self.models)
        return self.models[0]

    def read(self, name: str) -> bytes:
        return bytes(self.view(name))

    def view(self, name: str) -> memoryview:
        """Without a copy in memory."""
        if name not in self._places:
            have = ", ".join(f"“{each}”" for each in self._places) or "one model alone"
            raise Refused("file_missing", f"The interface names the file “{name}”, but the upload holds {have}.")
        start, end = self._places[name]
        return mapped(self._path)[start:end]


def ambiguous(models: Sequence[str]) -> Refused:
    return Refused(
        "bundle_ambiguous",
        f"The bundle holds {len(models)} models ({', '.join(models)}). Say in the interface's steps which runs when.",
    )


def mapped(path: Path) -> memoryview:
    """The bytes of a file that is not empty."""
    with path.open("rb") as file:
        # Left to the collector: a refusal's traceback holds slices, and a map with slices cannot be closed.
        return memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ))


def _places(path: Path) -> dict[str, tuple[int, int]]:
    """Where each file begins and ends."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as bundle:
            entries = bundle.infolist()
            if len(entries) > MAX_FILES:
                raise Refused("bundle_too_many", f"A bundle holds at most {MAX_FILES} files.")
            for entry in entries:
                _check(entry)
            places = {entry.filename: _place(file, entry) for entry in entries}
            end = file.seek(0, 2)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        raise Refused("not_a_bundle", _NO_BUNDLE) from None
    if len(places) != len(entries):
        raise Refused("bundle_names", "Two files of the bundle have one name. Name each differently.")
    if not any(name.endswith(MODEL) for name in places):
        raise Refused("bundle_without_model", "The bundle holds no ONNX file. Put the model in it as NAME.onnx.")
    taken = 0
    for start, stop in sorted(places.values()):
        if start < taken or stop > end:  # the same bytes under several names, or none at all
            raise Refused("not_a_bundle", _NO_BUNDLE)
        taken = stop
    return places


def _place(file: BinaryIO, entry: zipfile.ZipInfo) -> tuple[int, int]:
    """The header in front of the bytes has a name and more, each of a length of its own."""
    file.seek(entry.header_offset)
    mark, name, more = struct.unpack("<4s22xHH", file.read(30))
    if mark != b"PK\x03\x04":
        raise zipfile.BadZipFile("no header where one is said to be")
    start = entry.header_offset + 30 + name + more
    return start, start + entry.file_size


def _check(entry: zipfile.ZipInfo) -> None:
    shown = entry.filename[:100].encode("ascii", "replace").decode()
    if not NAME.fullmatch(entry.filename) or not entry.filename.endswith((MODEL, *BESIDE)):
        raise Refused(
            "bundle_names",
            f"The bundle holds “{shown}”. It takes .onnx, .json and .txt files without folders, named with letters, "
            "digits, point, hyphen and underscore.",
        )
    if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 or entry.file_size != entry.compress_size:
        raise Refused("bundle_packed", f"“{shown}” is compressed. Store the files as they are, as `zip -0 -j` does.")
    if not entry.filename.endswith(MODEL) and entry.file_size > MAX_BESIDE:
        raise Refused(
            "bundle_file_too_large", f"“{shown}” is larger than {MAX_BESIDE >> 20} MiB, the most beside a model."
        )
    if entry.file_size == 0:
        raise Refused("empty_file", f"“{shown}” is empty. Upload it again.")


_NO_BUNDLE = "This is no bundle: a zip of the model and the files that it needs, stored as they are. Use the client."
