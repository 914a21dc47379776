"""A setting's value as it stands in a field of a form, and as it is read from there again."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .setting import Setting

COLUMN = ("name", "unit", "minimum", "maximum", "default", "choices", "type", "tensor", "optional")
_WORDS = frozenset({"name", "unit", "type", "tensor"})


def typed(setting: Setting, value: Any) -> str:
    """A value as it stands in its field."""
    if value is None or isinstance(value, str):
        return value or ""
    match setting.shape:
        case "number" | "whole":
            return figure(value)
        case "numbers":
            return ", ".join(map(figure, value))
        case "size":
            return " × ".join(map(str, value))
        case "flag":
            return "yes" if value else "no"
        case "window":
            return f"{figure(value['center'])} / {figure(value['width'])}"
        case "lines":
            return "\n".join(map(str, value))
        case "columns":
            return "\n".join(map(_column_line, value))
    return str(value)


def figure(value: float) -> str:
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
    cells += ["" if column.get(key) is None else figure(column[key]) for key in ("minimum", "maximum", "default")]
    cells += ["|".join(column.get("choices", ())), column.get("type", ""), column.get("tensor", "")]
    cells.append("yes" if column.get("optional") else "")
    return "; ".join(cells).rstrip("; ")


def read_typed(setting: Setting, text: str) -> Any:
    """What was typed. Raises ValueError with a sentence for the person."""
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
            given = [_number(part) for part in re.split(r"[,;\s]+", text) if part]
            return [int(each) if each.is_integer() else each for each in given]
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
