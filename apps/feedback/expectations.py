"""Whether an answer is what it should be: a label, a number within a tolerance, a text."""

from collections.abc import Mapping
from typing import Any

from apps.endpoints.vectors import are_alike

RELATIVE = 0.05
"""Within how much of a corrected number an answer meets it, where nothing else is said."""
LEAST = 1e-6


def is_met(wanted: Any, answer: Mapping[str, Any] | None, tolerance: float | None = None) -> bool:
    """One output. wanted: a class, a number or a text. tolerance: of a number, in its unit; None for RELATIVE of it."""
    if answer is None:
        return False
    match answer["kind"]:
        case "label":
            return bool(answer["scores"]) and answer["scores"][0][0] == wanted
        case "number":
            if answer["value"] is None or not isinstance(wanted, int | float):
                return False
            within = max(abs(wanted) * RELATIVE, LEAST) if tolerance is None else tolerance
            return bool(abs(answer["value"] - wanted) <= within)
        case "text":
            return bool(str(answer["value"]).strip() == str(wanted).strip())
    return False


def is_as_before(
    before: Mapping[str, Any] | None, now: Mapping[str, Any] | None, tolerance: float | None = None
) -> bool:
    """Of two answers of one output: the same leading class, a number within the tolerance of the one before, the same
    text, the same findings, the same file by its digest, a vector of nearly the same direction."""
    if before is None or now is None or before["kind"] != now["kind"]:
        return False
    match before["kind"]:
        case "label":
            return bool(before["scores"]) and is_met(before["scores"][0][0], now)
        case "number":
            if before["value"] is None or now["value"] is None:
                return bool(before["value"] == now["value"])
            return is_met(before["value"], now, tolerance)
        case "text":
            return is_met(before["value"], now)
        case "vector":
            return are_alike(before, now)
    return _facts(before) == _facts(now)


def _facts(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Files are compared by their digest: each answer has files of its own."""
    return {name: value for name, value in answer.items() if name not in ("artifact", "key", "url")}


def meets(correction: Mapping[str, Any] | None, answer: Mapping[str, Any] | None) -> bool | None:
    """All that a reviewer corrected; None where nothing was."""
    if not correction or answer is None:
        return None
    return all(is_met(wanted, answer.get(name)) for name, wanted in correction.items())
