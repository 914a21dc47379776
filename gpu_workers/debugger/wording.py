"""Conditions in words as the worker says them: scores by what they are, places by where they lie."""

from collections.abc import Mapping

import msgspec

from gpu_workers.analyses.predicates import Predicate
from gpu_workers.protocol import sentences
from gpu_workers.protocol.datasets import Column
from gpu_workers.protocol.debugger import Condition
from gpu_workers.protocol.sentences import SCORE, moment, number

from .places import cell_of, spelled
from .scores import WORDS
from .texts import cut

SEGMENT = "segment"

__all__ = ["SCORE", "SEGMENT", "condition", "moment", "number", "sentence"]


def condition(read: Predicate) -> Condition:
    return msgspec.convert(read.as_data(), Condition)


def sentence(read: Predicate, columns: Mapping[str, Column], score: str = "") -> str:
    """columns: by name. score: that of the view, by which "score:<model>" is named."""
    return sentences.sentence(condition(read), columns, WORDS.get(score, "score"), _said)


def _said(value: str, is_none: bool) -> str:
    return spelled(value) if is_none and cell_of(value) else f"“{cut(value)}”"
