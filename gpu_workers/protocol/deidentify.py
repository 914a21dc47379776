"""De-identifies a DICOM object by the published rules in `deidentify.json`, which the browser follows, too.

What the rules do not list is removed, in nested sequences as well; so is every private element. The notebook client
uses this very file before a byte leaves, the inputs process again on whatever arrives. It reads what a pydicom Dataset
offers and imports nothing of it. Source: DICOM PS3.15 Annex E.
"""

import hmac
import json
import re
import struct
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

_LONGEST_SHIFT = 3650
_MARKER = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")
_KEPT_SEGMENTS = {0xE0: (b"JFIF\0", 14), 0xEE: (b"Adobe", 12), 0xE8: (b"mrfx", 5)}
_SOI, _EOI, _COM = 0xD8, 0xD9, 0xFE
_J2K_START = b"\xff\x4f\xff\x51"
_J2K_COM, _J2K_TILE, _J2K_DATA, _J2K_END = 0xFF64, 0xFF90, 0xFF93, 0xFFD9
_ITEM = 0xE000FFFE


@cache
def rules() -> dict[str, Any]:
    """The rule file as it lies beside this module."""
    read: dict[str, Any] = json.loads(Path(__file__).with_name("deidentify.json").read_text(encoding="utf-8"))
    return read


def deidentify(dataset: Any, key: bytes) -> None:
    """Changes a pydicom Dataset, its file meta information and its preamble in place.

    key: 32 bytes. The same key gives the same UIDs and moves dates by the same days, so that the files of one upload,
    or of a project that keeps its key, still belong together.
    """
    meta = getattr(dataset, "file_meta", None)
    if meta is not None:
        _apply(meta, key)
    _apply(dataset, key)
    for tag, rule in rules()["elements"].items():
        if rule["keyword"] in ("PatientIdentityRemoved", "DeidentificationMethod"):
            dataset.add_new(int(tag, 16), rule["vr"][0], _replacement(rule))
    if getattr(dataset, "preamble", None) is not None:
        dataset.preamble = bytes(128)
    pixels = dataset.get(0x7FE00010)
    syntax = str(meta.get("TransferSyntaxUID", "")) if meta is not None else ""
    if pixels is not None and isinstance(pixels.value, bytes) and syntax.startswith("1.2.840.10008.1.2.4"):
        pixels.value = without_comments(pixels.value)


def hashed_uid(key: bytes, uid: str) -> str:
    digest = hmac.digest(key, uid.strip("\0 ").encode("ascii", "replace"), "sha256")
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def shifted(key: bytes, day: str) -> str | None:
    """An earlier date in the same form, None for what is no date."""
    text = day.strip()
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    days = 1 + int.from_bytes(hmac.digest(key, b"dates", "sha256")[:8], "big") % _LONGEST_SHIFT
    try:
        return f"{date(int(text[:4]), int(text[4:6]), int(text[6:])) - timedelta(days):%Y%m%d}".rjust(8, "0")
    except (ValueError, OverflowError):
        return None


def without_comments(encapsulated: bytes) -> bytes:
    """Encapsulated pixel data with the comments inside its frames blanked; no length and no offset changes."""
    data = bytearray(encapsulated)
    for start, stop in _fragments(data):
        if data[start : start + 2] == b"\xff\xd8":
            _blank_jpeg(data, start, stop)
        elif data[start : start + 4] == _J2K_START:
            _blank_jpeg2000(data, start, stop)
    return bytes(data)


def _apply(dataset: Any, key: bytes) -> None:
    listed = rules()["elements"]
    for tag in list(dataset.keys()):
        rule = None if tag.is_private else listed.get(f"{int(tag):08X}")
        try:
            keeps = rule is not None and _keeps(dataset[tag], rule, key)
        except Exception:  # a value that pydicom cannot read, whatever it raises over it
            keeps = False
        if not keeps:
            del dataset[tag]


def _keeps(element: Any, rule: dict[str, Any], key: bytes) -> bool:
    """Whether the element stays, changed in place as its rule says."""
    action = rule["action"]
    if action == "remove" or element.VR not in rule["vr"]:
        return False
    if action == "descend":
        for item in element.value:
            _apply(item, key)
    elif action == "replace":
        element.value = _replacement(rule)
    elif action == "hash":
        element.value = [hashed_uid(key, str(uid)) for uid in _values(element)]
    elif action == "shift":
        moved = [shifted(key, str(day)) for day in _values(element)]
        if None in moved:
            return False
        element.value = moved
    elif element.VR not in _BINARY:
        _empty_unlisted(element, rule)
    return True


_BINARY = {"AT", "FD", "FL", "OB", "OD", "OF", "OL", "OV", "OW", "SL", "SS", "SV", "UL", "US", "UV"}


def _empty_unlisted(element: Any, rule: dict[str, Any]) -> None:
    values = [getattr(value, "original_string", None) or str(value) for value in _values(element)]
    kept = [value if _is_listed(value.strip("\0 "), rule) else "" for value in values]
    if kept != values:
        element.value = kept if len(kept) > 1 else "".join(kept)


def _is_listed(value: str, rule: dict[str, Any]) -> bool:
    if "values" in rule:
        return value in rule["values"]
    return re.fullmatch(rule.get("pattern", rules()["numbers"]), value, re.ASCII) is not None


def _values(element: Any) -> list[Any]:
    value = element.value
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list) or hasattr(value, "append") else [value]


def _replacement(rule: dict[str, Any]) -> str:
    return str(rule["value"]).replace("{version}", rules()["version"])


def _fragments(data: bytearray) -> Iterator[tuple[int, int]]:
    """Where the items of encapsulated pixel data begin and stop; the first is their table of offsets."""
    at = 0
    while at + 8 <= len(data):
        tag, length = struct.unpack_from("<II", data, at)
        if tag != _ITEM:
            return
        start = at + 8
        yield start, min(start + length, len(data))
        at = start + length


def _blank(data: bytearray, start: int, stop: int) -> None:
    if stop > start:
        data[start:stop] = bytes(stop - start)


def _blank_jpeg(data: bytearray, start: int, stop: int) -> None:
    at = start + 2
    while (found := _MARKER.search(data, at, stop)) is not None:
        marker, at = data[found.start() + 1], found.end()
        if marker == _EOI:
            _blank(data, at, stop)
            return
        if marker == _SOI or at + 2 > stop:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        end = min(at + length, stop)
        if marker == _COM or 0xE0 <= marker <= 0xEF:
            mark, kept = _KEPT_SEGMENTS.get(marker, (b"", 0))
            _blank(data, at + 2 + (kept if mark and data.startswith(mark, at + 2) else 0), end)
        at = max(end, at + 2)


def _blank_jpeg2000(data: bytearray, start: int, stop: int) -> None:
    at, tile_end = start + 2, stop
    while at + 4 <= stop:
        marker, length = struct.unpack_from(">HH", data, at)
        if marker == _J2K_END:
            _blank(data, at + 2, stop)
            return
        if marker == _J2K_DATA:
            at = tile_end
            continue
        if marker == _J2K_TILE and at + 10 <= stop:
            tile = int.from_bytes(data[at + 6 : at + 10], "big")
            tile_end = min(at + max(tile, 12), stop) if tile else stop
        if marker == _J2K_COM:
            _blank(data, at + 6, min(at + 2 + length, stop))
        at += 2 + max(length, 2)
