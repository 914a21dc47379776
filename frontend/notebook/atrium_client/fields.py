"""The typed inputs and outputs of a model, and its card, as a notebook writes them.

`Image`, `Text` and `Number` serve on both sides: the place decides, and an option of the other side is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from inspect import get_annotations
from typing import Any, ClassVar, Literal, TypeAlias, get_origin

from .errors import Invalid

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
    "input": "Inputs are Image, Sketch, Audio, Series, Dicom, Bytes, Text, Number, Choice and Table.",
    "output": "Outputs are Label, Number, Text, Image, Audio, Series, Mask, Boxes, Points, Spans and Json.",
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


def _as_size(field: Any) -> None:
    if field.size is not None:
        object.__setattr__(field, "size", (int(field.size[0]), int(field.size[1])))


@dataclass(frozen=True, repr=False)
class Image(Field):
    """A picture.

    As an input the model receives `(pixel * scale - mean) / std` with pixels of 0..255:
    size: (height, width), or None for the picture's own, then rounded up to `multiple_of`.
    resize: `stretch` ignores the aspect ratio, `fit` keeps it and pads with black, `cover` keeps it and crops, `height`
    brings it to the height and fills the tensor with 0 up to the width; a wider one is squeezed into that, or with
    free_width stays as wide as it is.
    mode: `L` one channel, `RGB` three (the default). order: `RGB` or `BGR`. mean, std: one value, or one a channel.
    layout: `NCHW` (the default), `NHWC`, or `NHW` without a channel axis. scale: 1 by default; 1/255 gives 0..1.

    As an output it is shown as `clip(value * scale + offset, 0, 255)`: scale is 255 by default, mode `L`.
    """

    size: tuple[int, int] | None = None
    mode: Literal["L", "RGB"] | None = None
    scale: float | None = None
    mean: float | Sequence[float] | None = None
    std: float | Sequence[float] | None = None
    resize: Literal["stretch", "fit", "cover", "height"] | None = None
    free_width: bool | None = None
    interpolation: Literal["bilinear", "nearest", "bicubic", "area"] | None = None
    multiple_of: int | None = None
    layout: Literal["NCHW", "NHWC", "NHW"] | None = None
    order: Literal["RGB", "BGR"] | None = None
    dtype: DType | None = None
    offset: float | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "image"
    input_options: ClassVar[frozenset[str]] = frozenset(
        {"size", "mode", "scale", "mean", "std", "resize", "free_width", "interpolation", "multiple_of"}
        | {"layout", "order", "dtype"}
    )
    output_options: ClassVar[frozenset[str]] = frozenset({"mode", "scale", "offset", "layout"})

    def __post_init__(self) -> None:
        as_floats(self)
        _as_size(self)


@dataclass(frozen=True, repr=False)
class Sketch(Image):
    """A picture that is drawn on the page, or sent as one; set as an Image is. Inputs only."""

    kind: ClassVar[str] = "sketch"
    output_options: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, repr=False)
class Dicom(Field, options_of="input"):
    """A study: a DICOM file, or the files of one series. Inputs only.

    The model receives `(value * scale - mean) / std`. frames: `first`, `each` (each frame alone, the answers averaged)
    or `volume`, of which `depth` gives so many frames, picked evenly. size: (height, width). hu: the file's rescale is
    applied (the default). window: (center, width) in those values, which becomes 0..1. mode: `L` (the default) or
    `RGB`. layout: `NCHW` (the default), `NHWC`, `NHW`; of a volume `NCDHW`, `NDHWC`, `NDHW`.

    A value is a path of a file, folder or zip, bytes, a pydicom Dataset, or a list of these. It is de-identified before
    it is sent: `pip install 'atrium-client[dicom]'`.
    """

    frames: Literal["first", "each", "volume"] | None = None
    depth: int | None = None
    size: tuple[int, int] | None = None
    window: tuple[float, float] | Mapping[str, float] | None = None
    hu: bool | None = None
    mode: Literal["L", "RGB"] | None = None
    scale: float | None = None
    mean: float | Sequence[float] | None = None
    std: float | Sequence[float] | None = None
    interpolation: Literal["bilinear", "nearest", "bicubic", "area"] | None = None
    layout: Literal["NCHW", "NHWC", "NHW", "NCDHW", "NDHWC", "NDHW"] | None = None
    dtype: DType | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "dicom"

    def __post_init__(self) -> None:
        as_floats(self)
        _as_size(self)
        if self.window is not None and not isinstance(self.window, Mapping):
            center, width = self.window
            object.__setattr__(self, "window", {"center": float(center), "width": float(width)})


@dataclass(frozen=True, repr=False)
class Bytes(Field, options_of="input"):
    """A file of any kind, given to the model as the numbers of its bytes (N, numbers). Inputs only.

    first, last: so many bytes of its beginning and end, looked for in the first and last `block`; both left out gives
    all of it. strip leaves out white space at both ends; what is missing is filled with `fill`.
    """

    first: int | None = None
    last: int | None = None
    block: int | None = None
    strip: bool | None = None
    fill: float | None = None
    dtype: DType | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "bytes"


@dataclass(frozen=True, repr=False)
class Text(Field):
    """A string.

    As an input: max_length in characters, default. tokenizer: with it the model receives the numbers of its tokens: the
    name of a file given to `upload(files=…)`, as the package tokenizers writes it. max_tokens cuts, pad_to fills up
    with the token pad (“[PAD]” by default); mask, types: the tensors for both, where they are not called attention_mask
    and token_type_ids.

    As an output: classes name the numbers 0, 1, …; labels: where they stand, a file of the upload or `metadata:KEY`.
    decode: `ctc` reads a line from scores step by step, laid out as layout says; blank is its index among the model's
    classes, which `classes` leave out, and space says that a space follows the last of them.
    """

    max_length: int | None = None
    default: str | None = None
    classes: Sequence[str] = ()
    tokenizer: str = ""
    max_tokens: int | None = None
    pad_to: int | None = None
    pad: str = ""
    mask: str = ""
    types: str = ""
    labels: str = ""
    decode: Literal["value", "ctc"] | None = None
    blank: int | None = None
    space: bool | None = None
    layout: Literal["NTC", "TNC"] | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "text"
    input_options: ClassVar[frozenset[str]] = frozenset(
        {"max_length", "default", "tokenizer", "max_tokens", "pad_to", "pad", "mask", "types"}
    )
    output_options: ClassVar[frozenset[str]] = frozenset({"classes", "labels", "decode", "blank", "space", "layout"})

    def __post_init__(self) -> None:
        as_names(self, "classes")


@dataclass(frozen=True, repr=False)
class Number(Field):
    """A finite number with its unit.

    As an input: minimum and maximum are inclusive, default makes it optional.
    As an output it is shown as `value * scale + offset`.
    """

    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    default: float | None = None
    dtype: DType | None = None
    scale: float | None = None
    offset: float | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "number"
    input_options: ClassVar[frozenset[str]] = frozenset({"unit", "minimum", "maximum", "default", "dtype"})
    output_options: ClassVar[frozenset[str]] = frozenset({"unit", "scale", "offset"})


@dataclass(frozen=True, repr=False)
class Choice(Field, options_of="input"):
    """One of several strings; the model receives the string, or its index where dtype is a number's. Inputs only."""

    choices: Sequence[str] = ()
    default: str | None = None
    dtype: DType | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "choice"

    def __post_init__(self) -> None:
        as_names(self, "choices")


@dataclass(frozen=True, repr=False)
class Column:
    """One column of a table row: a number with unit and inclusive bounds, or one of `choices`, given as its index."""

    name: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    default: float | None = None
    choices: Sequence[str] = ()

    def __post_init__(self) -> None:
        as_names(self, "choices")

    def __repr__(self) -> str:
        return _told(self)

    def json(self) -> JSON:
        given = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: _plain(value) for name, value in given.items() if value is not None and value not in ("", ())}


@dataclass(frozen=True, repr=False)
class Table(Field, options_of="input"):
    """One row of a table, given to the model as numbers (N, columns). columns: Column or names. Inputs only."""

    columns: Sequence[Column | str] = ()
    dtype: DType | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "table"

    def __post_init__(self) -> None:
        columns = tuple(item if isinstance(item, Column) else Column(str(item)) for item in self.columns)
        object.__setattr__(self, "columns", columns)


@dataclass(frozen=True, repr=False)
class Label(Field, options_of="output"):
    """Scores over classes, highest first. Outputs only.

    activation: `none` where the model answers probabilities already, `softmax` or `sigmoid` where it answers logits.
    labels: where the classes stand: the name of a file given to `upload(files=…)`, or `metadata:KEY` of the model.
    """

    classes: Sequence[str] = ()
    labels: str = ""
    activation: Literal["none", "softmax", "sigmoid"] | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "label"

    def __post_init__(self) -> None:
        as_names(self, "classes")


@dataclass(frozen=True)
class Card:
    """What a reviewer must know of a version: what it is for, what it must not be used for, how it was validated."""

    purpose: str = ""
    not_for: str = ""
    validation: str = ""
    known_errors: str = ""
    contact: str = ""

    def json(self) -> JSON:
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @classmethod
    def read(cls, form: Mapping[str, Any] | None) -> "Card":
        """The card of a JSON form; what this client does not know is left out."""
        return cls(**{item.name: str((form or {}).get(item.name) or "") for item in fields(cls)})


def _told(item: Any) -> str:
    """A field or column as it would be written, without the options that were left at their defaults."""
    given = [(one.name, getattr(item, one.name)) for one in fields(item)[1:] if getattr(item, one.name) != one.default]
    options = [f"{name}={value!r}" for name, value in given]
    return f"{type(item).__name__}({', '.join([repr(item.name), *options])})"


def _plain(value: Any) -> Any:
    if isinstance(value, Column):
        return value.json()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
