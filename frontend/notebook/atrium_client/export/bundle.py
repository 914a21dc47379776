"""Several files as one upload: a zip whose entries are stored as they are, the same bytes for the same files."""

import hashlib
import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from atrium_client.errors import Invalid

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
MODEL = "model.onnx"
"""What the model itself is called where other files come with it."""
ENDINGS = (".onnx", ".json", ".txt")
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
Files = Sequence[str | os.PathLike[str]] | Mapping[str, str | os.PathLike[str] | bytes]


def named(files: Files) -> dict[str, Path | bytes]:
    """Each file by the name that the interface calls it: its own, or the one given. Raises Invalid."""
    if isinstance(files, str | os.PathLike):
        raise Invalid("files takes a list of paths, or a dict of names and paths, such as files=['labels.txt'].")
    pairs = files.items() if isinstance(files, Mapping) else [(Path(file).name, file) for file in files]
    found: dict[str, Path | bytes] = {}
    for name, given in pairs:
        if not NAME.fullmatch(name) or not name.endswith(ENDINGS):
            raise Invalid(
                f"The file “{name}” cannot come with a model: it takes .onnx, .json and .txt, named with letters, "
                "digits, point, hyphen and underscore. Name it with files={'labels.txt': path}."
            )
        if name == MODEL:
            raise Invalid(f"“{MODEL}” is the model's own name in the upload; call the file otherwise.")
        if name in found:
            raise Invalid(f"Two files are called “{name}”; name them with files={{'name': path}}.")
        content = given if isinstance(given, bytes) else Path(given)
        if isinstance(content, Path) and not content.is_file():
            raise Invalid(f"There is no file “{content}”.")
        found[name] = content
    return found


def write(files: Mapping[str, Path | bytes], target: Path) -> tuple[int, str]:
    """Bytes of the bundle and its sha256 in hex. The names' order decides that of the entries."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as bundle:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _BEGINNING)
            content = files[name]
            if isinstance(content, bytes):
                bundle.writestr(entry, content)
                continue
            entry.file_size = content.stat().st_size
            with content.open("rb") as source, bundle.open(entry, "w") as place:
                while piece := source.read(1 << 20):
                    place.write(piece)
    with target.open("rb") as file:
        return target.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
