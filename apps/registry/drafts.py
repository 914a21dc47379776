"""An interface as a person types it: from JSON to the fields of a form, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from atrium.errors import FieldError, Invalid

from .entries import read_typed, typed
from .models import Version
from .setting import Setting
from .settings import INPUT_KINDS, NAMES, OUTPUT_KINDS, SETTINGS

SIDES = ("inputs", "outputs")
MOST_FIELDS = 64


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
            value = read_typed(setting, text)
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


def _steps(text: str, errors: list[FieldError]) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        errors.append(FieldError("steps", "invalid", f"The steps are no JSON: {error}."))
        return text
