"""A stranger's text as people may read it and databases store it."""

import re

LONGEST = 500
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
# Control characters, those that turn the direction of what follows, and halves of surrogate pairs.
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]")


def decoded(text: str | bytes) -> str:
    """Protobuf gives bytes where a file's text is not UTF-8."""
    return text if isinstance(text, str) else text.decode(errors="replace")


def readable(text: str | bytes, most: int = LONGEST) -> str:
    """Cut, in one line, with a mark in the place of each character that cannot be shown for what it is."""
    return _UNREADABLE.sub("\ufffd", _LINE_END.sub("\u21b5", decoded(text[: 4 * most])[:most]))


def is_readable(text: str | bytes) -> bool:
    return isinstance(text, str) and not _UNREADABLE.search(text)
