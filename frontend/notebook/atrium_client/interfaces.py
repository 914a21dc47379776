"""An interface as JSON, as the server reads it and gives it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeAlias

from .errors import Invalid
from .fields import (
    JSON,
    Bytes,
    Choice,
    Column,
    Dicom,
    Field,
    Image,
    Label,
    Number,
    Sketch,
    Table,
    TableFile,
    Text,
)
from .places import PLACES
from .signals import Audio, Series
from .vectors import Vector

if TYPE_CHECKING:
    from .steps import Step

Input: TypeAlias = Image | Sketch | Audio | Series | Dicom | Bytes | Text | Number | Choice | Table | TableFile
Output: TypeAlias = Field
_KINDS: tuple[type[Field], ...] = (
    Image, Sketch, Audio, Series, Dicom, Bytes, Text, Number, Choice, Table, TableFile, Label, Vector, *PLACES
)  # fmt: skip
_TYPES = {item.kind: item for item in _KINDS}


def interface_json(inputs: Sequence[Field], outputs: Sequence[Field], steps: "Sequence[Step]" = ()) -> JSON:
    """The interface as the server reads it; raises Invalid for a name that is used twice."""
    for side in (inputs, outputs):
        names = [field.name for field in side]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise Invalid(f"The name “{twice}” is used twice; give each input and each output its own.")
    form: JSON = {"inputs": [item.as_input() for item in inputs], "outputs": [item.as_output() for item in outputs]}
    return form | {"steps": [step.json() for step in steps]} if steps else form


def field_from(form: Mapping[str, Any]) -> Field:
    """The field for one JSON form of an interface."""
    kind = _TYPES.get(str(form.get("kind")))
    if kind is None:
        raise Invalid(
            f"The server uses the type “{form.get('kind')}”, which this client does not know; upgrade the client."
        )
    known = {item.name for item in fields(kind)}
    given = {name: value for name, value in form.items() if name in known}
    if "columns" in given:
        given["columns"] = [Column(**column) for column in given.get("columns", ())]
    return kind(**given)
