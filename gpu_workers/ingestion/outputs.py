"""Which columns are what models said. See `roles` for the rules."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gpu_workers.protocol.datasets import Kind, Role

from .candidate import Candidate

UNNAMED = "model"
_PREDICTION = r"y_?pred(?:icted|iction)?|pred(?:ict|icted|iction)?s?|y_?hat|fitted|scored_labels?"
_PROBABILITY = (
    r"(?:y_|pred_|predicted_|prediction_)?prob(?:a|s|ability|abilities)?|prob_pred|p_?hat|softmax|scored_probabilit(?:y|ies)"
    r"|(?:pred|predicted|prediction)_scores?"
)
_DOUBTFUL = r"p|(?:y_)?scores?"
"""Names that much else has: they are taken where what stands beside them is a model or a class."""
_GLUED = re.compile(
    r"^(y_pred|y_prob|pred|prediction|predicted|proba?|probability|score|yhat)(?=[A-Z0-9])|^(p)(?=\d+$)"
)
_GLUED_END = re.compile(r"(?<=[a-z0-9])(?=(?:Pred|Prediction|Predicted|Proba?|Probability|Score)$)")
_IDLE = {"label", "labels", "class", "classes", "target", "value", "values", "outcome", "output", "result", "y", "for"}
_MODEL = re.compile(
    r"[a-z]|m(?:odel|dl)?_?[a-z0-9]{0,3}|model.*|v\d+(?:_\d+)*|x?gb(?:m|t|c|r|oost)?|lgbm?|lightgbm|cat_?boost|rf|forest"
    r"|random_forest|trees?|dt|lr|log_?reg|logistic|svm|svc|knn|nb|nn|mlp|dnn|cnn|rnn|lstm|gru|net|\w*net[\w]*|vit\w*"
    r"|\w*bert\w*|gpt\w*|llm\w*|llama\w*|transformer|ensemble|baseline|champion|challenger|old|new|ai|cad|ridge|lasso"
)
_P_VALUES = {"p_value", "p_val", "p_values"}


@dataclass(frozen=True)
class Output:
    """What a column is taken for. of_class: "" for the positive class of a model's only probability."""

    role: Role
    model: str
    of_class: str = ""


def foretold(candidates: Sequence[Candidate]) -> list[tuple[Candidate, str]]:
    """Columns whose name says prediction, each with what the name says beside that, as names are compared."""
    found = []
    for each in candidates:
        rest = _without(each.name, _PREDICTION)
        if rest is not None and _can_be(each):
            found.append((each, _joined(rest).casefold()))
    return found


def outputs_of(candidates: Sequence[Candidate], truth: Candidate | None) -> dict[str, Output]:
    """By the column's name. No two of them are the same, and a model with several probabilities has their classes."""
    names = _Names(truth)
    taken: dict[str, Output] = {}
    numbered: list[tuple[Candidate, list[str], int]] = []
    others = [each for each in candidates if each is not truth and _can_be(each)]
    for each in others:
        rest = _without(each.name, _PROBABILITY)
        if rest is not None and each.within(0, 1):
            number = _number(rest)
            model, of_class = names.parted(rest)
            if number is not None and not of_class:
                numbered.append((each, rest, number))
            elif of_class or names.binary:
                taken[each.name] = Output(Role.PROBABILITY, model, of_class)
            continue
        rest = _without(each.name, _PREDICTION)
        if rest is not None:
            taken[each.name] = _prediction(each, rest, names)
    known = {output.model.casefold() for output in taken.values()}
    for each in others:
        rest = _without(each.name, _DOUBTFUL)
        if each.name in taken or rest is None or not each.within(0, 1) or each.plain in _P_VALUES:
            continue
        number, (model, of_class) = _number(rest), names.parted(rest)
        if number is not None and not of_class:
            numbered += [(each, rest, number)] if truth is not None or taken else []
        elif of_class:
            taken[each.name] = Output(Role.PROBABILITY, model, of_class)
        elif names.binary and _may_be_either(each) and ((not rest and truth) or _is_model(model, known)):
            taken[each.name] = Output(Role.PROBABILITY, model)
    taken |= names.by_number(numbered)
    if truth is not None:
        taken |= names.by_class([each for each in others if each.name not in taken])
    return dict(_apart(taken, candidates))


class _Names:
    """What a column's name can mean, beside a truth of these classes."""

    def __init__(self, truth: Candidate | None) -> None:
        top = () if truth is None or not truth.values else truth.facts.top
        self._classes = {count.value.casefold(): count.value for count in top}
        self._truth = "" if truth is None else truth.plain
        self.binary = truth is None or truth.facts.distinct <= 2

    def parted(self, rest: list[str]) -> tuple[str, str]:
        """Model and class: the class is the longest end that is one of the truth's values."""
        for start in range(len(rest)):
            for joint in ("_", " ", "-", ""):
                named = joint.join(rest[start:]).casefold()
                for said in (named, named.removeprefix(self._truth).strip("_ -"), _bare(named)):
                    if said in self._classes:
                        return self.model(rest[:start]), self._classes[said]
        return self.model(rest), ""

    def model(self, parts: list[str]) -> str:
        """What is left of them as a model's name: words such as “class” and the truth's own say nothing."""
        if _joined(parts).casefold() == self._truth:
            return UNNAMED
        told = [part for part in parts if part.casefold() not in _IDLE]
        if self._truth and len(told) > 1:
            told = [part for part in told if part.casefold() != self._truth]
        return _joined(told) or UNNAMED

    def by_number(self, numbered: Sequence[tuple[Candidate, list[str], int]]) -> dict[str, Output]:
        """Where a model has a column for each class, in their order; else what is numbered are models."""
        groups: dict[str, list[tuple[Candidate, int]]] = {}
        for each, rest, number in numbered:
            begin = rest[:-1] if _bare(rest[-1].casefold()) == rest[-1].casefold() else []
            groups.setdefault(self.model(begin), []).append((each, number))
        classes, found = sorted(self._classes.values(), key=_as_number), dict[str, Output]()
        for model, members in groups.items():
            numbers = sorted(number for _, number in members)
            first = numbers[0]
            in_turn = len(members) > 1 and first in (0, 1) and numbers == list(range(first, first + len(numbers)))
            for each, number in members:
                if in_turn and len(members) == len(classes):
                    found[each.name] = Output(Role.PROBABILITY, model, classes[number - first])
                elif in_turn and first == 0 and not classes:
                    found[each.name] = Output(Role.PROBABILITY, model, str(number))
                elif self.binary:
                    name = str(number) if model == UNNAMED else f"{model}_{number}"
                    found[each.name] = Output(Role.PROBABILITY, name)
        return found

    def by_class(self, rest: Sequence[Candidate]) -> dict[str, Output]:
        """Columns that are called as the classes are, one for each."""
        named = {each.name.casefold(): each for each in rest if each.within(0, 1)}
        measured = any(each.facts.distinct > 2 for each in named.values())
        if not self._classes or not measured or not self._classes.keys() <= named.keys():
            return {}
        return {
            named[plain].name: Output(Role.PROBABILITY, UNNAMED, of_class) for plain, of_class in self._classes.items()
        }


def _prediction(each: Candidate, rest: list[str], names: _Names) -> Output:
    """A prediction; a probability where a number between 0 and 1 is said of a class, or of two classes."""
    measured = each.within(0, 1) and each.facts.distinct > 2
    model, of_class = names.parted(rest)
    if measured and of_class:
        return Output(Role.PROBABILITY, model, of_class)
    if measured and names.binary and names._classes:
        return Output(Role.PROBABILITY, model)
    return Output(Role.PREDICTION, names.model(rest))


def _apart(taken: dict[str, Output], candidates: Sequence[Candidate]) -> Iterator[tuple[str, Output]]:
    """In the columns' order, without those that are taken twice, and those of no class where a model tells its own."""
    seen = set[Output]()
    ordered = [(each.name, taken[each.name]) for each in candidates if each.name in taken]
    counts = Counter(output.model for _, output in ordered if output.role is Role.PROBABILITY and output.of_class)
    for name, output in ordered:
        silent = output.role is Role.PROBABILITY and not output.of_class and counts[output.model]
        if output not in seen and not silent:
            seen.add(output)
            yield name, output


def _can_be(each: Candidate) -> bool:
    return each.kind in (Kind.NUMBER, Kind.BOOLEAN, Kind.CATEGORY) and each.known > 0


def _may_be_either(each: Candidate) -> bool:
    """Not what a model says of its own answer, which is never below a half where there are two."""
    return each.facts.low is not None and each.facts.low < 0.5 and not each.whole


def _is_model(name: str, known: set[str]) -> bool:
    return name.casefold() in known or _MODEL.fullmatch(name.casefold()) is not None


def _without(name: str, word: str) -> list[str] | None:
    """What the name has beside the word at its beginning or end, else between; None where it has not the word."""
    apart = _GLUED_END.sub("_", _GLUED.sub(lambda found: f"{found[0]}_", name))
    parts = [part for part in re.split(r"[\s_:.\-/|()]+", apart) if part]
    spans = [(start, count) for count in (3, 2, 1) for start in (0, len(parts) - count) if start >= 0]
    if word != _DOUBTFUL:
        spans += [(start, count) for count in (2, 1) for start in range(1, len(parts) - count)]
    for start, count in spans:
        if re.fullmatch(word, "_".join(parts[start : start + count]), re.I):
            return parts[:start] + parts[start + count :]
    return None


def _number(rest: list[str]) -> int | None:
    """Of a name that ends with a number alone, or with “class” and one."""
    bare = _bare(rest[-1].casefold()) if rest else ""
    return int(bare) if bare.isdecimal() and len(bare) < 4 else None


def _bare(name: str) -> str:
    """Without “class” before it."""
    return name.removeprefix("class").strip("_ -")


def _joined(parts: list[str]) -> str:
    return "_".join(parts)


def _as_number(value: str) -> tuple[float, str]:
    try:
        return float(value), value
    except ValueError:
        return 0.0, value
