"""What columns are for, in words: `label`, `prediction:<model>`, `probability:<model>:<class>`; and what fits together.

A class of "" stands where a model has one column of probabilities, that of the positive class.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from atrium.errors import FieldError, Invalid
from gpu_workers.protocol.datasets import Column, Kind, Role

OF_A_MODEL = (Role.PREDICTION, Role.PROBABILITY)
ONCE = {
    Role.ID: "An id",
    Role.LABEL: "A label",
    Role.WEIGHT: "A weight",
    Role.TIME: "A time",
    Role.LAT: "A latitude",
    Role.LON: "A longitude",
}
"""Roles that one column has at most."""
NUMBERS = (Kind.NUMBER, Kind.BOOLEAN)
WORDS = (Kind.CATEGORY, Kind.TEXT)
TAKES: dict[Role, tuple[tuple[Kind, ...], str]] = {
    Role.ID: ((*NUMBERS, *WORDS, Kind.TIME), "An id is text or a number."),
    Role.LABEL: ((*NUMBERS, *WORDS), "A label is a category or a number."),
    Role.PREDICTION: ((*NUMBERS, *WORDS), "A prediction is a category or a number, as the label is."),
    Role.PROBABILITY: ((Kind.NUMBER,), "A probability is a number."),
    Role.GROUP: ((*NUMBERS, *WORDS, Kind.TIME), "A group is a category, a number or a time."),
    Role.FEATURE: ((*NUMBERS, *WORDS, Kind.TIME), "A list of numbers is an embedding, or is ignored."),
    Role.WEIGHT: ((Kind.NUMBER,), "A weight is a number."),
    Role.TIME: ((Kind.TIME, Kind.NUMBER), "A time is a date, a time of day or a number."),
    Role.MEDIA: ((Kind.IMAGE, *WORDS), "Media is pictures, or text: where a picture or a recording lies."),
    Role.LAT: ((Kind.NUMBER,), "A latitude is a number."),
    Role.LON: ((Kind.NUMBER,), "A longitude is a number."),
    Role.EMBEDDING: ((Kind.VECTOR,), "An embedding is a list of numbers."),
}
"""The kinds of column that a role takes, and what to say of others. `ignore` takes all."""

Given = tuple[Role, str, str]
"""A role with its model and its class."""


def words_of(column: Column) -> str:
    """The role as the API and a declaration carry it."""
    parts = [column.role.value]
    if column.role in OF_A_MODEL:
        parts.append(column.model)
    if column.role is Role.PROBABILITY and column.of_class:
        parts.append(column.of_class)
    return ":".join(parts)


def read(field: str, words: object) -> Given:
    """A role from its words; raises Invalid for this field."""
    if not isinstance(words, str):
        raise Invalid(FieldError(field, "invalid", "Give a role as text, such as “label” or “prediction:forest”."))
    name, *rest = words.split(":", 2)
    try:
        role = Role(name.strip())
    except ValueError as error:
        known = ", ".join(Role)
        raise Invalid(FieldError(field, "invalid_choice", f"“{name[:60]}” is no role; these are: {known}.")) from error
    if role not in OF_A_MODEL:
        if rest:
            raise Invalid(FieldError(field, "invalid", f"The role “{role}” stands alone, without a model."))
        return role, "", ""
    model, of_class = (rest[0].strip() if rest else ""), (rest[1].strip() if len(rest) > 1 else "")
    if not model:
        raise Invalid(FieldError(field, "required", f"Name the model, as in “{role}:forest”."))
    if role is Role.PREDICTION and of_class:
        raise Invalid(FieldError(field, "invalid", "A prediction names its model alone, which holds no colon."))
    if len(model) > 80 or len(of_class) > 200:
        raise Invalid(FieldError(field, "max_length", "A model's name has at most 80 characters, a class's 200."))
    return role, model, of_class


def read_all(given: Mapping[str, object]) -> dict[str, Given]:
    """Raises Invalid with every column that is wrong."""
    found: dict[str, Given] = {}
    errors: list[FieldError] = []
    for name, words in given.items():
        try:
            found[name] = read(field_of(name), words)
        except Invalid as invalid:
            errors += invalid.errors
    if errors:
        raise Invalid(*errors)
    return found


def field_of(column: str) -> str:
    """The path that errors name."""
    return f"roles.{column}"


def given_to(columns: Iterable[Column], given: Mapping[str, Given]) -> tuple[Column, ...]:
    """The columns with these roles. Names that no column has are passed over."""
    changed = []
    for column in columns:
        role, model, of_class = given.get(column.name, (column.role, column.model, column.of_class))
        changed.append(replace(column, role=role, model=model, of_class=of_class))
    return tuple(changed)


def yielded(columns: Sequence[Column], given: Mapping[str, Given]) -> tuple[Column, ...]:
    """The columns with these roles, where a guess gives way: what a person names as the label is the only one."""
    taken = {_place(role, model, of_class) for role, model, of_class in given.values()}
    kept = [
        column
        if column.name in given or _place(column.role, column.model, column.of_class) not in taken
        else replace(column, role=_plain(column), model="", of_class="")
        for column in columns
    ]
    return given_to(kept, given)


def _place(role: Role, model: str, of_class: str) -> Given | None:
    """What one column alone may be; None for a role that many have."""
    if role in ONCE:
        return role, "", ""
    return (role, model, of_class) if role in OF_A_MODEL else None


def _plain(column: Column) -> Role:
    return Role.FEATURE if column.kind in TAKES[Role.FEATURE][0] else Role.IGNORE


def faults(columns: Sequence[Column]) -> list[FieldError]:
    """What does not fit together, each at one of the columns that are in its way."""
    found = []
    for column in columns:
        kinds, sentence = TAKES.get(column.role, ((column.kind,), ""))
        if column.kind not in kinds:
            found.append(FieldError(field_of(column.name), "kind", f"{sentence} This column holds {_held(column)}."))
    by_place: dict[Given, str] = {}
    for column in columns:
        place = _place(column.role, column.model, column.of_class)
        if place is None:
            continue
        first = by_place.setdefault(place, column.name)
        if first != column.name:
            found.append(FieldError(field_of(column.name), "twice", _twice(column, first)))
    return found + _unpaired(columns) + _unnamed_classes(columns)


def _held(column: Column) -> str:
    return {
        Kind.NUMBER: "numbers",
        Kind.VECTOR: "lists of numbers",
        Kind.TIME: "times",
        Kind.BOOLEAN: "yes or no",
        Kind.IMAGE: "pictures",
    }.get(column.kind, "text")


def _twice(column: Column, first: str) -> str:
    if column.role in ONCE:
        return f"{ONCE[column.role]} is one column alone; “{first}” is it already."
    of = f" of “{column.of_class}”" if column.of_class else ""
    return f"“{first}” is the {column.role}{of} by “{column.model}” already."


def _unpaired(columns: Sequence[Column]) -> list[FieldError]:
    places = {column.role: column.name for column in columns if column.role in (Role.LAT, Role.LON)}
    if len(places) != 1:
        return []
    [(role, name)] = places.items()
    other = "longitude" if role is Role.LAT else "latitude"
    return [FieldError(field_of(name), "unpaired", f"A place has both: say which column is the {other}.")]


def _unnamed_classes(columns: Sequence[Column]) -> list[FieldError]:
    mine = [column for column in columns if column.role is Role.PROBABILITY]
    count = Counter(column.model for column in mine)
    return [
        FieldError(
            field_of(column.name), "class", f"“{column.model}” has several probabilities: say of which class this is."
        )
        for column in mine
        if count[column.model] > 1 and not column.of_class
    ]
