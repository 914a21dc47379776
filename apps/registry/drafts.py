"""An interface as a person types it: from JSON to the fields of a form, and back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import msgspec

from atrium.errors import FieldError, Invalid

from .models import Version
from .setting import Setting
from .settings import INPUT_KINDS, NAMES, OUTPUT_KINDS, SETTINGS

SIDES = ("inputs", "outputs")
MOST_FIELDS = 64
MOST_TOLD = 40
"""Classes that are told one by one where an interface is read."""
COLUMN = ("name", "unit", "minimum", "maximum", "default", "choices", "type", "tensor", "optional")
_WORDS = frozenset({"name", "unit", "type", "tensor"})


@dataclass(frozen=True, slots=True)
class Control:
    """One input of the form. name: as it is posted, `inputs-0-scale`; error: what was wrong with it, or ""."""

    name: str
    setting: Setting
    value: str
    error: str

    @property
    def rows(self) -> int:
        return min(max(self.value.count("\n") + 2, 3), 12)


@dataclass(frozen=True, slots=True)
class Fold:
    """Controls that few need. is_open: something in it is set, or wrong."""

    title: str
    controls: list[Control]

    @property
    def is_open(self) -> bool:
        return any(each.error or each.value != typed(each.setting, each.setting.default) for each in self.controls)


@dataclass(frozen=True, slots=True)
class Row:
    """One input or output of the interface, with its controls."""

    side: str
    index: int
    kind: str
    tensor: str
    step: str
    kinds: tuple[tuple[str, str], ...]
    names: tuple[Control, ...]
    controls: tuple[Control, ...]

    @property
    def prefix(self) -> str:
        return f"{self.side}-{self.index}"

    @property
    def shown(self) -> list[Control]:
        return [control for control in self.controls if not control.setting.part]

    @property
    def folds(self) -> list[Fold]:
        parts = dict.fromkeys(control.setting.part for control in self.controls if control.setting.part)
        return [Fold(part, [each for each in self.controls if each.setting.part == part]) for part in parts]


# ---- from JSON to what stands in the fields ----


def draft_of(version: Version) -> dict[str, Any]:
    """What is proposed or confirmed; for a model that nothing could be proposed for, its tensors as numbers."""
    if version.proposed or version.interface:
        known: dict[str, Any] = version.proposed or version.interface or {}
        return known
    facts = (version.report or {}).get("facts", {})
    seen = facts.get("observed", facts)
    return {
        "inputs": [{"kind": "number", "name": tensor["name"][:120]} for tensor in seen.get("inputs", ())],
        "outputs": [{"kind": "text", "name": tensor["name"][:120]} for tensor in seen.get("outputs", ())],
    }


def rows_of(draft: Mapping[str, Any], errors: Mapping[str, str] | None = None) -> list[Row]:
    """errors: by path, as `inputs.0.scale`."""
    told = errors or {}
    return [
        _row(side, index, field, told)
        for side in SIDES
        for index, field in enumerate(draft.get(side, ())[:MOST_FIELDS])
    ]


def _row(side: str, index: int, field: Mapping[str, Any], errors: Mapping[str, str]) -> Row:
    kinds = INPUT_KINDS if side == "inputs" else OUTPUT_KINDS
    kind = field.get("kind") if field.get("kind") in kinds else next(iter(kinds))

    def control(setting: Setting) -> Control:
        value = field.get(setting.key, setting.default)
        if setting.key == "classes" and field.get("labels"):
            value = ()  # they are read from there, thousands of them perhaps, and blanks count
        return Control(
            f"{side}-{index}-{setting.key}",
            setting,
            typed(setting, value),
            errors.get(f"{side}.{index}.{setting.key}", ""),
        )

    return Row(
        side,
        index,
        str(kind),
        str(field.get("tensor") or field.get("name", "")),
        str(field.get("step", "")),
        tuple(kinds.items()),
        tuple(map(control, NAMES)),
        tuple(map(control, SETTINGS[side, str(kind)])),
    )


def typed(setting: Setting, value: Any) -> str:
    """A value as it stands in its field."""
    if value is None or isinstance(value, str):
        return value or ""
    match setting.shape:
        case "number" | "whole":
            return _figure(value)
        case "numbers":
            return ", ".join(map(_figure, value))
        case "size":
            return " × ".join(map(str, value))
        case "flag":
            return "yes" if value else "no"
        case "window":
            return f"{_figure(value['center'])} / {_figure(value['width'])}"
        case "lines":
            return "\n".join(map(str, value))
        case "columns":
            return "\n".join(map(_column_line, value))
    return str(value)


def _figure(value: float) -> str:
    """As people write it, losing nothing: 0.00392156862745098 is 1/255."""
    short = f"{value:.6g}"
    if float(short) == value:
        return short
    found = Fraction(value).limit_denominator(1024)
    if found.numerator / found.denominator == value:
        return str(found)
    return repr(float(value))


def _column_line(column: Mapping[str, Any]) -> str:
    cells = [str(column["name"]), str(column.get("unit", ""))]
    cells += ["" if column.get(key) is None else _figure(column[key]) for key in ("minimum", "maximum", "default")]
    cells += ["|".join(column.get("choices", ())), column.get("type", ""), column.get("tensor", "")]
    cells.append("yes" if column.get("optional") else "")
    return "; ".join(cells).rstrip("; ")


# ---- from what was typed to JSON ----


def read_draft(posted: Mapping[str, str], *, strictly: bool = True) -> dict[str, Any]:
    """The interface that a form holds, as JSON; what equals its default is left out.

    strictly: raise Invalid with the path of each figure that cannot be read; otherwise it is left as it was typed.
    """
    errors: list[FieldError] = []
    draft: dict[str, Any] = {}
    for side in SIDES:
        kinds = INPUT_KINDS if side == "inputs" else OUTPUT_KINDS
        draft[side] = fields = []
        for index in range(MOST_FIELDS):
            prefix = f"{side}-{index}"
            if f"{prefix}-kind" not in posted:
                break
            kind = posted[f"{prefix}-kind"]
            if kind not in kinds:
                raise Invalid(FieldError(f"{side}.{index}.kind", "choice", f"A kind is one of {', '.join(kinds)}."))
            fields.append({"kind": kind} | _fields(posted, side, index, kind, errors))
    if posted.get("steps", "").strip():
        draft["steps"] = _steps(posted["steps"], errors)
    if errors and strictly:
        raise Invalid(*errors)
    return draft


def _fields(posted: Mapping[str, str], side: str, index: int, kind: str, errors: list[FieldError]) -> dict[str, Any]:
    field: dict[str, Any] = {}
    for setting in (*NAMES, *SETTINGS[side, kind]):
        text = posted.get(f"{side}-{index}-{setting.key}", "").strip()
        if not text:
            continue
        try:
            value = _read(setting, text)
        except ValueError as error:
            errors.append(FieldError(f"{side}.{index}.{setting.key}", "invalid", str(error)))
            value = text
        if value != setting.default:
            field[setting.key] = value
    tensor = posted.get(f"{side}-{index}-tensor", "")
    if tensor and tensor != field.get("name"):
        field["tensor"] = tensor
    if step := posted.get(f"{side}-{index}-step", ""):
        field["step"] = step
    field.setdefault("name", "")
    return field


def _read(setting: Setting, text: str) -> Any:
    match setting.shape:
        case "number":
            return _number(text)
        case "whole":
            if not text.isdigit():
                raise ValueError("Give a whole number.")
            return int(text)
        case "flag":
            return text == "yes"
        case "numbers":
            return [_number(part) for part in re.split(r"[,;\s]+", text) if part]
        case "size":
            sides = re.findall(r"\d+", text)
            if len(sides) != 2:
                raise ValueError("Give height and width in pixels, as 224 × 224.")
            return [int(side) for side in sides]
        case "window":
            center, slash, width = text.partition(" / ")
            if not slash:
                raise ValueError("Give centre and width, as 40 / 400.")
            return {"center": _number(center.strip()), "width": _number(width.strip())}
        case "lines":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case "columns":
            return [_column(line) for line in text.splitlines() if line.strip()]
    return text


def _steps(text: str, errors: list[FieldError]) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        errors.append(FieldError("steps", "invalid", f"The steps are no JSON: {error}."))
        return text


def _number(text: str) -> float:
    top, slash, bottom = text.partition("/")
    try:
        return float(top) / float(bottom) if slash else float(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"“{text}” is not a number. Write 0.5, 1e-3 or 1/255.") from None


def _column(line: str) -> dict[str, Any]:
    cells = [cell.strip() for cell in line.split(";")]
    if len(cells) > len(COLUMN):
        raise ValueError(f"“{line.strip()}” has more than {len(COLUMN)} parts.")
    column: dict[str, Any] = {}
    for key, cell in zip(COLUMN, cells, strict=False):
        if not cell:
            continue
        if key == "choices":
            column[key] = [choice.strip() for choice in cell.split("|")]
        elif key == "optional":
            column[key] = cell == "yes"
        else:
            column[key] = cell if key in _WORDS else _number(cell)
    return column


# ---- for reading ----


@dataclass(frozen=True, slots=True)
class ToldColumn:
    """A column of a table's row in words. spans: the least and the most, or the choices."""

    name: str
    unit: str
    spans: str
    default: str


@dataclass(frozen=True, slots=True)
class Told:
    """One input or output in words: its facts are (label, value) of what differs from the default.

    columns: of a table's row, whose names alone are among the facts.
    """

    name: str
    title: str
    help: str
    kind: str
    tensor: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[ToldColumn, ...] = ()


def told(interface: Mapping[str, Any], side: str) -> list[Told]:
    """An interface for people who read it."""
    kinds = INPUT_KINDS if side == "inputs" else OUTPUT_KINDS
    fields = []
    for field in interface.get(side, ()):
        facts = []
        for setting in SETTINGS[side, field["kind"]]:
            if setting.shape == "columns":
                facts.append((setting.label, ", ".join(column["name"] for column in field.get(setting.key, ()))))
            elif setting.key in field:
                value = _in_short(setting, field[setting.key])
                facts.append((setting.label, dict(setting.choices).get(value, value)))
        fields.append(
            Told(
                field["name"],
                field.get("title", ""),
                field.get("help", ""),
                kinds[field["kind"]],
                field.get("tensor", "") or field["name"],
                tuple(facts),
                tuple(map(_column_told, field.get("columns", ()))),
            )
        )
    return fields


def _in_short(setting: Setting, value: Any) -> str:
    if setting.shape == "lines" and len(value) > MOST_TOLD:
        return f"{', '.join(value[:MOST_TOLD])} … {len(value):,} in all"
    return typed(setting, value).replace("\n", ", ")


def _column_told(column: Mapping[str, Any]) -> ToldColumn:
    least, most = column.get("minimum"), column.get("maximum")
    if column.get("choices"):
        spans = ", ".join(column["choices"])
    elif least is not None and most is not None:
        spans = f"{_figure(least)} to {_figure(most)}"
    elif least is not None:
        spans = f"from {_figure(least)}"
    else:
        spans = "" if most is None else f"up to {_figure(most)}"
    default = column.get("default")
    return ToldColumn(column["name"], column.get("unit", ""), spans, "" if default is None else _figure(default))
