"""Texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from .field import Field, as_names


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
