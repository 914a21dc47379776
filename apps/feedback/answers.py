"""An answer beside the one to the unedited original: bars with ticks, and signed differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.endpoints import vectors
from apps.endpoints.findings import FOUND, Told, as_text, findings_of, how_many, told
from apps.endpoints.models import Prediction
from apps.endpoints.presentation import Addresses
from apps.endpoints.tables import summed_up
from apps.endpoints.words import number, signed

from .findings import text_of
from .models import Flag

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One class. percent, was: places along the track; was and delta are None where nothing is compared."""

    name: str
    value: str
    percent: str
    was: str | None
    delta: str | None
    top: bool


@dataclass(frozen=True, slots=True)
class FindingShown:
    """A finding as the model has it, and what the reviewer says of it. verdict: "" where nothing. corrected: in words,
    as it should be. model: None where the model missed it."""

    model: Told | None
    verdict: str
    word: str
    corrected: Told | None


@dataclass(frozen=True, slots=True)
class OutputShown:
    """One output of an answer. said: its leading value in words; before: the original's, "" where not compared.
    strip: of a vector, as `vectors.strip` draws it."""

    title: str
    kind: str
    said: str = ""
    score: str = ""
    before: str = ""
    before_score: str = ""
    delta: str = ""
    bars: tuple[Bar, ...] = ()
    left_out: int = 0
    url: str = ""
    corrected: str = ""
    findings: tuple[FindingShown, ...] = ()
    strip: str = ""


VERDICTS = {"accepted": "Accepted", "rejected": "Rejected", "corrected": "Corrected", "added": "Missed by the model"}


def outputs_of(
    prediction: Prediction, original: Prediction | None, flag: Flag | None, addresses: Addresses
) -> list[OutputShown]:
    return list(named_outputs(prediction, original, flag, addresses).values())


def named_outputs(
    prediction: Prediction, original: Prediction | None, flag: Flag | None, addresses: Addresses
) -> dict[str, OutputShown]:
    """By output, in the interface's order. original: None where the prediction is the original, or that one is gone.
    flag: what is said of it."""
    was = (original.answer or {}) if original is not None else {}
    now = prediction.answer or {}
    titles = {output["name"]: output.get("title") or output["name"] for output in _outputs(prediction)}
    correction = (flag.correction if flag else None) or {}
    shown = {}
    for name, value in sorted(now.items(), key=lambda pair: _place(titles, pair[0])):
        title = titles.get(name, name)
        if value["kind"] in FOUND:
            shown[name] = _found(title, name, value, was.get(name), prediction, flag)
        else:
            shown[name] = _output(title, value, was.get(name), correction.get(name), addresses)
    return shown


def _found(
    title: str,
    name: str,
    now: Mapping[str, Any],
    was: Mapping[str, Any] | None,
    prediction: Prediction,
    flag: Flag | None,
) -> OutputShown:
    text = text_of(name, prediction)
    said = {each["id"]: each for each in (flag.findings if flag else ()) if each["output"] == name}
    kind, findings = now["kind"], []
    for finding in findings_of(now) or ():
        judged = said.get(finding["id"], {})
        verdict = judged.get("verdict", "")
        correction = judged.get("correction")
        corrected = told(kind, {**finding, **correction}, text) if correction else None
        findings.append(FindingShown(told(kind, finding, text), verdict, VERDICTS.get(verdict, ""), corrected))
    missed = [each for each in (flag.added if flag else ()) if each["output"] == name]
    findings += [FindingShown(None, "added", VERDICTS["added"], told(kind, each, text)) for each in missed]
    before = how_many(was) if was is not None and was["kind"] == kind else ""
    return OutputShown(title, kind, said=how_many(now), before=before, findings=tuple(findings))


def _outputs(prediction: Prediction) -> Sequence[Mapping[str, Any]]:
    interface = prediction.version.interface or {}
    outputs: Sequence[Mapping[str, Any]] = interface.get("outputs", ())
    return outputs


def _place(titles: Mapping[str, str], name: str) -> int:
    names = list(titles)
    return names.index(name) if name in titles else len(names)


def _output(
    title: str, now: Mapping[str, Any], was: Mapping[str, Any] | None, corrected: Any, addresses: Addresses
) -> OutputShown:
    kind = now["kind"]
    if was is not None and was["kind"] != kind:
        was = None
    right = "" if corrected is None else number(corrected) if isinstance(corrected, float) else str(corrected)
    match kind:
        case "label":
            return _label(title, now["scores"], was["scores"] if was else None, right)
        case "number":
            return _number(title, now, was, right)
        case "table":
            before = summed_up(was) if was else ""
            return OutputShown(title, kind, said=summed_up(now), before=before, corrected=right)
        case "vector":
            before = vectors.summed_up(was) if was else ""
            delta = vectors.similarity(was, now) if was else ""
            drawn = vectors.strip(now["values"])
            return OutputShown(title, kind, said=vectors.summed_up(now), before=before, delta=delta, strip=drawn)
        case _ if "artifact" in now:
            return OutputShown(title, kind, url=addresses.file(now["artifact"]))
    say = as_text if kind == "json" else str
    before = say(was["value"]) if was else ""
    return OutputShown(title, kind, said=say(now["value"]), before=before, corrected=right)


def _label(
    title: str, now: Sequence[Sequence[Any]], was: Sequence[Sequence[Any]] | None, corrected: str
) -> OutputShown:
    top = now[0] if now else ("No class", 0.0)
    before = was[0] if was else None
    bars, left_out = bars_of(now, was)
    return OutputShown(
        title,
        "label",
        said=top[0],
        score=number(top[1]),
        before=before[0] if before else "",
        before_score=number(before[1]) if before else "",
        bars=bars,
        left_out=left_out,
        corrected=corrected,
    )


def bars_of(now: Sequence[Sequence[Any]], was: Sequence[Sequence[Any]] | None) -> tuple[tuple[Bar, ...], int]:
    """(bars, how many classes are left out): in the original's order, so that a bar moves and never jumps."""
    scores: dict[str, float] = {str(name): float(score) for name, score in now}
    before: dict[str, float] = {str(name): float(score) for name, score in was or ()}
    order = [*before, *(name for name in scores if name not in before)]
    highest = {name: max(scores.get(name, -1e300), before.get(name, -1e300)) for name in order}
    shown = set(sorted(order, key=highest.__getitem__, reverse=True)[:SHOWN])
    every = [*scores.values(), *before.values()]
    low, high = min(0.0, *every), max(1.0, *every)
    top = now[0][0] if now else ""

    def place(score: float) -> str:
        return f"{100 * (score - low) / (high - low):.1f}%"

    bars = tuple(
        Bar(
            name,
            f"{scores[name]:,.2f}".replace("-", "−") if name in scores else "–",
            place(scores.get(name, low)),
            place(before[name]) if name in before else None,
            None if was is None else signed(scores[name] - before[name]) if name in scores and name in before else "",
            name == top,
        )
        for name in order
        if name in shown
    )
    return bars, len(order) - len(shown)


def _number(title: str, now: Mapping[str, Any], was: Mapping[str, Any] | None, corrected: str) -> OutputShown:
    def said(value: Mapping[str, Any]) -> str:
        return "No number" if value["value"] is None else f"{number(value['value'])} {value.get('unit', '')}".strip()

    known = was is not None and was["value"] is not None and now["value"] is not None
    return OutputShown(
        title,
        "number",
        said=said(now),
        before=said(was) if was else "",
        delta=signed(now["value"] - was["value"]) if known and was is not None else "",
        corrected=corrected,
    )
