"""What a backup holds, by hash: written last, so that a folder without a manifest is no backup."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

NAME = "manifest.json"
FORMAT = 1


class NotWhole(Exception):
    """The backup is not what its manifest says, or what was restored is not; the message says what differs."""


@dataclass(frozen=True)
class Table:
    """rows: how many. digest: the sum of their hashes, whatever their order."""

    rows: int
    digest: str


@dataclass
class Manifest:
    """files: path below the backup's folder -> sha256 as hex. tables: schema.table -> rows and digest. damaged: keys of
    objects that the store had lost or changed before the backup, which holds what was there of them."""

    made_at: str
    postgres: str
    tables: dict[str, Table]
    files: dict[str, str] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Hash every file of the folder, and write the manifest beside them."""
        self.files = {str(path.relative_to(folder)): digest(path) for path in files_below(folder)}
        path = folder / NAME
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), indent=1, sort_keys=True))

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read it and compare every file with it; raises NotWhole."""
        try:
            told = json.loads((folder / NAME).read_text())
        except FileNotFoundError:
            raise NotWhole(f"{folder} holds no {NAME}: it is no backup, or one that did not end.") from None
        except ValueError as error:
            raise NotWhole(f"{folder / NAME} cannot be read: {error}.") from error
        if told.get("format") != FORMAT:
            raise NotWhole(
                f"{folder} was written by another release: its format is {told.get('format')}, not {FORMAT}."
            )
        manifest = cls(**{**told, "tables": {name: Table(**table) for name, table in told["tables"].items()}})
        present = {str(path.relative_to(folder)) for path in files_below(folder)}
        wrong = sorted(present ^ manifest.files.keys())
        wrong += [
            name for name in sorted(present & manifest.files.keys()) if digest(folder / name) != manifest.files[name]
        ]
        if wrong:
            more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
            raise NotWhole(f"Not as the manifest says: {', '.join(wrong[:3])}{more}. Take another backup.")
        return manifest


def files_below(folder: Path) -> Iterator[Path]:
    """Every file of a backup except its manifest."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / NAME)


def digest(path: Path) -> str:
    """Return the sha256 of a file as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
