"""One number, or one of several names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from .field import DType, Field, as_names


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
