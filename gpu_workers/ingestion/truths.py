"""Which column is the truth that models are held against. See `roles` for the rules."""

import re
from collections.abc import Iterator, Sequence

from gpu_workers.protocol.datasets import Kind

from .candidate import Candidate

_SAID = r"(?:true|actual|real|observed|gold|gt|reference)"
_WHAT = r"(?:labels?|class(?:es)?|values?|y|targets?|outcome|category|diagnosis|finding)"
_TRUTHS = re.compile(
    rf"y_?true|truth|ground_?truth|{_SAID}_{_WHAT}|{_WHAT}_{_SAID}|gt|gold(?:_standard)?|reference_standard|actuals?"
)
_LABELS = re.compile(r"labels?|targets?|class_label|target_(?:class|value|variable|label)")
_COPIES = re.compile(r"(?:label|target|class)_(?:texts?|names?|str|string|ids?|idx|code|enc|encoded)")
_BESIDE_A_PREDICTION = {"obs", "observed", "expected"}
_OUTCOMES = {
    "outcome", "outcomes", "diagnosis", "dx", "finding", "expected", "survived", "churn", "churned", "exited", "death",
    "species", "sentiment", "readmitted", "is_fraud", "isfraud", "fraud", "died", "deceased", "mortality", "malignant",
    "hospital_expire_flag", "heartdisease", "heart_disease", "default_payment_next_month", "loan_status",
}  # fmt: skip
_MEASURED = {"saleprice", "sale_price", "medv", "medhouseval", "median_house_value"}
_PERHAPS = {"class", "response", "quality"}
_CLASSES = 50


def truth_of(candidates: Sequence[Candidate], foretold: Sequence[tuple[Candidate, str]]) -> Candidate | None:
    """foretold: columns that hold predictions, each with what its name says beside that."""
    for fitting in _in_turn(candidates, foretold):
        if fitting is not None:
            return fitting
    return None


def copies_of(truth: Candidate, candidates: Sequence[Candidate]) -> set[str]:
    """Names of columns that say the same once more: as features they would explain every mistake."""
    named = (_TRUTHS, _LABELS, _COPIES)
    return {each.name for each in candidates if each is not truth and any(one.fullmatch(each.plain) for one in named)}


def _in_turn(candidates: Sequence[Candidate], foretold: Sequence[tuple[Candidate, str]]) -> Iterator[Candidate | None]:
    predictions = {each.name for each, _ in foretold}
    able = [
        each
        for each in candidates
        if each.kind in (Kind.NUMBER, Kind.BOOLEAN, Kind.CATEGORY)
        and each.facts.distinct > 0
        and each.name not in predictions
    ]
    yield next((each for each in able if _TRUTHS.fullmatch(each.plain)), None)
    yield next((each for each in able if _LABELS.fullmatch(each.plain)), None)
    yield next((each for each in able if each.plain == "y"), None)
    if foretold:
        yield next((each for each in able if each.plain in _BESIDE_A_PREDICTION), None)
        objects = {what for _, what in foretold if len(what) > 1}
        yield _only([each for each in able if each.plain in objects])
    yield _only([each for each in able if (each.plain in _OUTCOMES and _of_classes(each)) or each.plain in _MEASURED])
    yield _only([each for each in able if each.plain in _PERHAPS and _of_classes(each)])
    told = {each.values for each, _ in foretold if each.is_text and each.values}
    yield _only([each for each in able if each.is_text and each.values in told])


def _of_classes(each: Candidate) -> bool:
    few = 2 <= each.facts.distinct <= _CLASSES
    return few and (each.kind is not Kind.NUMBER or each.whole)


def _only(found: Sequence[Candidate]) -> Candidate | None:
    return found[0] if len(found) == 1 else None
