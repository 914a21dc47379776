"""Values of any form, bounded, so that they can be stored and shown."""

from math import isfinite
from typing import Any

import msgspec

from .findings import MAX_DEPTH, MAX_JSON
from .texts import storable


class Unstorable(ValueError):
    """The message is the end of a sentence: “… is too deep”."""


def kept(value: Any) -> Any:
    """The value as JSON holds it. Raises Unstorable."""
    found = _kept(value, MAX_DEPTH)
    try:
        size = len(msgspec.json.encode(found))
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise Unstorable("cannot be written as JSON") from None
    if size > MAX_JSON:
        raise Unstorable(f"is larger than {MAX_JSON // 1000} kB")
    return found


def _kept(value: Any, depth: int) -> Any:
    match value:
        case None | bool():
            return value
        case str():
            return storable(value)
        case int():
            if abs(value) >= 1 << 63:
                raise Unstorable("holds a number beyond 64 bits")
            return value
        case float():
            if not isfinite(value):
                raise Unstorable("holds a number that is not finite")
            return value
    if depth == 0:
        raise Unstorable(f"is nested more than {MAX_DEPTH} deep")
    if isinstance(value, list | tuple):
        return [_kept(each, depth - 1) for each in value]
    if isinstance(value, dict):
        return {storable(str(name)): _kept(each, depth - 1) for name, each in value.items()}
    raise Unstorable("is no JSON")
