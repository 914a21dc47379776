"""Raw outputs of one case to the answers that the interface declares. Runs in the worker; nothing here is trusted."""

from collections.abc import Mapping

from gpu_workers.protocol.answers import MAX_TEXT, Answer, NumberAnswer, TextAnswer
from gpu_workers.protocol.findings import BoxesOutput, JsonOutput, MaskOutput, PointsOutput, SpansOutput
from gpu_workers.protocol.interface import (
    ImageOutput,
    Interface,
    LabelOutput,
    NumberOutput,
    Output,
    TableOutput,
    TextOutput,
)
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.signals import AudioOutput, SeriesOutput
from gpu_workers.protocol.texts import storable
from gpu_workers.protocol.vectors import VectorOutput
from gpu_workers.runner.failure import Unanswered
from gpu_workers.runner.sight import Sight, sight
from gpu_workers.runner.tensors import Raw

from .boxes import boxes
from .ctc import read_lines
from .forms import form
from .masks import mask
from .pictures import Unplaced, picture
from .points import points
from .spans import spans
from .tables import table
from .unanswered import unfit
from .values import Reading, label, number, only, reading, text
from .vectors import embedding
from .waves import recording, series

__all__ = ["Reading", "Unanswered", "Unplaced", "answers", "reading"]


def answers(
    interface: Interface, raw: Mapping[str, Raw], values: Mapping[str, Value] | None = None
) -> dict[str, Answer | Unplaced]:
    """By the outputs' names. values: the inputs, for answers that say where in one of them something is.

    Raises Unanswered with a sentence for people.
    """
    for field in interface.outputs:
        if field.name not in raw:
            raise unfit(f"The model gave no “{field.name}”.")
    return {field.name: _answer(interface, field, raw[field.name], values or {}) for field in interface.outputs}


def _answer(interface: Interface, field: Output, raw: Raw, values: Mapping[str, Value]) -> Answer | Unplaced:
    match field:
        case LabelOutput():
            return label(field, raw)
        case ImageOutput():
            return picture(field, raw)
        case MaskOutput():
            return mask(field, raw, _seen(interface, field, values))
        case BoxesOutput():
            return boxes(field, raw, _seen(interface, field, values))
        case PointsOutput():
            return points(field, raw, _seen(interface, field, values))
        case SpansOutput():
            return spans(field, raw, _read(interface, field, values))
        case TableOutput():
            source = interface.rows_of(field).name
            return table(field, raw, _rows(source, values), source)
        case JsonOutput():
            return form(field, raw)
        case VectorOutput():
            return embedding(field, raw)
        case AudioOutput():
            return Unplaced(*recording(field, raw))
        case SeriesOutput():
            return Unplaced(*series(field, raw))
        case TextOutput(decode="ctc"):
            return TextAnswer(storable(read_lines(field, raw))[:MAX_TEXT])
        case TextOutput():
            return TextAnswer(text(field, only(field.name, raw)))
        case NumberOutput():
            return NumberAnswer(number(field, raw), field.unit)


def _seen(interface: Interface, field: MaskOutput | BoxesOutput | PointsOutput, values: Mapping[str, Value]) -> Sight:
    source = interface.found_in(field)
    found = sight(source, values.get(source.name))
    if found is None:
        raise unfit(f"“{field.name}” says where in “{source.name}” something is, which was not given.")
    return found


def _rows(source: str, values: Mapping[str, Value]) -> int:
    value = values.get(source)
    if not isinstance(value, Blob) or value.data is None:
        raise unfit(f"The rows of “{source}” were not given.")
    from gpu_workers.rows import Foreign, count_of  # Arrow is loaded only where tables are

    try:
        return count_of(value.data)
    except Foreign:
        raise unfit(f"“{source}” is no table of ours.") from None


def _read(interface: Interface, field: SpansOutput, values: Mapping[str, Value]) -> str:
    value = values.get(interface.found_in(field).name)
    return value if isinstance(value, str) else ""
