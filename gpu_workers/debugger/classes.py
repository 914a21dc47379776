"""The classes of a dataset, and when two of their names are the same."""

import math

from gpu_workers.analyses import Category
from gpu_workers.analyses.histograms import category_counts, distinct

from .failure import BadQuestion
from .held import Held
from .loading import Data
from .texts import Texts

MOST_CLASSES = 254
_DIGITS = 18
"""Of a code, as those of SNOMED CT at most."""
POSITIVE = {
    "1", "yes", "y", "t", "positive", "pos", "malignant", "abnormal", "disease", "diseased", "sick", "present",
    "effusion", "fraud", "spam", "churn", "default", "bad", "fail", "failed", "failure", "event", "case",
    "dead", "defect",
}  # fmt: skip
NEGATIVE = {
    "0", "no", "n", "f", "none", "negative", "neg", "benign", "normal", "healthy", "absent", "ham", "good", "ok",
    "pass", "control", "alive",
}  # fmt: skip


def classes_of(held: Held, values: Data | None) -> tuple[str, ...]:
    """Of the labels, of the columns of probabilities and of predictions, each once, in their natural order.

    BadQuestion: there are too many."""
    names = _names(values) if values is not None else []
    names += [of_class for model in held.models for of_class, _ in model.probabilities if of_class]
    for model in held.models:
        if model.prediction is not None and (values is not None or isinstance(held.data[model.prediction], Category)):
            names += _names(held.data[model.prediction])
    once: dict[str, str] = {}
    for name in names:
        once.setdefault(key_of(name), name)
    if not once and any(model.probabilities for model in held.models):
        return ("0", "1")
    if len(once) > MOST_CLASSES:
        raise BadQuestion(f"There are {len(once):,} classes; {MOST_CLASSES} at most can be told apart.")
    return tuple(sorted(once.values(), key=_in_order))


def _names(values: Data) -> list[str]:
    if isinstance(values, Texts):
        raise BadQuestion(f"Labels or predictions have more different texts than there can be classes: {MOST_CLASSES}.")
    if isinstance(values, Category):
        rows = category_counts(values.codes, len(values.categories))[:-1]
        return [name for name, held in zip(values.categories, rows, strict=True) if held]
    known = distinct(values, 10 * MOST_CLASSES)
    if known is None:
        raise BadQuestion(
            f"The labels have more than {10 * MOST_CLASSES:,} different values; classes are {MOST_CLASSES} at most."
        )
    return [written(float(value)) for value in known]


def two_of(held: Held, classes: tuple[str, ...], positive: str | None) -> tuple[str, str]:
    """The other class, then the positive one: the one asked for, or the one that alone has probabilities, or the one
    whose name says so, or the last. BadQuestion: the one asked for is none of them."""
    if len(classes) == 1:
        only = classes[0]
        classes = (only, f"not {only}") if key_of(only) in NEGATIVE else (f"not {only}", only)
    if positive is not None:
        if key_of(positive) not in map(key_of, classes):
            raise BadQuestion(f"There is no class “{positive}”; there are “{classes[0]}” and “{classes[1]}”.")
        return _pair(classes, key_of(positive))
    named = {key_of(of_class) for model in held.models for of_class, _ in model.probabilities if of_class}
    if len(named) == 1:
        return _pair(classes, named.pop())
    telling = [name for name in classes if key_of(name) in POSITIVE]
    if len(telling) != 1:
        telling = [name for name in classes if key_of(name) not in NEGATIVE]
    return _pair(classes, key_of(telling[0] if len(telling) == 1 else classes[1]))


def _pair(classes: tuple[str, ...], positive: str) -> tuple[str, str]:
    first, second = classes
    return (second, first) if key_of(first) == positive else (first, second)


def written(value: float) -> str:
    """A finite label as a name; codes of 16 and more digits are whole."""
    return f"{value:.0f}" if value == int(value) and abs(value) < 2**63 else f"{value:.9g}"


def key_of(name: str) -> str:
    """By which names of one class agree: True, true, 1 and 1.0 are the same."""
    bare = name.strip().casefold()
    bare = {"true": "1", "false": "0"}.get(bare, bare)
    if bare.isdecimal() and len(bare) <= _DIGITS:  # a float would take two long codes for one
        return str(int(bare))
    number = number_of(bare)
    return bare if number is None else written(number)


def number_of(text: str) -> float | None:
    """None where it is none, as "1_0", which Python would take for 10."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def _in_order(name: str) -> tuple[bool, float, str]:
    number = number_of(key_of(name))
    return (True, 0.0, name.casefold()) if number is None else (False, number, name)
