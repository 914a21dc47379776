"""The release before this one, as it is kept here: a backup of it, and what is told of its contents."""

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.backup.save import FILES

FOLDER = Path(__file__).parent
CONTENTS = "contents.json"
ENDING = ".tar.gz"


@dataclass(frozen=True)
class Release:
    """folder: a backup. told: see `Contents` in contents.py."""

    version: str
    folder: Path
    told: dict[str, Any]


def unpack_newest(folder: Path) -> Release:
    """Unpack the newest of them into a folder."""
    versions = [path.name.removesuffix(ENDING) for path in FOLDER.glob(f"*{ENDING}")]
    newest = max(versions, key=lambda version: tuple(map(int, version.split("."))))
    with tarfile.open(FOLDER / f"{newest}{ENDING}") as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.2 has none
        tar.extractall(folder)
    return Release(newest, folder, json.loads((folder / FILES / CONTENTS).read_text()))
