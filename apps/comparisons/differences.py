"""How one version's answer differs from another's, output by output, in words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.endpoints import vectors
from apps.endpoints.findings import FOUND, findings_of, how_many, name_of
from apps.endpoints.words import number, signed
from apps.feedback.expectations import is_as_before


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one output. is_there: whether it is more than a score's: another class, a number further away than 5 %, other
    findings, another text or file. words: "" where both say the same."""

    is_there: bool
    words: str


SAME = Difference(False, "")


def difference(first: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> Difference:
    """Two answers of one output, as their rows hold them."""
    if first is None or other is None or first["kind"] != other["kind"]:
        return SAME if first is other else Difference(True, "only one of them answers this")
    differs, kind = not is_as_before(first, other), first["kind"]
    match kind:
        case "label":
            return _label(first["scores"], other["scores"])
        case "number" if first["value"] is not None and other["value"] is not None:
            apart = other["value"] - first["value"]
            told = f"{signed(apart, _places(apart))} {other.get('unit', '')}".strip()
            return Difference(differs, told if apart else "")
        case _ if kind in FOUND:
            return _findings(kind, first, other) if differs else SAME
        case "text":
            return Difference(differs, "another text" if differs else "")
        case "vector" if first["values"] != other["values"]:
            return Difference(differs, vectors.similarity(first, other) or "of another length")
    return Difference(differs, "another answer" if differs else "")


def differences(first: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> dict[str, Difference]:
    """By output, in the first one's order."""
    names = dict.fromkeys([*(first or {}), *(other or {})])
    return {name: difference((first or {}).get(name), (other or {}).get(name)) for name in names}


def _places(apart: float) -> int:
    return 2 if abs(apart) >= 0.01 else 4


def _label(first: list[Any], other: list[Any]) -> Difference:
    if not first or not other:
        return SAME if first == other else Difference(True, "only one of them names a class")
    (was, score), (now, now_score) = first[0], other[0]
    if was != now:
        return Difference(True, f"{now} instead of {was}")
    apart = signed(now_score - score)
    return Difference(False, "" if apart.startswith("±") else f"the same class, {apart}")


def _findings(kind: str, first: Mapping[str, Any], other: Mapping[str, Any]) -> Difference:
    """How many there are of each class; where those agree, they lie elsewhere."""
    if kind == "mask":
        return _mask(first, other)
    was, now = (Counter(name_of(kind, each) for each in findings_of(side) or ()) for side in (first, other))
    if was == now:
        return Difference(True, f"{how_many(other)} as well, not the same")
    changed = [name for name in dict.fromkeys([*was, *now]) if was[name] != now[name]]
    told = ", ".join(f"{now[name]} {name} instead of {was[name]}" for name in changed[:3])
    return Difference(True, told + (", …" if len(changed) > 3 else ""))


def _mask(first: Mapping[str, Any], other: Mapping[str, Any]) -> Difference:
    """The extent of the class that differs most."""
    was, now = ({each["name"]: each["pixels"] for each in side["classes"]} for side in (first, other))
    name = max(dict.fromkeys([*was, *now]), key=lambda each: abs(now.get(each, 0) - was.get(each, 0)), default="")
    apart = now.get(name, 0) - was.get(name, 0)
    if not apart:
        return Difference(True, "as large, not the same")
    return Difference(True, f"{name}: {signed(apart, 0)} px of {number(was.get(name, 0))}")
