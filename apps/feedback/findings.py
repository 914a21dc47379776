"""What a reviewer says of single findings: read from a stranger's JSON, and the truth that comes of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from apps.endpoints.findings import FOUND, findings_of
from apps.endpoints.models import Prediction
from apps.registry.inputs import is_file, seen
from apps.registry.interfaces import field_error, read_interface
from atrium.access.parsing import unstorable
from atrium.errors import FieldError, Invalid
from gpu_workers.protocol.edits import Fraction, Point
from gpu_workers.protocol.findings import MOST, FindingsOutput
from gpu_workers.protocol.interface import Interface

from .models import Flag

MOST_JUDGED = 64 * MOST
MOST_CORNERS = 5000
"""Of one finding's lines."""
MOST_IN_ALL, MOST_ACROSS = 20_000, 500.0
"""Corners of all lines of one judgement; and how many pictures wide they are, to and fro."""
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Ring = Annotated[tuple[Point, ...], Meta(min_length=3, max_length=2000)]


class Said(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A finding in a reviewer's words: the parts of a finding of its kind. What is left out stands as the model said.

    label: of boxes and spans, name: of points and of a mask's classes. contours: of a mask's class, in fractions.
    """

    label: Name | None = None
    name: Name | None = None
    x: Fraction | None = None
    y: Fraction | None = None
    w: Annotated[float, Meta(gt=0, le=1)] | None = None
    h: Annotated[float, Meta(gt=0, le=1)] | None = None
    start: Annotated[int, Meta(ge=0)] | None = None
    end: Annotated[int, Meta(ge=1)] | None = None
    contours: Annotated[tuple[Ring, ...], Meta(min_length=1, max_length=200)] | None = None


class Judged(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """output: by name; id: of one of its findings."""

    output: str
    id: str
    verdict: Literal["accepted", "rejected", "corrected"]
    correction: Said | None = None


class Missed(Said, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What the model did not find."""

    output: str


_All = Annotated[tuple[Judged, ...], Meta(max_length=MOST_JUDGED)]
_Missed = Annotated[tuple[Missed, ...], Meta(max_length=MOST)]
PARTS = {
    "boxes": ("label", "x", "y", "w", "h"),
    "points": ("name", "x", "y"),
    "spans": ("label", "start", "end"),
    "mask": ("name", "contours"),
}
"""By kind of answer what is said of a finding."""


def read_findings(value: Any, prediction: Prediction) -> list[dict[str, Any]]:
    """Raises Invalid with the path of what is wrong."""
    judged = _converted(value, "findings", _All)
    answer = prediction.answer or {}
    known = {name: {each["id"]: dict(each) for each in findings_of(one) or ()} for name, one in answer.items()}
    seen: set[tuple[str, str]] = set()
    for place, each in enumerate(judged):
        field = f"findings.{place}"
        if each.id not in known.get(each.output, {}):
            raise _invalid(f"{field}.id", f"“{each.output}” of this answer has no finding “{each.id}”.")
        if (each.output, each.id) in seen:
            raise _invalid(f"{field}.id", f"“{each.id}” of “{each.output}” is judged twice; judge it once.")
        seen.add((each.output, each.id))
        if (each.verdict == "corrected") != (each.correction is not None):
            raise _invalid(f"{field}.correction", "Say how it is corrected, and only then give a correction.")
        if each.correction is not None:
            whole = known[each.output][each.id] | _built(each.correction)
            _check(f"{field}.correction", each.output, each.correction, whole, prediction)
    _check_lines("findings", (each.correction for each in judged if each.correction is not None))
    return [_built(each) for each in judged]


def read_added(value: Any, prediction: Prediction) -> list[dict[str, Any]]:
    """What the model missed. Raises Invalid with the path of what is wrong."""
    missed = _converted(value, "added", _Missed)
    for place, each in enumerate(missed):
        _check(f"added.{place}", each.output, each, _built(each), prediction)
    _check_lines("added", missed)
    return [_built(each) for each in missed]


def _converted(value: Any, field: str, shape: Any) -> Any:
    try:
        found = msgspec.convert(value or (), shape)
    except msgspec.ValidationError as error:
        raise Invalid(field_error(error, field, shape)) from error
    if errors := list(unstorable([_built(each) for each in found], field)):
        raise Invalid(*errors)
    return found


def _built(value: Any) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(value)
    return built


def _check(field: str, output: str, said: Said, whole: Mapping[str, Any], prediction: Prediction) -> None:
    """whole: the finding as it then is."""
    kind = kind_of(output, prediction)
    if kind is None:
        raise _invalid(f"{field}.output", f"There is no output “{output}” with findings.")
    parts = PARTS[kind]
    other = next((part for part in _built(said) if part not in (*parts, "output")), None)
    if other is not None:
        raise _invalid(f"{field}.{other}", f"“{output}” holds {kind}; of one {', '.join(parts)} can be said.")
    # A class of a mask that is called otherwise keeps its pixels; a new one needs lines around it
    lacking = next((part for part in parts if whole.get(part) is None), None)
    if lacking is not None:
        raise _invalid(f"{field}.{lacking}", f"Give {', '.join(parts)}.")
    if kind == "boxes" and (whole["x"] + whole["w"] > 1 + 1e-6 or whole["y"] + whole["h"] > 1 + 1e-6):
        raise _invalid(field, "The box reaches beyond the picture.")
    if kind == "spans":
        length = len(text_of(output, prediction))
        if not 0 <= whole["start"] < whole["end"] <= length:
            raise _invalid(f"{field}.end", f"A span begins before it ends, within {length:,} characters.")
    if kind == "mask" and sum(map(len, whole["contours"])) > MOST_CORNERS:
        raise _invalid(f"{field}.contours", f"Lines have at most {MOST_CORNERS:,} corners together.")


def _check_lines(field: str, said: Iterable[Said]) -> None:
    """What is drawn on a case's page, and written out as pixels in every export, is bounded as a whole."""
    rings = [ring for each in said for ring in each.contours or ()]
    across = sum(abs(after[0] - before[0]) for ring in rings for before, after in pairwise(ring))
    if sum(map(len, rings)) > MOST_IN_ALL or across > MOST_ACROSS:
        told = (
            f"All lines together have at most {MOST_IN_ALL:,} corners, and cross the picture at most "
            f"{MOST_ACROSS:.0f} times. Draw fewer or smoother ones."
        )
        raise _invalid(field, told)


def kind_of(output: str, prediction: Prediction) -> str | None:
    """boxes, points, spans or mask."""
    outputs = (prediction.version.interface or {}).get("outputs", ())
    kinds = {each["name"]: str(each["kind"]) for each in outputs}
    return kinds[output] if kinds.get(output) in FOUND else None


def source_of(output: str, prediction: Prediction) -> str:
    """The name of the input in which an output's findings lie; "" where it has none."""
    interface: Interface = read_interface(prediction.version.interface)
    field = next((each for each in interface.outputs if each.name == output), None)
    return interface.found_in(field).name if isinstance(field, FindingsOutput) else ""


def text_of(output: str, prediction: Prediction) -> str:
    """The text in which spans lie, as the model saw it."""
    stored = prediction.inputs.get(source_of(output, prediction))
    value = None if stored is None or is_file(stored) else seen(stored)
    return value if isinstance(value, str) else ""


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(FieldError(field, "invalid", message))


def truth_of(flag: Flag) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(output, verdict, the finding as it should be) of what the reviewer holds for true: accepted, corrected, added.

    In the interface's order. Of an answer that is right as a whole, what was not judged by itself is accepted.
    """
    prediction = flag.prediction
    judged = {(each["output"], each["id"]): each for each in flag.findings}
    answers = prediction.answer or {}
    for field in (prediction.version.interface or {}).get("outputs", ()):
        output, answer = field["name"], answers.get(field["name"])
        if answer is None:
            continue
        for finding in findings_of(answer) or ():
            said = judged.get((output, finding["id"]))
            verdict = said["verdict"] if said else "accepted" if flag.verdict == Flag.Verdict.RIGHT else ""
            if verdict == "accepted":
                yield output, verdict, dict(finding)
            elif said and verdict == "corrected":
                yield output, verdict, {**finding, **said["correction"]}
    for missed in flag.added:
        yield missed["output"], "added", {part: value for part, value in missed.items() if part != "output"}


def outlines_of(flag: Flag, source: str) -> list[dict[str, Any]]:
    """What lies on one picture: `{rings, from}` in fractions, from the `model` where it stands, `dropped` where the
    reviewer rejected or moved it, or from the `reviewer`."""
    prediction, found = flag.prediction, []
    judged = {(each["output"], each["id"]): each for each in flag.findings}
    on_it = {name for name in prediction.answer or {} if source_of(name, prediction) == source}
    for output in sorted(on_it):
        for finding in findings_of((prediction.answer or {})[output]) or ():
            said = judged.get((output, finding["id"]), {})
            rings, corrected = _rings(finding), _rings({**finding, **said.get("correction", {})})
            is_dropped = said.get("verdict") == "rejected" or corrected != rings
            found.append({"rings": rings, "from": "dropped" if is_dropped else "model"})
            if corrected != rings:
                found.append({"rings": corrected, "from": "reviewer"})
    found += [{"rings": _rings(each), "from": "reviewer"} for each in flag.added if each["output"] in on_it]
    return [each for each in found if each["rings"]]


def _rings(finding: Mapping[str, Any]) -> list[Any]:
    """Closed lines around a box or a mask's class; nothing of a point or a span."""
    if "contours" in finding:
        return list(finding["contours"])
    if "w" not in finding:
        return []
    x, y, w, h = (finding[part] for part in ("x", "y", "w", "h"))
    return [[[x, y], [x + w, y], [x + w, y + h], [x, y + h]]]


def without_words(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Verdicts alone: what is left of a withdrawn flag, so that figures stay true."""
    return [{part: each[part] for part in ("output", "id", "verdict")} for each in found]
