"""What is answered to each row of a file."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from gpu_workers.protocol.answers import MAX_NAME, MAX_TABLE_TEXT, Answered, Spread, TableAnswer
from gpu_workers.protocol.interface import TableOutput, TextOutput
from gpu_workers.protocol.texts import storable
from gpu_workers.runner.tensors import Array, Raw, classes_of

from .unanswered import any_numbers, not_finite, unfit
from .values import activated, text

Cell = float | str | None
MAX_NUMBERS = 10_000_000
KEPT_COUNTS = 100


def table(field: TableOutput, raw: Raw, rows: int, source: str) -> TableAnswer:
    """rows: of the file, which `source` names. Raises Unanswered."""
    found = len(raw)
    if (isinstance(raw, np.ndarray) and not raw.ndim) or found != rows:
        shape = f"the shape {list(raw.shape)}" if isinstance(raw, np.ndarray) else f"{found:,} parts"
        raise unfit(f"“{field.name}” should answer each of the {rows:,} rows of “{source}”, but has {shape}.")
    if field.each == "label":
        names, scores = _labels(field, raw)
        best = np.argmax(scores, axis=1)
        told = [names[at] for at in best.tolist()]
        highest = scores[np.arange(rows), best].tolist()
        columns = (Answered("label", "label"), Answered("score", "score"))
        return TableAnswer(columns, tuple(zip(told, highest, strict=True)), source, _counts(told))
    if not isinstance(raw, np.ndarray) or raw.size != rows:
        shape = f"the shape {list(raw.shape)}" if isinstance(raw, np.ndarray) else "several parts of each"
        raise unfit(f"“{field.name}” should hold one value for each row, but has {shape}.")
    if field.each == "text":
        reads = TextOutput(name=field.name, classes=field.classes)
        words = [text(reads, value)[:MAX_TABLE_TEXT] for value in raw.ravel().tolist()]
        return TableAnswer((Answered("text", "text"),), tuple((each,) for each in words), source, _counts(words))
    numbers = any_numbers(field.name, raw).ravel().astype(np.float64) * field.scale + field.offset
    cells: list[Cell] = [value if np.isfinite(value) else None for value in numbers.tolist()]
    known = numbers[np.isfinite(numbers)]
    spread = Spread(float(known.min()), float(known.mean()), float(known.max())) if known.size else None
    column = Answered("number", "number", field.unit)
    return TableAnswer((column,), tuple((cell,) for cell in cells), source, spread=spread)


def _labels(field: TableOutput, raw: Raw) -> tuple[Sequence[str], Array]:
    """The classes, and the scores of each row: (rows, classes)."""
    names: Sequence[str] = field.classes
    if isinstance(raw, np.ndarray):
        if raw.size > MAX_NUMBERS:
            raise unfit(f"“{field.name}” holds {raw.size:,} numbers; {MAX_NUMBERS:,} are the most.")
        scores = any_numbers(field.name, raw).reshape(len(raw), -1)
    else:
        maps = [each for each in raw if isinstance(each, dict)]
        if len(maps) != len(raw) or any(each.keys() != maps[0].keys() for each in maps):
            raise unfit(f"“{field.name}” does not hold one map of scores for each row.")
        keys = classes_of(maps[0])
        values = np.asarray([[each[key] for key in keys] for each in maps], dtype=object)
        scores = any_numbers(field.name, values)
        names = names or [storable(str(key))[:MAX_NAME] for key in keys]
    names = names or [str(index) for index in range(scores.shape[1])]
    if len(names) != scores.shape[1] or not len(names):
        raise unfit(f"“{field.name}” names {len(names)} classes, but the model answered {scores.shape[1]} scores.")
    if not np.isfinite(scores).all():
        raise not_finite(field.name)
    return names, activated(field.activation, scores)


def _counts(words: Sequence[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(words).items(), key=lambda each: (-each[1], each[0]))[:KEPT_COUNTS])
