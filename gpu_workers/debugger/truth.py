"""What the labels make of a dataset: the task, its classes, and what each model says in their terms."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from gpu_workers.analyses import Category, predicted_class
from gpu_workers.analyses.arrays import Array
from gpu_workers.analyses.blocks import empty, over_parts, over_rows
from gpu_workers.analyses.edges import category_codes
from gpu_workers.analyses.histograms import distinct
from gpu_workers.protocol.sentences import rows as said_of

from .classes import MOST_CLASSES, classes_of, key_of, number_of, two_of, written
from .failure import BadQuestion
from .held import Held, Model
from .loading import Data

Task = Literal["regression", "binary", "multiclass", "none"]

FEW_CLASSES = 20
"""Labels that are whole numbers count as classes where there are up to so many, and predictions are among them."""


@dataclass(frozen=True, eq=False)
class Said:
    """What a model says. prediction: values, or numbers of classes, float (n,). probability: of the positive class,
    float32 (n,), or of each class, (n, classes)."""

    prediction: Array | None
    probability: Array | None


@dataclass(frozen=True, eq=False)
class Truth:
    """target: values, or numbers of classes (1 is the positive of two), float (n,) with NaN; None without labels.

    classes: in the order of their numbers. models: by name, those that say something.
    """

    task: Task
    classes: tuple[str, ...]
    target: Array | None
    models: dict[str, Said]
    notes: tuple[str, ...]

    @property
    def positive(self) -> str | None:
        return self.classes[1] if self.task == "binary" else None

    @property
    def labelled(self) -> bool:
        return self.target is not None


def truth(held: Held, positive: str | None) -> Truth:
    """BadQuestion: `positive` is no class."""
    return held.kept.get("truth", positive, lambda: _there(held, _truth(held, positive)), most=2)


def _there(held: Held, true: Truth) -> Truth:
    """On the device that scores are computed on."""
    of = held.device.of
    said = {name: Said(of(one.prediction), of(one.probability)) for name, one in true.models.items()}
    return replace(true, target=of(true.target), models=said)


def _truth(held: Held, positive: str | None) -> Truth:
    label = held.label
    values = held.data.get(label.name) if label else None
    if values is not None and _all_null(values):
        values = None
    if values is not None and not _is_classes(held, values):
        said = {model.name: _numbers(held, model) for model in held.models}
        models = {name: one for name, one in said.items() if one.prediction is not None}
        return Truth("regression", (), values, models, _left_out(held, models))
    classes = classes_of(held, values)
    if not classes:
        return Truth("none", (), None, {}, () if not held.models else ("There are no labels, so no errors.",))
    notes: list[str] = []
    if len(classes) <= 2:
        classes = two_of(held, classes, positive)
    elif positive is not None:
        raise BadQuestion(f"There are {len(classes)} classes, so none is the positive one of two.")
    keys = {key_of(name): number for number, name in enumerate(classes)}
    if label and isinstance(values, np.ndarray) and not _is_named(held):
        notes.append(f"The labels of “{label.name}” are {len(classes)} different whole numbers: taken for classes.")
    target = None if values is None else _numbered(values, keys)
    if values is None:
        notes.append("There are no labels, so no errors; only how undecided a model is can be told.")
    notes += _without_rows(held, target, keys)
    said = {model.name: _said(held, model, classes, keys, notes) for model in held.models}
    models = {name: one for name, one in said.items() if one.prediction is not None}
    task: Task = "binary" if len(classes) == 2 else "multiclass"
    return Truth(task, classes, target, models, tuple(notes))


def _without_rows(held: Held, target: Array | None, keys: dict[str, int]) -> list[str]:
    """Classes of probabilities that no label is: more often a role's slip than a class that did not happen."""
    if target is None:
        return []
    known = distinct(target, len(keys))
    seen = set() if known is None else {int(number) for number in known}
    return [
        f"No row of {held.rows:,} has the label “{of_class}”, whose probability “{name}” is: see the column's role."
        for model in held.models
        for of_class, name in model.probabilities
        if of_class and keys.get(key_of(of_class)) not in seen
    ]


def _left_out(held: Held, models: dict[str, Said]) -> tuple[str, ...]:
    return tuple(f"“{model.name}” predicts no numbers." for model in held.models if model.name not in models)


def _all_null(values: Data) -> bool:
    if isinstance(values, Category):
        return bool(values.nulls().all())
    return all(over_parts(lambda part: bool(np.isnan(part).all()), values))


def _is_named(held: Held) -> bool:
    """Whether something other than the labels says that there are classes."""
    predictions = [held.data[model.prediction] for model in held.models if model.prediction]
    return any(model.probabilities for model in held.models) or any(isinstance(one, Category) for one in predictions)


def _is_classes(held: Held, values: Data) -> bool:
    if isinstance(values, Category) or _is_named(held):
        return True
    said = [held.data[model.prediction] for model in held.models if model.prediction]
    return bool(said) and all(_few_whole(column) for column in (values, *said))


def _few_whole(values: Array) -> bool:
    known = distinct(values, FEW_CLASSES)
    infinite = any(over_parts(lambda part: bool(np.isinf(part).any()), values))
    return known is not None and not infinite and bool((known == np.floor(known)).all())


def _said(held: Held, model: Model, classes: tuple[str, ...], keys: dict[str, int], notes: list[str]) -> Said:
    probability = _probability(held, model, classes, keys, notes)
    if model.prediction is not None:
        return Said(_numbered(held.data[model.prediction], keys), probability)
    return Said(None if probability is None else predicted_class(probability), probability)


def _probability(
    held: Held, model: Model, classes: tuple[str, ...], keys: dict[str, int], notes: list[str]
) -> Array | None:
    columns: dict[int, Any] = {}
    for of_class, name in model.probabilities:
        values = held.data[name]
        if isinstance(values, Category):
            notes.append(f"“{name}” holds no numbers, so no probabilities.")
            continue
        number = keys.get(key_of(of_class)) if of_class else 1 if len(classes) == 2 else None
        if number is None:
            notes.append(f"“{name}” says of no class what its probability is.")
        else:
            columns.setdefault(number, values)
    if not columns:
        return None
    for name in (name for _, name in model.probabilities):
        values = held.data[name]
        if not isinstance(values, Category) and (outside := sum(over_parts(_outside, values))):
            notes.append(f"{said_of(outside, 'has', 'have')} a “{name}” that is no probability, outside 0 to 1.")
    if len(classes) == 2:
        return columns[1] if 1 in columns else over_rows(lambda part: 1 - part, columns[0])
    missing = [number for number in range(len(classes)) if number not in columns]
    if len(missing) == 1:
        columns[missing[0]] = over_rows(_left_over, *columns.values())
    elif missing:
        names = ", ".join(f"“{classes[number]}”" for number in missing[:5])
        notes.append(f"“{model.name}” gives {names} no probability: counted as 0.")
    matrix = empty((len(classes), held.rows), np.float32)
    for number in range(len(classes)):
        matrix[number] = columns.get(number, 0)
    return matrix.T


def _left_over(*parts: Array) -> Any:
    return 1 - np.sum(parts, 0, dtype=np.float64).astype(np.float32)


def _outside(part: Array) -> int:
    return int(((part < 0) | (part > 1)).sum())


def _numbers(held: Held, model: Model) -> Said:
    values = held.data[model.prediction] if model.prediction else None
    return Said(None if isinstance(values, Category) else values, None)


def _numbered(values: Data, keys: dict[str, int]) -> Array:
    """Numbers of classes, float32 (n,); NaN for a null and for what is no class."""
    if isinstance(values, Category):
        place_of = np.full(len(values.categories) + 1, np.nan, np.float32)
        for code, name in enumerate(values.categories):
            place_of[code] = keys.get(key_of(name), np.nan)
        count = len(values.categories)
        return over_rows(lambda codes: place_of[category_codes(codes, count)], values.codes)
    known = distinct(values, 10 * MOST_CLASSES)
    if known is None:  # a model's, of more values than there are classes
        known = np.array(sorted({value for value in map(number_of, keys) if value is not None}), values.dtype)
    numbers = np.array([*(keys.get(key_of(written(float(value))), np.nan) for value in known), np.nan], np.float32)

    def numbered(part: Array) -> Array:
        place = np.minimum(np.searchsorted(known, part), len(known) - 1)
        found: Array = numbers[np.where(known[place] == part, place, len(known))]
        return found

    return over_rows(numbered if len(known) else lambda part: np.full(len(part), np.nan), values)
