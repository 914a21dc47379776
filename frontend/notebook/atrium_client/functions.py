"""A function as a live endpoint calls it: from what the server sends to its arguments, from what it returns to answers.

Pure: nothing here knows the connection.
"""

import base64
import inspect
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from . import png
from .errors import AtriumError, Invalid
from .fields import Choice, Field, Image, Label, Number, Table
from .files import picture, recording, series
from .findings import plain
from .places import PLACES
from .signals import Audio, Series
from .sounds import signal_of, sound_of
from .values import column_names
from .vectors import Vector, numbers

_TOLD_EVERY = 0.1


class Cancelled(AtriumError):
    """Nobody waits for this answer any more; raised by `Call.check` inside a function."""


class Call:
    """One call of a served function, for a function that has a parameter named `call`.

    cancelled: whether the answer is not wanted any more. progress: tells who waits how far it is.
    """

    def __init__(self, tell: Callable[[float | None, str, Mapping[str, Any] | None], None] | None = None) -> None:
        self._tell = tell
        self._cancelled = threading.Event()
        self._told = float("-inf")

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raise Cancelled where the answer is not wanted any more."""
        if self.cancelled:
            raise Cancelled("The answer is not wanted any more.", code="cancelled")

    def progress(self, share: float | None = None, text: str = "") -> None:
        """share: 0 to 1; text: a few words. Told at most ten times a second."""
        self._say(None if share is None else min(max(float(share), 0.0), 1.0), str(text)[:500], None)

    def _partial(self, answers: Mapping[str, Any]) -> None:
        self._say(None, "", answers)

    def _say(self, share: float | None, text: str, answers: Mapping[str, Any] | None) -> None:
        now = time.monotonic()
        if self._tell is not None and now - self._told >= _TOLD_EVERY:
            self._told = now
            self._tell(share, text, answers)

    def _cancel(self) -> None:
        self._cancelled.set()


class Function:
    """A Python function with its declared inputs and outputs. batch: it takes lists and returns a list."""

    def __init__(
        self,
        function: Callable[..., Any],
        inputs: Sequence[Field],
        outputs: Sequence[Field],
        *,
        batch: bool = False,
    ) -> None:
        if not callable(function):
            raise Invalid(f"serve takes a function, not {type(function).__name__}.")
        if not inputs or not outputs:
            raise Invalid("Declare at least one input and one output, such as inputs=[Image('frame')].")
        self._function, self.inputs, self.outputs, self.batch = function, list(inputs), list(outputs), batch
        self._wants_call = _wants_call(function, self.inputs)
        _require_arguments(function, self.inputs, self._wants_call)

    def __call__(self, given: Mapping[str, Any], call: Call) -> dict[str, Any]:
        """The answers of one case, as they are sent; parts of a generator's are told on the way."""
        arguments = [argument(field, given[field.name]) for field in self.inputs]
        if self.batch:
            (answer,) = self._together([[one] for one in arguments], 1, call)
            return answer
        returned = self._function(*arguments, **({"call": call} if self._wants_call else {}))
        if inspect.isgenerator(returned):
            return self._last(returned, call)
        return self.answers(returned)

    def together(self, many: Sequence[Mapping[str, Any]], call: Call) -> list[dict[str, Any]]:
        """The answers of several cases by one call; only with batch."""
        columns = [[argument(field, given[field.name]) for given in many] for field in self.inputs]
        return self._together(columns, len(many), call)

    def _together(self, columns: list[list[Any]], count: int, call: Call) -> list[dict[str, Any]]:
        returned = self._function(*columns, **({"call": call} if self._wants_call else {}))
        answers = list(returned)
        if len(answers) != count:
            raise Invalid(f"The function was given {count} cases and returned {len(answers)} answers; return a list.")
        return [self.answers(one) for one in answers]

    def _last(self, parts: Iterator[Any], call: Call) -> dict[str, Any]:
        """Each part replaces the one before; the last is the answer."""
        answer: dict[str, Any] | None = None
        for part in parts:
            if call.cancelled:
                parts.close()  # type: ignore[attr-defined]  # a generator's
                call.check()
            answer = self.answers(part)
            call._partial(answer)
        if answer is None:
            raise Invalid("The generator yielded nothing; yield at least one answer.")
        return answer

    def answers(self, returned: Any) -> dict[str, Any]:
        """By output, as JSON. Raises Invalid where it is not what is declared."""
        names = [field.name for field in self.outputs]
        if isinstance(returned, Mapping) and set(returned) == set(names):
            values = [returned[name] for name in names]
        elif len(names) == 1:
            values = [returned]
        elif isinstance(returned, list | tuple) and len(returned) == len(names):
            values = list(returned)
        else:
            raise Invalid(f"The function returns {', '.join(names)}: give a tuple in this order, or a dict by name.")
        return {field.name: answer(field, value) for field, value in zip(self.outputs, values, strict=True)}


def argument(field: Field, value: Any) -> Any:
    """What the function is given: a uint8 array (height, width) or (height, width, 3) for an image, a Sound, a Signal
    (with pyarrow), a str, a float, or a dict by column for a table's row, in which a choice is its word."""
    if isinstance(field, Image | Audio | Series):
        data = base64.b64decode(value.partition(";base64,")[2])
        read = png.decode if isinstance(field, Image) else sound_of if isinstance(field, Audio) else signal_of
        return read(data)
    if isinstance(field, Table):
        return {name: _cell(field, index, cell) for index, (name, cell) in enumerate(_columns(field, value))}
    if isinstance(field, Number):
        return float(value)
    return value if isinstance(field, Choice) else str(value)


def _columns(table: Table, row: Sequence[float]) -> list[tuple[str, float]]:
    return list(zip(column_names(table), row, strict=True))


def _cell(table: Table, index: int, value: float) -> Any:
    column = table.columns[index]
    choices = () if isinstance(column, str) else column.choices
    return choices[int(value)] if choices else value


def answer(field: Field, value: Any) -> Any:
    """One output as JSON: scores by class or in the classes' order, a number, a text, a data URL."""
    if isinstance(field, Image):
        return picture(field.name, value).data_url()
    if isinstance(field, PLACES):
        return _place(field, value)
    if isinstance(field, Vector):
        return _vector(field, value)
    if isinstance(field, Audio):
        return recording(field.name, value).data_url()
    if isinstance(field, Series):
        return series(field.name, value).data_url()
    if hasattr(value, "detach"):  # a torch tensor, without importing torch
        value = value.detach().cpu().numpy()
    if isinstance(field, Label):
        return _scores(field, value)
    if isinstance(value, np.ndarray | np.generic) and np.size(value) == 1:
        value = value.reshape(-1)[0].item() if isinstance(value, np.ndarray) else value.item()
    if isinstance(field, Number):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Invalid(f"“{field.name}” is declared as a number; the function returned {type(value).__name__}.")
        if not np.isfinite(value):
            raise Invalid(f"“{field.name}” is not a finite number: {value}.")
        return float(value)
    return value if isinstance(value, str) else str(value)


def _place(field: Field, value: Any) -> Any:
    try:
        told = plain(field.kind, field.name, value)
    except ValueError as error:
        raise Invalid(f"{error}.") from None
    return picture(field.name, told).data_url() if isinstance(told, bytes) else told


def _vector(field: Vector, value: Any) -> list[float]:
    try:
        return numbers(field.name, value)
    except ValueError as error:
        raise Invalid(f"{error}.") from None


def _scores(field: Label, value: Any) -> dict[str, float] | list[float]:
    """Of a class alone, or of scores of some classes, the others have 0: logits must be of all."""
    classes = list(field.classes)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str | int):
        named = str(value)
        if classes and named not in classes:
            raise Invalid(f"“{field.name}” is one of {', '.join(classes)}; the function returned {value!r}.")
        return {name: float(name == named) for name in classes or [named]}
    if isinstance(value, Mapping):
        scores = {str(name): _score(field, score) for name, score in value.items()}
        if other := next((name for name in scores if classes and name not in classes), None):
            raise Invalid(f"“{field.name}” is one of {', '.join(classes)}; the function returned {other!r}.")
        if field.activation in (None, "none"):
            scores = dict.fromkeys(classes, 0.0) | scores
        return scores
    listed = [_score(field, score) for score in np.asarray(value).reshape(-1)]
    if classes and len(listed) != len(classes):
        raise Invalid(f"“{field.name}” has {len(classes)} classes; the function returned {len(listed)} scores.")
    return listed


def _score(field: Label, value: Any) -> float:
    score = float(value)
    if not np.isfinite(score):
        raise Invalid(f"A score of “{field.name}” is not a finite number: {score}.")
    return score


def _wants_call(function: Callable[..., Any], inputs: Sequence[Field]) -> bool:
    try:
        known = inspect.signature(function).parameters
    except (TypeError, ValueError):  # a builtin does not say
        return False
    return "call" in known and "call" not in {field.name for field in inputs}


def _require_arguments(function: Callable[..., Any], inputs: Sequence[Field], wants_call: bool) -> None:
    """Told when it is served, not when a guest's case comes."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    names = ", ".join(field.name for field in inputs)
    try:
        signature.bind(*inputs, **({"call": None} if wants_call else {}))
    except TypeError as error:
        raise Invalid(
            f"The function does not take the declared inputs, in their order: {names} ({error}). "
            "Beside them it may have a parameter named call."
        ) from None
