"""What each column is probably for, by its name and its values. People correct it; so a doubtful column is a feature.

By name, upper and lower case, spaces, dots and dashes told apart from nothing:

- label: label, target, y, y_true, truth, ground_truth, outcome, actual, expected; the first such column.
- prediction of a model: prediction:A, prediction_A, predicted_A, pred_A, yhat_A, y_pred_A, A_prediction, A_pred; where
  the name has no more, the model is called "model".
- probability: as a prediction with probability, proba, prob, or p_A alone; a number from 0 to 1. What follows the model
  is the class, where it is one of the label's values: prob_A_malignant.
- weight: sample_weight, case_weight, row_weight, instance_weight; a number that is not negative. "weight" alone may be
  a person's.
- group: group, subgroup, cohort, split, fold, stratum. lat, lon: lat, latitude and lon, lng, long, longitude, both
  there, of degrees.
- id: id, uuid, guid, index, row, or ending in _id, and a value of its own in each row; also a first column of short
  text with a value of its own in each of 20 rows or more, or one without a name that numbers the rows.

By values: times are time, vectors embedding, pictures and text that names pictures, sounds or films media. Free text
and columns without a value are ignore.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from gpu_workers.protocol.datasets import Column, Facts, Kind, Role

_LABELS = {"label", "target", "y", "y_true", "ytrue", "truth", "ground_truth", "outcome", "actual", "expected"}
_GROUPS = {"group", "subgroup", "cohort", "split", "fold", "stratum"}
_WEIGHTS = {"sample_weight", "sample_weights", "case_weight", "row_weight", "instance_weight"}
_LATITUDES, _LONGITUDES = {"lat", "latitude"}, {"lon", "lng", "long", "longitude"}
_IDS = {"id", "uuid", "guid", "index", "row", "row_number", "unnamed_0", "index_level_0"}
_PREDICTION = r"y_?pred(?:icted|iction)?|pred(?:icted|iction)?s?|y_?hat"
_PROBABILITY = r"(?:pred(?:icted)?_)?prob(?:a|s|ability|abilities)?"
_MEDIA = re.compile(r"\.(png|jpe?g|gif|webp|bmp|tiff?|dcm|svg|wav|mp3|flac|ogg|mp4|mov|avi|webm)(\?.*)?$", re.I)
_UNNAMED = "model"
_NAMED_ROWS = 20
"""Rows from which on text that is different in each is an id, and no feature of few rows."""


@dataclass(frozen=True)
class Candidate:
    name: str
    kind: Kind
    facts: Facts
    rows: int

    @property
    def plain(self) -> str:
        """The name as it is compared."""
        return re.sub(r"[^a-z0-9]+", "_", self.name.casefold()).strip("_")

    @property
    def parts(self) -> list[str]:
        """The name as it is taken apart, a model's name keeping its letters."""
        return [part for part in re.split(r"[\s_:.\-/|]+", self.name) if part]

    @property
    def unique(self) -> bool:
        """Whether each row has a value of its own, as far as that is known."""
        return self.facts.nulls == 0 and self.rows > 1 and self.facts.distinct >= self.rows * 0.97

    def within(self, low: float, high: float) -> bool:
        facts = self.facts
        if self.kind is not Kind.NUMBER or facts.low is None or facts.high is None:
            return False
        return facts.infinite == 0 and low <= facts.low and facts.high <= high


def guessed(candidates: Sequence[Candidate]) -> Iterator[Column]:
    """The columns, in their order, each with its role."""
    label = next((each for each in candidates if each.plain in _LABELS and each.facts.distinct > 0), None)
    classes = {count.value.casefold(): count.value for count in label.facts.top} if label is not None else {}
    placed = _placed(candidates)
    for place, each in enumerate(candidates):
        column = Column(each.name, each.kind, Role.FEATURE, facts=each.facts)
        if each is label:
            yield replace(column, role=Role.LABEL)
        elif each.name in placed:
            yield replace(column, role=placed[each.name])
        else:
            yield _of_model(each, classes, column) or replace(column, role=_role(each, place))


def _role(each: Candidate, place: int) -> Role:
    facts = each.facts
    if facts.nulls == each.rows:
        return Role.IGNORE
    if each.kind is Kind.TIME:
        return Role.TIME
    if each.kind is Kind.VECTOR:
        return Role.EMBEDDING
    if each.kind is Kind.IMAGE:
        return Role.MEDIA
    if each.plain in _WEIGHTS and each.within(0, float("inf")):
        return Role.WEIGHT
    if each.plain in _GROUPS and facts.distinct <= 1000:
        return Role.GROUP
    if _is_id(each, place):
        return Role.ID
    if each.kind in (Kind.CATEGORY, Kind.TEXT) and facts.top and all(_MEDIA.search(top.value) for top in facts.top):
        return Role.MEDIA
    return Role.IGNORE if each.kind is Kind.TEXT else Role.FEATURE


def _is_id(each: Candidate, place: int) -> bool:
    if not each.unique:
        return False
    named = each.plain in _IDS or each.plain.endswith(("_id", "_uuid")) or each.name.endswith(("Id", "ID"))
    if each.kind is Kind.NUMBER:
        return (named and _is_whole(each.facts)) or (place == 0 and each.plain == "column_1" and _numbers_rows(each))
    shortish = all(len(top.value) <= 40 and "{" not in top.value for top in each.facts.top)
    media = bool(each.facts.top) and all(_MEDIA.search(top.value) for top in each.facts.top)
    is_text = each.kind in (Kind.CATEGORY, Kind.TEXT)
    return is_text and not media and (named or (each.rows >= _NAMED_ROWS and shortish and place == 0))


def _numbers_rows(each: Candidate) -> bool:
    low, high = each.facts.low, each.facts.high
    return _is_whole(each.facts) and low in (0, 1) and high == each.rows - 1 + low


def _is_whole(facts: Facts) -> bool:
    return facts.low is not None and facts.high is not None and facts.low.is_integer() and facts.high.is_integer()


def _placed(candidates: Sequence[Candidate]) -> dict[str, Role]:
    """Latitude and longitude, where there is one of each."""
    lat = next((each for each in candidates if each.plain in _LATITUDES and each.within(-90, 90)), None)
    lon = next((each for each in candidates if each.plain in _LONGITUDES and each.within(-180, 360)), None)
    return {} if lat is None or lon is None else {lat.name: Role.LAT, lon.name: Role.LON}


def _of_model(each: Candidate, classes: dict[str, str], column: Column) -> Column | None:
    """The column as a model's prediction or probability, if its name says so."""
    if each.kind in (Kind.TIME, Kind.VECTOR, Kind.IMAGE) or each.facts.nulls == each.rows:
        return None
    rest = _without(each, _PROBABILITY)
    if rest is None and each.parts[:1] in (["p"], ["P"]) and len(each.parts) > 1 and each.plain != "p_value":
        rest = each.parts[1:]
    if rest is not None and each.within(0, 1):
        model, of_class = _parted(rest, classes)
        return replace(column, role=Role.PROBABILITY, model=model, of_class=of_class)
    rest = _without(each, _PREDICTION)
    if rest is not None and each.kind is not Kind.TEXT:
        return replace(column, role=Role.PREDICTION, model="_".join(rest) or _UNNAMED)
    return None


def _without(each: Candidate, word: str) -> list[str] | None:
    """What the name has beside the word at its beginning or end; None where it has not the word."""
    parts = each.parts
    for count in (2, 1):
        if re.fullmatch(word, "_".join(parts[:count]), re.I):
            return parts[count:]
        if re.fullmatch(word, "_".join(parts[-count:]), re.I):
            return parts[:-count]
    return None


def _parted(parts: list[str], classes: dict[str, str]) -> tuple[str, str]:
    """Model and class: the class is the longest end that is one of the label's values."""
    for start in range(len(parts)):
        for joint in ("_", " ", "-", ""):
            named = joint.join(parts[start:]).casefold()
            if named in classes:
                return "_".join(parts[:start]) or _UNNAMED, classes[named]
    return "_".join(parts) or _UNNAMED, ""
