"""What every input and output has, as a notebook writes it."""

from dataclasses import dataclass, fields
from inspect import get_annotations
from typing import Any, ClassVar, Literal, TypeAlias, get_origin

from atrium_client.errors import Invalid

DType: TypeAlias = Literal["float32", "float16", "float64", "uint8", "int32", "int64", "string", "bool"]


JSON: TypeAlias = dict[str, Any]


@dataclass(frozen=True, repr=False)
class Field:
    """What every input and output has.

    name: how people and the API call it. tensor: the model's own name for it, where it differs. step: whose tensor that
    is where the version runs in steps; the first's for an input, the last's for an output where it is left out.
    title, help: what the page shows instead of the name, and one line beside it.
    """

    # Each type names tensor, title, help and step itself, behind its own options: that is their order when it is made.

    name: str
    kind: ClassVar[str] = ""
    input_options: ClassVar[frozenset[str]] = frozenset()
    output_options: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, options_of: Literal["input", "output", ""] = "") -> None:
        """options_of: the side on which all options of the type may be given."""
        if options_of:
            setattr(cls, f"{options_of}_options", _options(cls))

    def __repr__(self) -> str:
        return _told(self)

    def as_input(self) -> JSON:
        """The JSON form as an input; raises Invalid where the type or an option belongs to outputs."""
        return self._json("input", self.input_options, self.output_options)

    def as_output(self) -> JSON:
        """The JSON form as an output; raises Invalid where the type or an option belongs to inputs."""
        return self._json("output", self.output_options, self.input_options)

    def _json(self, place: str, options: frozenset[str], others: frozenset[str]) -> JSON:
        if not options:
            raise Invalid(f"{type(self).__name__}(“{self.name}”) cannot be an {place} of a model. {_PLACES[place]}")
        given = {item.name: getattr(self, item.name) for item in fields(self)}
        form: JSON = {"kind": self.kind}
        for name, value in given.items():
            if value is None or value == "" or value == ():
                continue
            if name in options or name in _SHARED:
                form[name] = _plain(value)
            elif name in others:
                raise Invalid(
                    f"“{name}” of {type(self).__name__}(“{self.name}”) does not apply to an {place}; leave it out."
                )
        return form


_SHARED = frozenset({"name", "tensor", "title", "help", "step"})


_PLACES = {
    "input": "Inputs are Image, Sketch, Audio, Series, Dicom, Bytes, Text, Number, Choice, Table and TableFile.",
    "output": (
        "Outputs are Label, Number, Text, Table, Image, Audio, Series, Mask, Boxes, Points, Spans, Vector and Json."
    ),
}


def _options(kind: type[Field]) -> frozenset[str]:
    """What may be said of a type besides what every field has."""
    declared = {name: form for each in kind.__mro__ for name, form in get_annotations(each).items()}
    return frozenset(name for name, form in declared.items() if get_origin(form) is not ClassVar) - _SHARED


def as_names(item: Any, option: str) -> None:
    object.__setattr__(item, option, tuple(map(str, getattr(item, option))))


def as_floats(field: Any) -> None:
    """mean and std: one value alone, too."""
    for name in ("mean", "std"):
        value = getattr(field, name)
        if value is not None:
            given = (value,) if isinstance(value, int | float) else value
            object.__setattr__(field, name, tuple(map(float, given)))


def as_size(field: Any) -> None:
    if field.size is not None:
        object.__setattr__(field, "size", (int(field.size[0]), int(field.size[1])))


@dataclass(frozen=True, repr=False)
class Part:
    """What an option holds that has a name and options of its own."""

    name: str

    def __repr__(self) -> str:
        return _told(self)

    def json(self) -> JSON:
        """What was said of it."""
        given = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: _plain(value) for name, value in given.items() if value is not None and value not in ("", ())}


def _told(item: Any) -> str:
    """A field or column as it would be written, without the options that were left at their defaults."""
    given = [(one.name, getattr(item, one.name)) for one in fields(item)[1:] if getattr(item, one.name) != one.default]
    options = [f"{name}={value!r}" for name, value in given]
    return f"{type(item).__name__}({', '.join([repr(item.name), *options])})"


def _plain(value: Any) -> Any:
    if isinstance(value, Part):
        return value.json()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
