"""The files of a zip, each read on its own so that they are not held at once."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812

from .refusal import Refusal

ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class File:
    """name: as in the zip, for messages. read: its bytes; raises Refusal where they are damaged."""

    name: str
    read: Callable[[], bytes]


def opened(data: bytes, called: str, what: str) -> ZipFile:
    """Its table of contents is read here, once for all of its files. what: “the study's files”, say.

    Raises Refusal where the zip cannot be read.
    """
    try:
        return ZipFile(BytesIO(data))
    except (BadZipFile, NotImplementedError, ValueError) as error:
        raise Refusal("input_damaged", f"{called} is a damaged zip. Pack {what} anew.") from error


def entries_of(archive: ZipFile, is_wanted: Callable[[PurePosixPath], bool]) -> list[ZipInfo]:
    """Those of the files that are wanted; hidden ones and folders are none."""
    entries = archive.infolist()
    return [entry for entry in entries if not _is_hidden(entry) and is_wanted(PurePosixPath(entry.filename))]


def file_of(archive: ZipFile, entry: ZipInfo, called: str) -> File:
    def read() -> bytes:
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            told = "is packed in a way that is not read here. Pack it as an ordinary zip (deflate)."
            raise Refusal("input_unsupported", f"{quoted(entry.filename)} in {called} {told}")
        try:
            with archive.open(entry) as stream:
                unpacked = stream.read(entry.file_size + 1)
        except (BadZipFile, NotImplementedError, RuntimeError, EOFError, ZlibError, ValueError) as error:
            told = "is protected by a password" if entry.flag_bits & 1 else "is damaged"
            raise Refusal("input_damaged", f"{quoted(entry.filename)} in {called} {told}. Pack it anew.") from error
        if len(unpacked) > entry.file_size:
            raise Refusal("input_damaged", f"{called} is a zip that says less than it holds. Pack it anew.")
        return unpacked

    return File(quoted(entry.filename), read)


def name_in(entry: ZipInfo) -> str:
    """Of the file without its folders, which some programs part by backslashes."""
    return PurePosixPath(entry.filename.replace("\\", "/")).name


def quoted(name: str) -> str:
    plain = "".join(letter for letter in name if letter.isprintable())[-80:].strip()
    return f"“{plain}”"


def _is_hidden(entry: ZipInfo) -> bool:
    return (
        not entry.filename
        or entry.is_dir()
        or any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(entry.filename).parts)
    )
