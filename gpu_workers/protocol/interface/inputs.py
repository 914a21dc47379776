"""What an input can be, and what a file given for it becomes."""

from typing import Any

from msgspec import to_builtins

from gpu_workers.protocol.fields import Field
from gpu_workers.protocol.signals import AudioInput, SeriesInput

from .contents import BytesInput
from .pictures import ImageInput, SketchInput
from .scalars import ChoiceInput, NumberInput
from .studies import DicomInput
from .tables import TableFileInput, TableInput
from .texts import TextInput

Input = (
    ImageInput
    | SketchInput
    | AudioInput
    | SeriesInput
    | DicomInput
    | BytesInput
    | TextInput
    | NumberInput
    | ChoiceInput
    | TableInput
    | TableFileInput
)


def kind_of(field: Field) -> str:
    """As its JSON form names it."""
    kind = field.__struct_config__.tag
    assert isinstance(kind, str)
    return kind


def stored_as(field: Input) -> str:
    """The kind of our own bytes (`rendering.KINDS`) that a file given for this input becomes; "" where it takes no
    file."""
    match field:
        case ImageInput():
            return "image"
        case DicomInput():
            return "study"
        case BytesInput():
            return "bytes"
        case TableFileInput():
            return "rows"
        case AudioInput() | SeriesInput():
            return kind_of(field)
    return ""


FILE_KINDS = frozenset({"image", "sketch", "audio", "series", "dicom", "bytes", "table_file"})
"""Of inputs that take a file."""


def decoding(field: Input) -> dict[str, Any]:
    """What the inputs process must know to make them: the options of `rendering.Decode`."""
    match field:
        case ImageInput():
            return {"mode": field.mode}
        case AudioInput():
            return {"max_seconds": field.max_seconds}
        case SeriesInput():
            names = ("max_seconds", "leads", "unit", "rate_hz")
            return {name: getattr(field, name) for name in names}
        case TableFileInput():
            return {"columns": to_builtins(field.columns), "max_rows": field.max_rows, "dtype": field.dtype}
    return {}
