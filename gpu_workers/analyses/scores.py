"""Scores of single rows: how far a model is from the truth in each.

All take columns of n rows of NumPy or CuPy (or lists) and return float32 (n,) of the same library; they compute in
the wider of the inputs' types. A row with a null (NaN, or a class that does not exist) scores NaN. Lower is better
for all but `margin`, whose sign says right or wrong, and `signed_error`, which has no better side.

Classes are whole numbers from 0. A probability is (n,), that of class 1 of two, or (n, classes); columns that lie in
memory one after the other are passed as `numpy.stack(columns).T`, without a copy. Logarithms are natural.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import device
from .arrays import Array, floats, namespace, on_device, same_length
from .blocks import over_rows

CLIP = 1e-15
"""Probabilities are kept this far from 0 and 1 before their logarithm is taken, as Manifold does."""


def signed_error(target: Any, prediction: Any) -> Array:
    """prediction − target, in the target's unit: above 0 the model says too much."""
    return _over_rows("signed_error", lambda true, said: said - true, floats(target), floats(prediction))


def absolute_error(target: Any, prediction: Any) -> Array:
    """|prediction − target|, in the target's unit."""
    return _over_rows("absolute_error", lambda true, said: abs(said - true), floats(target), floats(prediction))


def squared_error(target: Any, prediction: Any) -> Array:
    """(prediction − target)², in the square of the target's unit."""
    return _over_rows("squared_error", lambda true, said: (said - true) ** 2, floats(target), floats(prediction))


def log_loss(target: Any, probability: Any) -> Array:
    """−ln of the probability that the model gave to the true class, in nats: 0 to 34.5 (see CLIP).

    target: (n,) classes; probability: (n,) or (n, classes). The mean over rows is scikit-learn's `log_loss` of
    float64 probabilities, but for its narrower clip.
    """
    target, probability = floats(target), floats(probability)
    xp = namespace(target, probability)
    return _over_rows(
        "log_loss",
        lambda true, said: -xp.log(xp.clip(_of_true_class(true, said), CLIP, 1.0)),
        target,
        probability,
    )


def brier_score(target: Any, probability: Any) -> Array:
    """The squared distance between the probabilities and the truth (Brier 1950).

    (n,): (p − y)², 0 to 1, as scikit-learn's `brier_score_loss`. (n, classes): the sum over the classes, 0 to 2, as
    Brier wrote it; for two classes that is twice the binary form.
    """
    target, probability = floats(target), floats(probability)
    xp = namespace(target, probability)

    def binary(true: Array, said: Array) -> Any:
        return xp.where((true == 0) | (true == 1), (said - true) ** 2, xp.nan)

    def multiclass(true: Array, said: Array) -> Any:
        return (said * said).sum(1) - 2 * _of_true_class(true, said) + 1

    return _over_rows("brier_score", binary if probability.ndim == 1 else multiclass, target, probability)


def predicted_class(probability: Any, threshold: float = 0.5) -> Array:
    """The class that a model decides for, float32 (n,): 1 from `threshold` on, or the likeliest, the first of equals.

    probability: (n,) or (n, classes). NaN where a probability is NaN.
    """
    probability = floats(probability)
    xp = namespace(probability)
    if probability.ndim == 1:
        return over_rows(lambda said: xp.where(xp.isnan(said), xp.nan, said >= threshold), probability)
    return over_rows(lambda said: xp.where(xp.isnan(said).any(1), xp.nan, said.argmax(1)), probability)


def zero_one(target: Any, prediction: Any) -> Array:
    """1 where the predicted class is not the true one, else 0. prediction: (n,) classes, see `predicted_class`."""
    target, prediction = floats(target), floats(prediction)
    xp = namespace(target, prediction)
    return _over_rows(
        "zero_one",
        lambda true, said: xp.where(xp.isnan(true) | xp.isnan(said), xp.nan, true != said),
        target,
        prediction,
    )


def margin(target: Any, probability: Any) -> Array:
    """The true class's probability less the greatest of the others, −1 to 1; below 0 the decision is wrong."""
    target, probability = floats(target), floats(probability)
    xp = namespace(target, probability)

    def multiclass(true: Array, said: Array) -> Any:
        others = xp.where(xp.arange(said.shape[1]) == true[:, None], -xp.inf, said)
        return _of_true_class(true, said) - others.max(1)

    def binary(true: Array, said: Array) -> Any:
        return 2 * _of_true_class(true, said) - 1

    return _over_rows("margin", binary if probability.ndim == 1 else multiclass, target, probability)


def entropy(probability: Any) -> Array:
    """How undecided the model is: −Σ p ln p, in nats, 0 to ln(classes); 0 ln 0 is 0 (Shannon 1948)."""
    probability = floats(probability)
    xp = namespace(probability)

    def term(said: Array) -> Any:
        return xp.where(said == 0, 0.0, -said * xp.log(said))

    def binary(_: Array, said: Array) -> Any:
        return term(said) + term(1 - said)

    if probability.ndim == 1:
        return _over_rows("entropy", binary, probability, probability)
    return over_rows(lambda said: term(said).sum(1), probability)


def _over_rows(name: str, function: Callable[[Array, Array], Any], target: Array, said: Array) -> Array:
    """`over_rows`; on a device one kernel where both are (n,), which is the function's twin, by the score's name."""
    if said.ndim > 1 or not on_device(said) or not on_device(target):
        return over_rows(function, target, said)
    same_length(target, said)
    kind = np.result_type(target.dtype, said.dtype)
    return device.score(name, target.astype(kind, copy=False), said.astype(kind, copy=False), CLIP)


def _of_true_class(true: Array, said: Array) -> Any:
    """The probability of the true class, (n,); NaN where there is no such class."""
    xp = namespace(true, said)
    if said.ndim == 1:
        return xp.where(true == 1, said, xp.where(true == 0, 1 - said, xp.nan))
    exists = (true >= 0) & (true < said.shape[1]) & (true == xp.floor(true))
    place = xp.where(exists, true, 0).astype(xp.intp)
    return xp.where(exists, said[xp.arange(len(said)), place], xp.nan)
