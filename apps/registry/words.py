"""An interface in words, for people who read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .entries import figure, typed
from .setting import Setting
from .settings import INPUT_KINDS, OUTPUT_KINDS, SETTINGS

MOST_TOLD = 40
"""Classes that are told one by one."""


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
        spans = f"{figure(least)} to {figure(most)}"
    elif least is not None:
        spans = f"from {figure(least)}"
    else:
        spans = "" if most is None else f"up to {figure(most)}"
    default = column.get("default")
    return ToldColumn(column["name"], column.get("unit", ""), spans, "" if default is None else figure(default))
