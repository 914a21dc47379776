"""Values of any form."""

from typing import Any

import msgspec
import numpy as np

from gpu_workers.protocol.findings import MAX_JSON, JsonAnswer, JsonOutput
from gpu_workers.protocol.forms import Unstorable, kept
from gpu_workers.runner.tensors import Raw

from .unanswered import not_finite, unfit


def form(field: JsonOutput, raw: Raw) -> JsonAnswer:
    """A text that is JSON is read; another text stands as it is. Raises Unanswered."""
    try:
        return JsonAnswer(kept(_value(field.name, raw)))
    except Unstorable as error:
        raise unfit(f"The value of “{field.name}” {error}.") from None


def _value(name: str, raw: Raw) -> Any:
    if not isinstance(raw, np.ndarray):
        return [_value(name, each) if isinstance(each, np.ndarray) else each for each in raw]
    if raw.size > MAX_JSON:
        raise unfit(f"“{name}” is declared as JSON, but holds {raw.size:,} values.")
    if raw.dtype.kind == "f" and not np.isfinite(raw).all():
        raise not_finite(name)
    value = raw.tolist()
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return value
