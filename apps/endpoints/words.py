"""How edits, marks and numbers are said on pages; the bench says them the same way."""

from collections.abc import Mapping, Sequence
from math import floor, hypot, isfinite
from typing import Any

from gpu_workers.protocol.edits import TAKEN_BY

FILLS = {"black": "black", "mean": "average", "blur": "blurred"}
SHOWN = 24
"""Letters of a text that an edit puts in."""


def number(value: float) -> str:
    """A score or a value with as many digits as it needs; a score keeps two."""
    if not isfinite(value):
        return "not a number"
    size = abs(value)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 0.01 or size == 0 else 4
    return f"{value:,.{digits}f}".replace("-", "−")


def signed(difference: float, places: int = 2) -> str:
    """A difference with its sign; one that would be written as nothing is ±."""
    text = f"{abs(difference):,.{places}f}"
    if not float(text.replace(",", "")):
        return f"±{text}"
    return f"{'+' if difference > 0 else '−'}{text}"


def origin_words(came_from: Mapping[str, Any]) -> str:
    """Which row of which table a case is, by its id where it has one."""
    place = f"{came_from['row'] + 1:,} of {came_from['dataset']} v{came_from['number']}"
    return f"{came_from['id']} (row {place})" if came_from.get("id") else f"Row {place}"


def table_page(project_page: str, came_from: Mapping[str, Any]) -> str:
    """The debugger of the table that a case is a row of; it says itself who may read it, and whether it is still there.

    project_page: the project's own address, ending in a slash.
    """
    return f"{project_page}datasets/versions/{came_from['version']}/debugger/"


def edited(edit: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    """The input that an edit lies on, "" where there is none. kinds: by input, in their order."""
    on = TAKEN_BY[edit["kind"]]
    return str(edit.get("input") or next((name for name, kind in kinds.items() if kind in on), ""))


def edit_words(edit: Mapping[str, Any]) -> tuple[str, str]:
    """(icon, sentence) of one edit, its extent in per cent of the picture. Raises ValueError for an unknown kind."""
    match edit["kind"]:
        case "crop":
            return "crop", f"Crop to {_extent(edit)}"
        case "occlude":
            fill = FILLS[edit.get("fill", "black")]
            return "occlude", f"Cover, {fill}, {_extent(edit)}{_frames(edit)}"
        case "rotate":
            return "rotate", f"Rotate {edit['degrees']:.0f}°".replace("-", "−")
        case "flip":
            return ("flip", "Flip left and right") if edit["axis"] == "x" else ("flip-v", "Flip top and bottom")
        case "adjust":
            return "contrast", _tone(edit)
        case "blur":
            return "blur", f"Blur {edit['sigma'] * 100:.1f} %"
        case "noise":
            return "noise", f"Noise {_whole(edit['sigma'] * 100)} %"
        case "draw":
            return "draw", f"Line, {_span(edit['points'])}"
        case "window":
            return (
                "contrast",
                f"Window {_grey(edit['width'], edit['width'])}, level {_grey(edit['center'], edit['width'])}",
            )
        case "mask":
            return "occlude", f"Silence {_stretch(edit)}"
        case "gain":
            told = f"Gain {signed(edit['db'], 1)} dB"
            return "gauge", ", ".join(filter(None, (told, _stretch(edit))))
        case "filter":
            return "filter", ", ".join(filter(None, (f"Keep {_band(edit)}", _leads(edit))))
        case "replace":
            text = edit.get("text")
            return "draw", f"Words become “{_clipped(text)}”" if text else "Words taken out"
        case "set":
            value = edit["value"]
            row = f"Row {edit['row'] + 1}: " if edit.get("row") else ""
            said = _clipped(f"{value:g}" if isinstance(value, float) else str(value))
            return "table", f"{row}{edit['column']} = {said or 'empty'}"
    raise ValueError(f"an edit of the kind {edit['kind']} has no words")


def _clipped(text: str) -> str:
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _extent(edit: Mapping[str, Any]) -> str:
    if edit.get("shape") == "polygon":
        return _span(edit["points"])
    return _per_cent(edit.get("w", 0), edit.get("h", 0))


def _span(points: Sequence[tuple[float, float]]) -> str:
    xs, ys = zip(*points, strict=True)
    return _per_cent(max(xs) - min(xs), max(ys) - min(ys))


def _per_cent(w: float, h: float) -> str:
    return f"{_whole(w * 100)} × {_whole(h * 100)} %"


def _frames(edit: Mapping[str, Any]) -> str:
    """Counted from 1, as people do."""
    first, last = edit.get("frames") or (edit.get("frame"), edit.get("frame"))
    if first is None or last is None:
        return ""
    return f", frame {first + 1}" if first == last else f", frames {first + 1} to {last + 1}"


def _grey(value: float, width: float) -> str:
    """A value in a window of this width: narrow ones have places."""
    return f"{value:,.{2 if width < 10 else 0}f}".replace("-", "−")


def _whole(value: float) -> int:
    """Half a per cent is rounded up, as browsers do it."""
    return floor(value + 0.5)


def _tone(edit: Mapping[str, Any]) -> str:
    parts = []
    if abs(brightness := edit.get("brightness", 0)) >= 0.005:
        parts.append(f"brightness {brightness * 100:+.0f} %".replace("-", "−"))
    if (contrast := edit.get("contrast", 1)) != 1:
        parts.append(f"contrast × {number(contrast)}")
    if (gamma := edit.get("gamma", 1)) != 1:
        parts.append(f"gamma {number(gamma)}")
    told = ", ".join(parts) or "brightness and contrast"
    return told[0].upper() + told[1:]


def _stretch(edit: Mapping[str, Any]) -> str:
    start, end = edit.get("start_s"), edit.get("end_s")
    time = "" if start is None or end is None else f"{start:.2f} to {end:.2f} s"
    return ", ".join(filter(None, (time, _leads(edit))))


def _leads(edit: Mapping[str, Any]) -> str:
    return ", ".join(edit.get("leads") or ())


def _band(edit: Mapping[str, Any]) -> str:
    low, high = (_hertz(edit.get(key)) for key in ("low_hz", "high_hz"))
    if low and high:
        return f"{low} to {high} Hz"
    return f"above {low} Hz" if low else f"below {high} Hz" if high else "all frequencies"


def _hertz(value: float | None) -> str:
    return f"{value:,.{1 if value < 10 else 0}f}" if value else ""


def file_words(facts: Mapping[str, Any]) -> str:
    """What is said of a file beside its name: its size or length, by its kind."""
    match facts["kind"]:
        case "image":
            return f"{facts['width']} × {facts['height']} px"
        case "audio":
            channels = {1: "mono", 2: "stereo"}.get(facts["channels"], f"{facts['channels']} channels")
            return f"{facts['seconds']:,.2f} s, {facts['rate_hz']:,} Hz, {channels}"
        case "series":
            unit = f", {facts['unit']}" if facts["unit"] else ""
            return f"{facts['seconds']:,.2f} s, {facts['rate_hz']:,g} Hz, {counted(len(facts['leads']), 'lead')}{unit}"
        case "rows":
            return f"{counted(facts['count'], 'row')} × {counted(len(facts['names']), 'column')}"
    return counted(facts["frames"], "frame") if "frames" in facts else ""


def mark_words(mark: Mapping[str, Any], width: int, height: int) -> str:
    """What a mark is and how large, in pixels of the original; of a signal when."""
    xs = [x * width for x, _ in mark["points"]]
    ys = [y * height for _, y in mark["points"]]
    kind = str(mark["kind"])
    if mark.get("start_s") is not None:
        return f"{kind.capitalize()} {_when(mark)}"
    w, h = max(xs) - min(xs), max(ys) - min(ys)
    place = "" if mark.get("frame") is None else f", frame {mark['frame'] + 1}"
    if kind == "point":
        return f"Point at {xs[0]:.0f}, {ys[0]:.0f}{place}"
    if kind == "line":
        return f"Line, {hypot(w, h):.0f} px{place}"
    return f"{kind.capitalize()}, {w:.0f} × {h:.0f} px{place}"


def _when(mark: Mapping[str, Any]) -> str:
    start, end = mark["start_s"], mark.get("end_s")
    return f"at {start:,.2f} s" if end is None or end == start else f"from {start:,.2f} to {end:,.2f} s"


def counted(count: int, one: str, many: str = "") -> str:
    """`2 marks`, `1 mark`, `no marks`."""
    return f"{count or 'no'} {one if count == 1 else many or one + 's'}"
