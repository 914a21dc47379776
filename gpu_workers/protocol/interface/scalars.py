"""One number, or one of several names."""

from typing import Annotated, Literal

from msgspec import Meta

from gpu_workers.protocol.fields import Classes, DType, Field, File


class NumberInput(Field, frozen=True, kw_only=True, tag="number"):
    """A finite number; minimum and maximum are inclusive, unit is shown beside it."""

    minimum: float | None = None
    maximum: float | None = None
    unit: Annotated[str, Meta(max_length=40)] = ""
    default: float | None = None
    dtype: DType = "float32"


class ChoiceInput(Field, frozen=True, kw_only=True, tag="choice"):
    """One of several strings, given to the model as that string (`dtype` string) or as its index (a number dtype)."""

    choices: Annotated[tuple[str, ...], Meta(min_length=1, max_length=1000)]
    default: str | None = None
    dtype: DType = "string"


class NumberOutput(Field, frozen=True, kw_only=True, tag="number"):
    """One number per case: the tensor holds one value per row. Shown as `value * scale + offset` with its unit."""

    unit: Annotated[str, Meta(max_length=40)] = ""
    scale: float = 1.0
    offset: float = 0.0


class LabelOutput(Field, frozen=True, kw_only=True, tag="label"):
    """Scores over classes. softmax: they exclude each other and sum to one; sigmoid: each on its own.

    The tensor is (N, classes), or a list of maps from class to score as scikit-learn's converters write;
    then `classes` may give names for the map's keys in their sorted order. labels: where the names come from that the
    inspection puts into `classes`: a file of the upload, or `metadata:KEY` for a value in the model's own metadata.
    """

    classes: Classes = ()
    labels: File = ""
    activation: Literal["none", "softmax", "sigmoid"] = "none"
