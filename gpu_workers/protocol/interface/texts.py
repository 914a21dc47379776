"""Texts: a string, or the numbers of its tokens; a line that is read."""

from typing import Annotated, Literal

from msgspec import Meta

from gpu_workers.protocol.fields import MAX_CLASSES, Classes, Field, File


class TextInput(Field, frozen=True, kw_only=True, tag="text"):
    """A string; the model receives a string tensor of shape (N,) or (N, 1), whichever its rank says.

    tokenizer: with it the model receives the numbers of its tokens, (N, tokens), of the type that it takes. A file of
    the upload as the package `tokenizers` writes it; what that says of cutting and filling is not followed, what stands
    here is. max_tokens: longer texts are cut to so many, special tokens included. pad_to: shorter ones are filled up
    with the token pad, at the right. mask, types: the tensors for what is text and no filling (1 and 0) and for which
    part it belongs to; empty where the model has none, or has them under the usual names attention_mask and
    token_type_ids.
    """

    max_length: Annotated[int, Meta(ge=1, le=100_000)] = 10_000
    default: str | None = None
    tokenizer: File = ""
    max_tokens: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    pad_to: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    pad: Annotated[str, Meta(max_length=100)] = "[PAD]"
    mask: Annotated[str, Meta(max_length=500)] = ""
    types: Annotated[str, Meta(max_length=500)] = ""


class TextOutput(Field, frozen=True, kw_only=True, tag="text"):
    """One string per case; numbers (a class label, say) are written as text, through `classes` where it is given.

    decode: `value` is that; `ctc` reads a line: the tensor holds scores of each class at each step, laid out as layout
    says (N cases, T steps, C classes), or the best class of each step (N, T); the best class of each step is taken,
    repeats are dropped, then blanks, and what is left is read through `classes`. blank: its index among the tensor's
    classes; `classes` leaves it out. space: a space follows the last of `classes`. labels: as a label's.
    """

    classes: Classes = ()
    labels: File = ""
    decode: Literal["value", "ctc"] = "value"
    blank: Annotated[int, Meta(ge=0, le=MAX_CLASSES)] = 0
    space: bool = False
    layout: Literal["NTC", "TNC"] = "NTC"


def check_text(field: TextInput) -> None:
    if field.tokenizer.startswith("metadata:"):
        raise ValueError(f"tokenizer of “{field.name}” is a file of the upload, such as tokenizer.json")
    if not field.tokenizer and (field.max_tokens or field.pad_to or field.mask or field.types):
        raise ValueError(f"“{field.name}” has no tokenizer, so nothing can be said of its tokens")
    if field.max_tokens and field.pad_to and field.pad_to > field.max_tokens:
        raise ValueError(
            f"“{field.name}” is cut to {field.max_tokens} tokens, so it is never filled up to {field.pad_to}"
        )
