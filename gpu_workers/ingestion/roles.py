"""What each column is probably for, by its name and its values. People correct it; so a doubtful column is a feature.

Upper and lower case, spaces, dots and dashes are told apart from nothing. What a table can have once is guessed once.

- label (`truths`), the first that is there of: y_true, ground_truth, true_label and their kin; label, target; y; what
  a prediction is named after (price beside price_pred); the only outcome, diagnosis, finding, survived, churn, species
  and the like, where it has few values; the only class or quality; the only category with just the values of a
  prediction. Other columns of the first two kinds, and label_text and its kin, are ignore: they say the label again.
- prediction of a model (`outputs`): prediction:A, prediction_A, predA, predicted_A, yhat_A, y_pred_A, A_pred, fitted;
  where the name has no more than that, or the label's name, the model is called "model". Numbers between 0 and 1 are
  its probability where the label has two classes.
- probability: as a prediction with probability, proba, prob, softmax; a number from 0 to 1. p and score count where a
  model's usual name, a class or a model that is known stands beside them (p_modelA, xgb_score), or nothing. What
  follows the model is the class, where it is one of the label's values: prob_A_malignant; by its place in their order
  where a model has a column for each: proba_0, proba_1. So are columns that are called as all the classes are.
- weight: sample_weight, case_weight and the like, not negative; weight alone, which may be a person's, where its mean
  is about 1.
- group: group, subgroup, cohort, split, fold, stratum. lat, lon: lat, latitude and lon, lng, long, longitude, both
  there, of degrees, also with the same word before them where there is one pair.
- id: id, uuid, index, row, mrn, accession or ending in _id, and a value of its own in each row; also a first column of
  short text with a value of its own in each of 20 rows or more, or of numbers that number the rows. Further ones, ids
  that repeat with many values, and text that nearly every row has its own of, are ignore.

By values: the first column of times is time, and seconds since 1970 under such a name; vectors embedding, pictures and
text that names pictures, sounds or films media. Free text and columns without a value are ignore.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from gpu_workers.protocol.datasets import Column, Kind, Role

from .candidate import Candidate
from .outputs import Output, foretold, outputs_of
from .truths import copies_of, truth_of

__all__ = ["Candidate", "guessed"]

_GROUPS = {
    "group", "groups", "subgroup", "cohort", "split", "set", "subset", "partition", "fold", "folds", "cv_fold", "kfold",
    "stratum", "strata",
}  # fmt: skip
_WEIGHTS = re.compile(r"(?:sample|case|row|instance|observation|obs|survey|sampling|class)_?weights?|fnlwgt|ipt?w|iptw")
_LATITUDE, _LONGITUDE = re.compile(r"(?:(.*)_)?lat(?:itude)?"), re.compile(r"(?:(.*)_)?(?:lon|lng|long|longitude)")
_IDS = re.compile(
    r"(?:.*_)?(?:id|uuid|guid|uid)|index|idx|row|row_?(?:number|names?|nr|num|index)|unnamed_\d+(?:_\d+)*|index_level_\d+"
    r"|mrn|accession|(?:accession|case|serial|order|record)_(?:number|no|nr)|key|pk|hash|md5|sha256|patient|subject"
)
_CAMEL_ID = re.compile(r"(?:^|.*[a-z0-9])U?I[dD]$")
_COUNTED = {"day", "step", "epoch", "t", "time", "week", "month", "year", "iteration", "dose", "age", "rank", "hour"}
_MOMENTS = re.compile(r"(?:.*_)?(?:timestamp|time_stamp|unix_?time|unixtimestamp|epoch)(?:_m?s)?|ts")
_EPOCHS = ((1e8, 4e9), (1e11, 4e12))  # seconds and milliseconds since 1970, of the years 1973 to 2096
_BIRTH = re.compile(r"birth|(?:^|_)dob(?:_|$)")
_NAMED_ROWS = 20
"""Rows from which on text that is different in each is an id, and no feature of few rows."""
_MANY = 50
"""Values of an id that repeats, from which on it tells rows apart and not kinds of rows."""


def guessed(candidates: Sequence[Candidate]) -> Iterator[Column]:
    """The columns, in their order, each with its role."""
    truth = truth_of(candidates, foretold(candidates))
    given: dict[str, Output] = outputs_of(candidates, truth)
    roles: dict[str, Role] = {}
    if truth is not None:
        roles = dict.fromkeys(copies_of(truth, candidates) - given.keys(), Role.IGNORE) | {truth.name: Role.LABEL}
    roles |= _placed(candidates)
    for role in (Role.TIME, Role.WEIGHT, Role.ID):
        free = [each for each in candidates if each.name not in roles and each.name not in given]
        first = next((each for each in free if _ONCE[role](each, candidates)), None)
        if first is not None:
            roles[first.name] = role
    for each in candidates:
        column = Column(each.name, each.kind, Role.FEATURE, facts=each.facts)
        output = given.get(each.name)
        if each.name in roles:
            yield replace(column, role=roles[each.name])
        elif output is not None:
            yield replace(column, role=output.role, model=output.model, of_class=output.of_class)
        else:
            yield replace(column, role=_role(each))


def _role(each: Candidate) -> Role:
    """Of what a table may have many of."""
    if not each.known:
        return Role.IGNORE
    if each.kind is Kind.VECTOR:
        return Role.EMBEDDING
    if each.kind is Kind.IMAGE or each.names_media:
        return Role.MEDIA
    if each.plain in _GROUPS and each.facts.distinct <= 1000:
        return Role.GROUP
    return Role.IGNORE if each.kind is Kind.TEXT or _tells_rows_apart(each) else Role.FEATURE


def _tells_rows_apart(each: Candidate) -> bool:
    if each.kind is Kind.CATEGORY and each.known >= _NAMED_ROWS:
        return each.facts.distinct >= each.known * 0.9 or (_is_named_id(each) and each.facts.distinct >= _MANY)
    return each.kind is Kind.NUMBER and each.whole and _is_named_id(each) and each.facts.distinct >= _MANY


def _is_time(each: Candidate, candidates: Sequence[Candidate]) -> bool:
    """The first time that is no date of birth, or such a number where the table has no time."""
    if each.kind is Kind.TIME:
        return each.known > 0 and (
            not _BIRTH.search(each.plain) or sum(one.kind is Kind.TIME for one in candidates) == 1
        )
    if not _MOMENTS.fullmatch(each.plain) or not any(each.within(*epoch) for epoch in _EPOCHS):
        return False
    return all(one.kind is not Kind.TIME for one in candidates)


def _is_weight(each: Candidate, candidates: Sequence[Candidate]) -> bool:
    if not each.within(0, float("inf")):
        return False
    mean = each.facts.mean or 0.0
    about_one = 0.5 <= mean <= 1.5 and each.facts.distinct > 1
    return _WEIGHTS.fullmatch(each.plain) is not None or (each.plain in ("weight", "weights") and about_one)


def _is_id(each: Candidate, candidates: Sequence[Candidate]) -> bool:
    if not each.unique:
        return False
    first = each is candidates[0]
    if each.kind is Kind.NUMBER:
        return (each.whole and _is_named_id(each)) or (first and _numbers_rows(each))
    shortish = all(len(top.value) <= 40 and "{" not in top.value for top in each.facts.top)
    return (
        each.is_text
        and not each.names_media
        and (_is_named_id(each) or (first and shortish and each.rows >= _NAMED_ROWS))
    )


_ONCE = {Role.TIME: _is_time, Role.WEIGHT: _is_weight, Role.ID: _is_id}


def _is_named_id(each: Candidate) -> bool:
    return _IDS.fullmatch(each.plain) is not None or _CAMEL_ID.match(each.name) is not None


def _numbers_rows(each: Candidate) -> bool:
    low, high = each.facts.low, each.facts.high
    counts = each.whole and low in (0, 1) and high == each.rows - 1 + low
    return counts and each.plain not in _COUNTED and each.rows >= 3


def _placed(candidates: Sequence[Candidate]) -> dict[str, Role]:
    """Latitude and longitude, where there is one pair of them."""
    pairs: dict[str, tuple[Candidate, Candidate]] = {}
    for each in candidates:
        lat = _LATITUDE.fullmatch(each.plain)
        if lat is not None and each.within(-90, 90):
            for other in candidates:
                lon = _LONGITUDE.fullmatch(other.plain)
                if lon is not None and lon[1] == lat[1] and other.within(-180, 360):
                    pairs.setdefault(lat[1] or "", (each, other))
    chosen = pairs.get("") or (next(iter(pairs.values())) if len(pairs) == 1 else None)
    return {} if chosen is None else {chosen[0].name: Role.LAT, chosen[1].name: Role.LON}
