"""A line of text out of a reader's scores at each step (connectionist temporal classification, Graves 2006), greedily:
the best class of each step, repeats dropped, then blanks."""

import numpy as np
from numpy.typing import NDArray

from gpu_workers.protocol.answers import MAX_TEXT
from gpu_workers.protocol.interface import TextOutput
from gpu_workers.runner.tensors import Raw

from .unanswered import not_finite, unfit


def read_lines(field: TextOutput, raw: Raw) -> str:
    """One line; or of a step that crops, which answers each part by itself, a line for each. Raises Unanswered."""
    if isinstance(raw, np.ndarray):
        return read_line(field, raw)
    return "\n".join(read_line(field, part) for part in raw if isinstance(part, np.ndarray))


def read_line(field: TextOutput, raw: Raw) -> str:
    """raw: one case's scores (1, T, C) or (T, 1, C), or the best classes (1, T). Raises Unanswered."""
    best = _best(field, raw)
    kept = best[np.concatenate([[True], best[1:] != best[:-1]])] if best.size else best
    kept = kept[kept != field.blank][:MAX_TEXT]
    names = (*field.classes, " ") if field.space else field.classes
    places = kept - (kept > field.blank)  # the names leave the blank out
    if kept.size and not (places.min() >= 0 and places.max() < len(names)):
        raise unfit(f"“{field.name}” answered class {int(kept.max())}, but names {len(names)} besides the blank.")
    return "".join(names[place] for place in places.tolist())


def _best(field: TextOutput, raw: Raw) -> NDArray[np.int64]:
    """The best class of each step."""
    if not isinstance(raw, np.ndarray) or raw.dtype.kind not in "fiu" or raw.ndim not in (2, 3):
        raise unfit(f"“{field.name}” holds no scores of classes step by step.")
    if raw.ndim == 3:
        steps = np.moveaxis(raw, 1, 0) if field.layout == "TNC" else raw
        if steps.shape[0] != 1:
            raise unfit(
                f"“{field.name}” should hold one line for a case in {field.layout}, but has the shape "
                f"{list(raw.shape)}.",
            )
        classes = len(field.classes) + 1 + field.space
        if steps.shape[2] != classes:
            raise unfit(
                f"“{field.name}” names {classes} classes, its blank included, but the model answered {steps.shape[2]} "
                "scores a step.",
            )
        if not np.isfinite(steps).all():
            raise not_finite(field.name)
        best: NDArray[np.int64] = steps[0].argmax(axis=-1).astype(np.int64)
        return best
    if raw.shape[0] != 1 or not np.isfinite(raw).all() or (raw != np.rint(raw)).any():
        raise unfit(f"“{field.name}” holds no classes step by step.")
    return raw[0].astype(np.int64)  # type: ignore[no-any-return]
