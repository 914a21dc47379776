"""Spans of a text, as pairs of places in it."""

import numpy as np

from gpu_workers.protocol.findings import MOST, Span, SpansAnswer, SpansOutput
from gpu_workers.runner.tensors import Raw

from .unanswered import pieces, shaped, unfit


def spans(field: SpansOutput, raw: Raw, text: str) -> SpansAnswer:
    """Those that are empty, or beyond the text, are left out. Raises Unanswered."""
    name = field.name
    first, *others = pieces(name, raw, 1, 3)
    rows = shaped(name, first, 2, "rows of start and end")
    if rows.shape[1] not in ((2,) if others else (2, 4)):
        raise unfit(f"“{name}” should have start and end a span, but has {rows.shape[1]} numbers.")
    columns = [each.ravel() for each in others]
    scores = columns.pop(0) if field.scores_tensor else rows[:, 3] if rows.shape[1] == 4 else None
    labels = columns.pop(0) if field.labels_tensor else rows[:, 2] if rows.shape[1] == 4 else np.zeros(len(rows))
    if len(labels) != len(rows) or (scores is not None and len(scores) != len(rows)):
        raise unfit(f"“{name}” has {len(rows)} spans, but another number of labels or scores.")
    whole = np.column_stack([rows[:, :2], labels])
    if (whole != np.rint(whole)).any():
        raise unfit(f"“{name}” holds places or labels that are no whole numbers.")
    answered: list[Span] = []
    places = _places(text) if field.unit == "bytes" else None
    for index, (start, end, label) in enumerate(whole.astype(np.int64).tolist()):
        score = None if scores is None else float(scores[index])
        if score is not None and score < field.score_threshold:
            continue
        if places is not None:
            start, end = places.get(start, -1), places.get(end, -1)
        if not 0 <= start < end <= len(text):
            continue
        if not 0 <= label < (len(field.classes) or label + 1):
            raise unfit(f"“{name}” names {len(field.classes)} classes, but the model answered class {label}.")
        called = field.classes[label] if field.classes else str(label)
        if len(answered) == MOST:
            return SpansAnswer(tuple(answered), truncated=True)
        answered.append(Span(f"s{len(answered)}", called, start, end, score))
    return SpansAnswer(tuple(answered))


def _places(text: str) -> dict[int, int]:
    """Of each code point's first byte in UTF-8 its place among the code points, and of the end."""
    found, at = {}, 0
    for place, letter in enumerate(text):
        found[at] = place
        at += len(letter.encode("utf-8", "surrogatepass"))
    found[at] = len(text)
    return found
