"""The score of each row for each model of a view, coded once, so that every regrouping is a count."""

from dataclasses import dataclass

import numpy as np

from gpu_workers.analyses import (
    Category,
    CodedScores,
    ExpressionError,
    absolute_error,
    brier_score,
    coded_scores,
    entropy,
    expression,
    log_loss,
    margin,
    signed_error,
    squared_error,
    zero_one,
)
from gpu_workers.analyses.arrays import Array, Counts, Floats, namespace
from gpu_workers.analyses.blocks import over_parts, over_rows
from gpu_workers.analyses.edges import finite_range, uniform_edges

from .bins import OUTLYING, inner_range
from .failure import BadQuestion
from .held import Held
from .loading import listed
from .truth import Said, Truth

OF_NUMBERS = {"absolute_error": absolute_error, "squared_error": squared_error, "signed_error": signed_error}
OF_PROBABILITIES = {"log_loss": log_loss, "brier": brier_score}
WORDS = {
    "absolute_error": "absolute error",
    "squared_error": "squared error",
    "signed_error": "signed error",
    "log_loss": "log loss",
    "brier": "Brier score",
    "zero_one": "0/1 loss",
    "margin": "margin",
    "entropy": "entropy",
}
EXPRESSION = "="
SHOWN = 64
"""Bins of a score to look at."""
FINER = 16
"""Of each of them so many, for the quartiles."""
BEYOND = 1024
"""Bins beyond the range that is looked at."""


def scores_of(truth: Truth, model: Said) -> list[str]:
    """The scores that a model can have, the usual one first."""
    if truth.task == "regression":
        return list(OF_NUMBERS) if truth.labelled and model.prediction is not None else []
    if truth.task == "none":
        return []
    if not truth.labelled:
        return [] if model.probability is None else ["entropy"]
    if model.probability is None:
        return ["zero_one"]
    return [*OF_PROBABILITIES, "zero_one", "margin", "entropy"]


def chosen(truth: Truth, models: tuple[str, ...], score: str) -> tuple[tuple[str, ...], str, list[str]]:
    """The models and the score of a view where some were left open, and sentences about models that it lacks.

    A score of "": there is none. BadQuestion: no such model, no such score, or not of a model that was named.
    """
    unknown = [name for name in models if name not in truth.models]
    if unknown:
        there = listed(list(truth.models)) if truth.models else "none whose answers can be judged"
        raise BadQuestion(f"There is no model {listed(unknown)}; there is {there}.")
    if len(set(models)) < len(models):
        raise BadQuestion("A model is named twice.")
    names = models or tuple(truth.models)
    if score.startswith(EXPRESSION):
        return names, score, []
    can = {name: scores_of(truth, truth.models[name]) for name in names}
    if not score:
        shared = [one for one in next(iter(can.values()), []) if all(one in others for others in can.values())]
        if not shared:
            return (), "", []
        return names, shared[0], []
    if score not in WORDS:
        raise BadQuestion(f"There is no score “{score}”; there are {', '.join(WORDS)}, or “= ” and an expression.")
    lacking = [name for name in names if score not in can[name]]
    if lacking and (models or len(lacking) == len(names)):
        why = _why(truth, score)
        raise BadQuestion(f"{WORDS[score].capitalize()} cannot be told of {listed(lacking) or 'no model'}: {why}")
    left = tuple(name for name in names if name not in lacking)
    if not left:
        raise BadQuestion(f"There is no model to score. {_why(truth, score)}")
    notes = [f"Without {listed(lacking)}: {_why(truth, score)}"] if lacking else []
    return left, score, notes


def _why(truth: Truth, score: str) -> str:
    if not truth.labelled and score != "entropy":
        return "no column is the label. Set the roles of the columns on the dataset's page."
    if score in OF_NUMBERS:
        return "it needs labels and predictions that are numbers."
    if truth.task == "regression":
        return "it needs classes, and the labels are numbers."
    return "it needs columns with the probabilities of the model."


def lower_is_better(score: str) -> bool:
    return score != "margin"


def badness(score: str, values: Array) -> Array:
    """values of a score, turned so that greater is worse."""
    if score == "margin":
        return over_rows(lambda part: -part, values, dtype=values.dtype)
    return over_rows(abs, values, dtype=values.dtype) if score == "signed_error" else values


def score_of(held: Held, truth: Truth, model: str, score: str) -> Array:
    """float32 (n,), NaN for a row that has none. BadQuestion: an expression that does not fit."""
    key = (model, score, truth.positive)
    return held.kept.get("score", key, lambda: _score(held, truth, truth.models[model], score))


def _score(held: Held, truth: Truth, said: Said, score: str) -> Array:
    if score.startswith(EXPRESSION):
        return _expressed(held, truth, said, score.removeprefix(EXPRESSION).strip())
    if score == "entropy":
        return entropy(said.probability)
    if score in OF_NUMBERS:
        return OF_NUMBERS[score](truth.target, said.prediction)
    if score == "zero_one":
        return zero_one(truth.target, said.prediction)
    of_probability = margin if score == "margin" else OF_PROBABILITIES[score]
    return of_probability(truth.target, said.probability)


def _expressed(held: Held, truth: Truth, said: Said, text: str) -> Array:
    """Columns by name; of two classes label and prediction are 1 for the positive one, and probability is its; of more
    they are the classes' numbers, and probability is that of the true class. Booleans are 1 and 0."""
    try:
        read = expression(text)
    except ExpressionError as error:
        raise BadQuestion(
            f"The score cannot be read: {error} (how scores are written: /docs/questions/#a-score-of-your-own)"
        ) from None
    columns: dict[str, Array] = {}
    for name in read.columns:
        if name == "label":
            columns[name] = _needed(truth.target, "There is no label for the score to use.")
        elif name == "prediction":
            columns[name] = _needed(said.prediction, "A model has no prediction for the score to use.")
        elif name == "probability":
            columns[name] = _of_truth(truth, _needed(said.probability, "A model has no probability for the score."))
        else:
            columns[name] = _numbers(held, name)
    try:
        return read(columns)
    except ValueError as error:
        raise BadQuestion(f"The score cannot be computed: {error}") from None


def _needed(values: Array | None, sentence: str) -> Array:
    if values is None:
        raise BadQuestion(sentence)
    return values


def _of_truth(truth: Truth, probability: Array) -> Array:
    if probability.ndim == 1:
        return probability
    target = _needed(truth.target, "There is no label, so no true class whose probability the score could use.")
    xp = namespace(target)

    def of_true(true: Array, said: Array) -> Array:
        place = xp.where(xp.isnan(true), 0, true).astype(xp.intp)
        found: Array = xp.where(xp.isnan(true), xp.float32(xp.nan), said[xp.arange(len(place)), place])
        return found

    return over_rows(of_true, target, probability)


def _numbers(held: Held, name: str) -> Array:
    if name not in held.data:
        raise BadQuestion(f"The score names a column “{name}”, which is not there, or a vector.")
    values: Array | Category = held.there(name)
    if not isinstance(values, Category):
        return values
    if held.by_name[name].kind != "boolean":
        raise BadQuestion(f"The score names the column “{name}”, which holds no numbers.")
    xp = namespace(values.codes)
    return over_rows(lambda codes: xp.where(codes > 1, xp.nan, codes), values.codes)


@dataclass(frozen=True, eq=False)
class Scored:
    """The scores of a view's models. edges: of the shown bins, (m + 1,). place: of each fine bin the shown one, m for
    those above. least, greatest: of all that are finite."""

    score: str
    models: tuple[str, ...]
    coded: CodedScores
    edges: Floats
    place: Counts
    least: float
    greatest: float


def scored(held: Held, truth: Truth, models: tuple[str, ...], score: str) -> Scored:
    """models: at least one."""
    key = (models, score, truth.positive)
    return held.kept.get("scored", key, lambda: _scored(held, truth, models, score), most=4)


def _scored(held: Held, truth: Truth, models: tuple[str, ...], score: str) -> Scored:
    values = [score_of(held, truth, model, score) for model in models]
    ranges = [finite_range(one) for one in values]
    least, greatest = min(low for low, _ in ranges), max(high for _, high in ranges)
    if score == "zero_one":
        shown = fine = uniform_edges(-0.5, 1.5, 2)
    else:
        shown, fine = _edges(values, least, greatest)
    place = np.clip(np.searchsorted(shown, fine[:-1], side="right") - 1, 0, len(shown) - 1)
    return Scored(score, models, coded_scores(values, fine), shown, place, least, greatest)


def _edges(values: list[Array], least: float, greatest: float) -> tuple[Floats, Floats]:
    """Of the bins to look at, from 0 or the least to the greatest score or, where that is far out, to a round number
    short of it; and of the finer ones, which reach from the least to the greatest."""
    if not least < greatest:
        edges = uniform_edges(least, greatest, SHOWN)
        return edges, uniform_edges(least, greatest, SHOWN * FINER)
    inner = [inner_range(one, 0.01) for one in values if any(over_parts(_any_finite, one))]
    low, high = min(low for low, _ in inner), max(high for _, high in inner)
    far = OUTLYING * max(high - low, 1e-300)
    high = greatest if greatest - low <= far else _round_up(high, high - low)
    low = least if high - least <= far else low
    if 0 <= low < 0.1 * high:
        low = 0.0
    if not low < high:  # nearly all are the same
        low, high = least, greatest
    middle = np.linspace(low, high, SHOWN * FINER + 1)
    below = [np.linspace(least, low, BEYOND // 4, endpoint=False)] if least < low else []
    above = [np.linspace(high, greatest, BEYOND + 1)[1:]] if greatest > high else []
    fine = np.unique(np.concatenate([*below, middle, *above]))
    if not (np.diff(middle) > 0).all():
        edges = uniform_edges(least, greatest, SHOWN)
        return edges, edges
    return middle[::FINER], fine


def _any_finite(part: Array) -> bool:
    return bool(namespace(part).isfinite(part).any())


def _round_up(value: float, span: float) -> float:
    step = 10 ** np.floor(np.log10(span)) / 20
    return float(np.ceil(value / step) * step)
