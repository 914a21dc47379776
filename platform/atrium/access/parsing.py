"""JSON bodies that PostgreSQL can keep: what it would refuse is refused here, with the field's name."""

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec
from django.http import HttpRequest
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from atrium.errors import FieldError, Invalid, Problem

MAX_INTEGER = 2**63 - 1
_OUT_OF_BOUNDS = "number", "Give a finite number below 2^63."
MOST_ERRORS = 10
"""Of one body; who sent thousands of wrong values learns of the first."""


class StorableJSONParser(JSONParser):
    """Refuses null characters, lone surrogates, numbers beyond what a column holds, and endless nesting."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            value = super().parse(stream, media_type, parser_context)
            errors = list(islice(unstorable(value), MOST_ERRORS))
        except RecursionError as error:
            raise ParseError("It is nested too deeply.") from error
        if errors:
            raise Invalid(*errors)
        return value


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The small JSON object that a page's script sent."""
    try:
        body = msgspec.json.decode(request.body or b"{}")
    except (msgspec.DecodeError, RecursionError) as error:
        raise Problem("malformed", f"The body cannot be read as JSON: {error}.") from error
    if not isinstance(body, dict):
        raise Problem("malformed", "Send a JSON object.")
    return body


def unstorable(value: Any, path: str = "") -> Iterator[FieldError]:
    """What in a JSON value, or in one made of it, no column of the database can hold, by its path."""
    if not _is_storable(value):
        yield from _unstorable(value, path)


def _is_storable(value: Any) -> bool:
    """The same question without paths: of millions of numbers it is answered in half the time."""
    waiting: list[Iterable[Any]] = [[value]]
    while waiting:
        for part in waiting.pop():
            if isinstance(part, dict):
                waiting += [part, part.values()]
            elif isinstance(part, list | tuple):
                waiting.append(part)
            elif _fault(part):
                return False
    return True


def _unstorable(value: Any, path: str) -> Iterator[FieldError]:
    match value:
        case dict():
            for name, part in value.items():
                yield from _unstorable(name, path)
                yield from _unstorable(part, f"{path}.{name}" if path else name)
        case list() | tuple():
            for index, part in enumerate(value):
                yield from _unstorable(part, f"{path}.{index}" if path else str(index))
        case _:
            if fault := _fault(value):
                yield FieldError(path, *fault)


def _fault(value: Any) -> tuple[str, str] | None:
    """(code, message) of a text or number that no column holds."""
    if isinstance(value, str):
        if "\x00" in value:
            return "null_characters_not_allowed", "It contains a null character; remove it."
        if not _is_whole(value):
            return "surrogates_not_allowed", "It contains half a character; send whole ones."
    elif isinstance(value, float):
        if not math.isfinite(value):
            return _OUT_OF_BOUNDS
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        return _OUT_OF_BOUNDS
    return None


def _is_whole(text: str) -> bool:
    """Without half a character."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
