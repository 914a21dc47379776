"""What every field of an interface has, whichever side it stands on."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Title = Annotated[str, Meta(max_length=200)]
Tensor = Annotated[str, Meta(max_length=500)]
Side = Annotated[int, Meta(ge=1, le=8192)]
DType = Literal["float32", "float16", "float64", "uint8", "int32", "int64", "string", "bool"]
File = Annotated[str, Meta(max_length=120, pattern="^([A-Za-z0-9_][A-Za-z0-9._-]*|metadata:.+)?$")]
"""The name of a file that came with the upload, empty for none."""
MAX_CLASSES = 20_000
Class = Annotated[str, Meta(max_length=200)]
Classes = Annotated[tuple[Class, ...], Meta(max_length=MAX_CLASSES)]


class Field(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, tag_field="kind"):
    """name: how people and the API call it. tensor: the model's own name for it; empty means the tensor of the same
    name, else the one at the same position. step: whose tensor that is where the version runs in steps; empty is the
    first of them for an input, the last for an output. help: one line shown beside the field.
    """

    name: Name
    tensor: Tensor = ""
    step: Annotated[str, Meta(max_length=120)] = ""
    title: Title = ""
    help: Annotated[str, Meta(max_length=500)] = ""
