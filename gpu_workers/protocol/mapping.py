"""Which columns of a table a model's inputs are filled from: guessed by name, corrected by people, carried out row by
row.

A `Mapping` names a column for each input, and for a table input one for each of its own columns. What has a default may
be left out. Whether a value lies in its bounds is checked where a prediction is accepted, in the same words as always.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Row

from msgspec import Struct

from .datasets import Column, Kind, Role
from .interface import (
    BytesInput,
    ChoiceInput,
    DicomInput,
    ImageInput,
    Input,
    Interface,
    NumberInput,
    TableFileInput,
    TableInput,
)
from .interface import Column as Cell
from .signals import AudioInput, SeriesInput

Mapping = dict[str, str | dict[str, str]]
"""By input the column that fills it; of a table input by its columns."""
Value = str | int | float | bool | bytes
Filled = Value | dict[str, Value]

_NUMBERS = (Kind.NUMBER, Kind.BOOLEAN)
_WORDS = (Kind.CATEGORY, Kind.TEXT)
_SAID = {
    Kind.NUMBER: "numbers",
    Kind.BOOLEAN: "yes or no",
    Kind.CATEGORY: "words",
    Kind.TEXT: "text",
    Kind.TIME: "times",
    Kind.VECTOR: "lists of numbers",
    Kind.IMAGE: "pictures",
}


class Slot(Struct, frozen=True):
    """A place that a column fills. part: of a table input the name of its column, else "". needed: it has no default.

    kinds: of columns that can fill it.
    """

    input: str
    part: str
    title: str
    kinds: tuple[Kind, ...]
    needed: bool

    @property
    def path(self) -> str:
        """“row.age”, or the input's name alone."""
        return ".".join(filter(None, (self.input, self.part)))

    @property
    def takes(self) -> str:
        """The kinds in words: “words or numbers”."""
        return " or ".join(dict.fromkeys(_SAID[kind] for kind in self.kinds)) or "files, which no column holds"


class Unusable(Exception):
    """A row cannot be given to the model; the words say why."""


def slots(interface: Interface) -> tuple[Slot, ...]:
    """In the order of the interface."""
    return tuple(slot for field in interface.inputs for slot in _slots(field))


def _slots(field: Input) -> Iterator[Slot]:
    match field:
        case TableInput():
            for column in field.columns:
                kinds = (*_WORDS, *_NUMBERS) if column.choices else _NUMBERS
                yield Slot(field.name, column.name, column.name, kinds, column.default is None)
        case ImageInput():
            yield Slot(field.name, "", field.title or field.name, (Kind.IMAGE,), True)
        case BytesInput() | TableFileInput() | DicomInput() | AudioInput() | SeriesInput():
            yield Slot(field.name, "", field.title or field.name, (), True)
        case NumberInput():
            yield Slot(field.name, "", field.title or field.name, _NUMBERS, field.default is None)
        case _:
            yield Slot(field.name, "", field.title or field.name, (*_WORDS, *_NUMBERS), field.default is None)


def guess(interface: Interface, columns: Sequence[Column]) -> Mapping:
    """By the same name, but for case and signs; the only column of pictures fills the only picture. What is true of a
    row, and what a model said of it, fills nothing by itself."""
    free = [each for each in columns if each.role not in (Role.LABEL, Role.PREDICTION, Role.PROBABILITY)]
    places = slots(interface)
    found: Mapping = {}
    for slot in places:
        names = {_plain(slot.part or slot.input), _plain(slot.title)}
        fitting = [each for each in free if each.kind in slot.kinds]
        same = [each for each in fitting if _plain(each.name) in names]
        is_alone = slot.kinds == (Kind.IMAGE,) and sum(each.kinds == slot.kinds for each in places) == 1
        if not same and is_alone and len(fitting) == 1:
            same = fitting
        if same:
            put(found, slot, same[0].name)
    return found


def faults(interface: Interface, columns: Sequence[Column], mapping: Mapping) -> list[tuple[Slot, str]]:
    """What is wrong with a mapping, in sentences. Raises ValueError where it names an input that there is not."""
    by_name = {each.name: each for each in columns}
    places = slots(interface)
    _known(places, mapping)
    wrong = []
    for slot in places:
        name = column_of(mapping, slot)
        column = by_name.get(name)
        if not name:
            if slot.needed:
                wrong.append((slot, f"“{slot.title}” needs a column."))
        elif column is None:
            wrong.append((slot, f"There is no column “{name}”."))
        elif column.kind not in slot.kinds:
            wrong.append((slot, f"“{slot.title}” takes {slot.takes}; “{name}” holds {_SAID[column.kind]}."))
    return wrong


def column_of(mapping: Mapping, slot: Slot) -> str:
    """The column that fills it, or ""."""
    named = mapping.get(slot.input, "")
    if isinstance(named, dict):
        return named.get(slot.part, "") if slot.part else ""
    return "" if slot.part else named


def put(mapping: Mapping, slot: Slot, name: str) -> None:
    """From now on this column fills it; "" takes one away."""
    if not slot.part:
        mapping[slot.input] = name
        return
    parts = mapping.setdefault(slot.input, {})
    if isinstance(parts, dict):
        parts[slot.part] = name


def columns_needed(interface: Interface, mapping: Mapping) -> tuple[str, ...]:
    """Each column that the mapping reads, once."""
    return tuple(dict.fromkeys(filter(None, (column_of(mapping, slot) for slot in slots(interface)))))


def filled(interface: Interface, mapping: Mapping, row: Row[str, Value | None]) -> dict[str, Filled]:
    """The inputs of one row, as a prediction takes them. row: by column, None for an empty cell.

    Raises Unusable where a cell is empty that is needed, or is nothing that its input can take.
    """
    return filler(interface, mapping)(row)


def filler(interface: Interface, mapping: Mapping) -> Callable[[Row[str, Value | None]], dict[str, Filled]]:
    """`filled` for many rows of one table."""
    places = [
        (field, [(slot, column_of(mapping, slot), _choices(field, slot.part)) for slot in _slots(field)])
        for field in interface.inputs
    ]

    def fill(row: Row[str, Value | None]) -> dict[str, Filled]:
        values: dict[str, Filled] = {}
        for field, parts in places:
            given = ((slot.part, _value(field, slot, name, choices, row)) for slot, name, choices in parts)
            known = {part: value for part, value in given if value is not None}
            if isinstance(field, TableInput):
                values[field.name] = known
            elif known:
                values[field.name] = known[""]
        return values

    return fill


def _value(
    field: Input, slot: Slot, name: str, choices: tuple[str, ...] | None, row: Row[str, Value | None]
) -> Value | None:
    value = row[name] if name else None
    if value is None:
        if slot.needed:
            raise Unusable(f"“{name}” is empty." if name else f"“{slot.title}” has no column.")
        return None
    if isinstance(field, ImageInput):
        return value
    if choices is not None:
        return _choice(name, choices, value)
    if isinstance(field, NumberInput | TableInput):
        return float(value) if isinstance(value, bool | int) and abs(value) < 2**53 else value
    return value if isinstance(value, str) else _written(value)


def _choices(field: Input, part: str) -> tuple[str, ...] | None:
    if isinstance(field, ChoiceInput):
        return field.choices
    if not isinstance(field, TableInput):
        return None
    column: Cell = next(each for each in field.columns if each.name == part)
    return column.choices or None


def _choice(name: str, choices: Sequence[str], value: Value) -> str:
    said = value if isinstance(value, str) else _written(value)
    if said in choices:
        return said
    same = [choice for choice in choices if _plain(choice) == _plain(said)]
    if len(same) == 1:
        return same[0]
    shown = ", ".join(f"“{choice}”" for choice in choices[:5]) + (" …" if len(choices) > 5 else "")
    raise Unusable(f"“{name}” is “{said[:60]}”, which is none of {shown}.")


def _written(value: Value) -> str:
    """A cell as text: a whole number without a point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _known(places: Sequence[Slot], mapping: Mapping) -> None:
    of_tables = {slot.input for slot in places if slot.part}
    known = {slot.input for slot in places}
    for name, columns in mapping.items():
        if name not in known:
            raise ValueError(f"There is no input “{name}”.")
        if isinstance(columns, dict) != (name in of_tables):
            wanted = "a column for each of its own" if name in of_tables else "one column"
            raise ValueError(f"“{name}” takes {wanted}.")
        for part in columns if isinstance(columns, dict) else ():
            if not any(slot.input == name and slot.part == part for slot in places):
                raise ValueError(f"“{name}” has no column “{part}”.")


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()
