"""Cells of CSV that no spreadsheet takes for a formula: an apostrophe stands before what could begin one.

Spaces, tabs, line breaks and characters without width before the sign do not hide it. Signs in full width count, too:
some spreadsheets fold these while they read.
"""

import re

_BLANK = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
_UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad"
FORMULA = f"^(?:[{_BLANK}{_UNSEEN}]*[=+\\-@＝＋－＠]|[\t\r\n])"
"""How a text begins that is defused; the same to Python and to RE2."""

_begins = re.compile(FORMULA)


def defused(text: str) -> str:
    return f"'{text}" if _begins.match(text) else text
