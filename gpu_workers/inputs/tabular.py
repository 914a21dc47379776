"""Series in text tables: a column for each lead, a row for each moment.

A column called time (or t, seconds, ms, …) with even steps says the rate, times that were rounded as well where the
rate is a whole number; so does a line `# rate_hz: 500` before the table, beside `# unit: mV`. A column's unit may stand
behind its name: `II (mV)`. Between cells stand commas, semicolons, tabs or spaces, or what a line `sep=;` says; between
quotes none of them parts anything. With anything but commas, a decimal comma is understood. Without a line of names
leads are numbered.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .refusal import Refusal

_TIMES = {"": 1.0, "s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "min": 60.0}
_TIME = re.compile(r"(?:(?:time|t|zeit)(?:[\s_]*[\[(]?\s*(s|sec|seconds|ms|us|µs|min)?\s*[\])]?)|(seconds|ms))", re.I)
_UNIT = re.compile(r"(.*?)\s*[\[(]\s*([^\[\]()]{1,40})\s*[\])]")
_LONGEST_NAME = 200
"""Of a column, beyond which nothing is looked for in it: what looks there would take long over a line of spaces."""
_LONGEST_CELL = 1 << 17
_SAID = re.compile(r"sep=(.)\s*", re.I)
_BETWEEN_QUOTES = re.compile(r'"[^"]*"?')
_UNEVEN = 0.01
"""Of a step, by which times may lie beside their even places."""


@dataclass(frozen=True, eq=False)
class Read:
    """values: (leads, samples); rate_hz: None where the file does not say it."""

    values: npt.NDArray[np.float64]
    leads: tuple[str, ...]
    unit: str
    rate_hz: float | None


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Leads by their names; of one that has none, or another's, its number."""
    return tuple(name if name and names.count(name) == 1 else str(at + 1) for at, name in enumerate(names))


def read_table(data: bytes, called: str) -> Read:
    text = _text(data)
    told: dict[str, str] = {}
    lines = []
    for line in text.splitlines():
        if line.startswith("#"):
            key, _, value = line[1:].partition(":")
            told[key.strip().casefold()] = value.strip()
        elif line.strip():
            lines.append(line)
    if not lines:
        raise Refusal("input_damaged", f"{called} holds no rows. Export it again.")
    mark, rows = _rows(lines, called)
    names = rows.pop(0) if rows and any(_is_word(cell) for cell in rows[0]) else []
    if not rows:
        raise Refusal("input_damaged", f"{called} has a line of names and no rows below it. Export it again.")
    width = len(names) or len(rows[0])
    uneven = next((number for number, row in enumerate(rows) if len(row) != width), None)
    if uneven is not None:
        row = uneven + 1 + bool(names)
        raise Refusal(
            "input_damaged", f"Row {row} of {called} has {len(rows[uneven])} cells, not {width}. Export it anew."
        )
    table = _numbers(rows, mark, called, len(names) > 0)
    return _parted(table, names, told, called)


def _rows(lines: list[str], called: str) -> tuple[str | None, list[list[str]]]:
    """(what stands between cells, None for spaces; the cells). A last column without anything is none."""
    said = _SAID.fullmatch(lines[0])
    lines = lines[1:] if said else lines
    head = _BETWEEN_QUOTES.sub("", lines[0]) if lines else ""
    mark = said[1] if said else next((each for each in (";", "\t", ",") if each in head), None)
    if mark is None or not any('"' in line for line in lines):
        rows = [[cell.strip().strip('"') for cell in line.split(mark)] for line in lines]
    else:
        csv.field_size_limit(_LONGEST_CELL)  # one for the process, and other readers set theirs
        try:
            read = csv.reader((f"{line}\n" for line in lines), delimiter=mark, skipinitialspace=True)
            rows = [[" ".join(cell.split()) for cell in row] for row in read]
        except csv.Error as error:
            told = "has a quote that nothing closes, or a cell that is too long. Export it anew."
            raise Refusal("input_damaged", f"{called} {told}") from error
    if all(len(row) > 1 and not row[-1] for row in rows):
        rows = [row[:-1] for row in rows]
    return mark, rows


def _parted(table: npt.NDArray[np.float64], names: list[str], told: dict[str, str], called: str) -> Read:
    rate_hz = _said_rate(told, called)
    matches = [_UNIT.fullmatch(name) if len(name) <= _LONGEST_NAME else None for name in names]
    units = [match[2] if match else "" for match in matches]
    leads = [match[1] if match else name for match, name in zip(matches, names, strict=True)]
    values = table.T
    if names and len(names[0]) <= _LONGEST_NAME and (match := _TIME.fullmatch(names[0])):
        rate_hz = _rate(values[0] * _TIMES[(match[1] or match[2] or "").casefold()], called)
        values, leads, units = values[1:], leads[1:], units[1:]
    given = {unit for unit in units if unit}
    if len(given) > 1:
        raise Refusal(
            "input_unsupported", f"The leads of {called} have several units ({', '.join(sorted(given))}). Use one."
        )
    return Read(values, tuple(leads), next(iter(given), told.get("unit", "")), rate_hz)


def _said_rate(told: dict[str, str], called: str) -> float | None:
    if "rate_hz" not in told:
        return None
    try:
        return float(told["rate_hz"])
    except ValueError:
        raise Refusal("input_damaged", f"rate_hz of {called} is no number. Write it as # rate_hz: 500.") from None


def _rate(seconds: npt.NDArray[np.float64], called: str) -> float:
    if len(seconds) < 2:
        raise Refusal("input_damaged", f"{called} has one row: its times do not say a rate. Send more of it.")
    if not np.isfinite(seconds).all():
        raise Refusal(
            "input_damaged", f"A row of {called} has no time. Fill the gap, or leave the column of times out."
        )
    step = (seconds[-1] - seconds[0]) / (len(seconds) - 1)
    if step > 0 and _besides(seconds, step) <= _UNEVEN * step + 1e-9:
        return float(f"{1 / step:.9g}")
    whole, unit = (round(1 / step), _last_place(seconds)) if 0 < step < 1 else (0, 0.0)
    if whole and 2 * unit <= step and _besides(seconds, 1 / whole) < unit * (1 - 1e-6):
        return float(whole)
    raise Refusal("input_unsupported", f"The times of {called} are not evenly spaced. Resample it to one rate first.")


def _besides(seconds: npt.NDArray[np.float64], step: float) -> float:
    """How far the farthest of the times lies from its even place."""
    return float(np.abs(seconds - seconds[0] - step * np.arange(len(seconds))).max())


def _last_place(seconds: npt.NDArray[np.float64]) -> float:
    """To which power of ten times were rounded; 0 where they were not."""
    for digits in range(1, 7):
        scaled = seconds * 10.0**digits
        if np.abs(scaled - np.rint(scaled)).max() < 1e-4:
            return float(10.0**-digits)
    return 0.0


def _numbers(rows: list[list[str]], mark: str | None, called: str, has_names: bool) -> npt.NDArray[np.float64]:
    text = [cell for row in rows for cell in row]
    if mark != ",":
        text = [cell.replace(",", ".") for cell in text]
    try:
        return np.array([cell or "nan" for cell in text], dtype=np.float64).reshape(len(rows), -1)
    except ValueError:
        for place, cell in enumerate(text):
            if cell and _is_word(cell):
                row = place // max(1, len(rows[0])) + 1 + has_names
                told = f"Row {row} of {called} holds “{cell[:40]}”, which is no number. Correct it and send it again."
                raise Refusal("input_damaged", told) from None
        raise


def _is_word(cell: str) -> bool:
    try:
        float(cell.replace(",", ".") or "nan")
    except ValueError:
        return True
    return False


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
