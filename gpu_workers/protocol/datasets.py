"""Tables: what a column is, what reading an uploaded file found, and the message that asks for it.

A dataset's version is one Parquet file that our own reader wrote: each column is float64, int64, bool, timestamp[us,
UTC], list<float>, dictionary<string> or, of pictures, binary, and nothing else.
"""

from enum import StrEnum
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from .answers import LabelAnswer, NumberAnswer, TextAnswer
from .interface import LabelOutput, NumberOutput, TextOutput
from .transfers import Put


class Kind(StrEnum):
    """number: also whole ones. category: text with few different values, or text whose many values are kept whole.
    vector: lists of numbers of one length. image: encoded pictures, their bytes kept as they came."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    TEXT = "text"
    TIME = "time"
    VECTOR = "vector"
    IMAGE = "image"


class Role(StrEnum):
    """What a column is for. prediction and probability belong to a model; probability also to one of its classes."""

    ID = "id"
    LABEL = "label"
    PREDICTION = "prediction"
    PROBABILITY = "probability"
    FEATURE = "feature"
    GROUP = "group"
    WEIGHT = "weight"
    TIME = "time"
    MEDIA = "media"
    LAT = "lat"
    LON = "lon"
    EMBEDDING = "embedding"
    IGNORE = "ignore"


class Count(Struct, frozen=True, array_like=True):
    """A value, as text, and how many rows have it."""

    value: str
    rows: int


class Facts(Struct, frozen=True, omit_defaults=True):
    """What a column holds. nulls, infinite: rows. distinct: different values, exact up to 100,000, about right beyond.

    low, high, mean: of finite numbers; of a time in Unix seconds; of pictures their bytes. histogram: rows in equally
    wide bins from low to high. top: the most frequent values, the first first; of pictures their formats. notes:
    sentences for people, such as "Has one value only."
    """

    nulls: int = 0
    infinite: int = 0
    distinct: int = 0
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    histogram: tuple[int, ...] = ()
    top: tuple[Count, ...] = ()
    notes: tuple[str, ...] = ()


class Column(Struct, frozen=True, omit_defaults=True):
    """name: as in the file, also that of the Parquet column. model: of a prediction or a probability.

    of_class: the class whose probability it is; "" where a model has one column of them, of the positive class.
    """

    name: str
    kind: Kind
    role: Role
    model: str = ""
    of_class: str = ""
    facts: Facts = Facts()


Format = Literal["csv", "parquet", "arrow", "jsonl"]


class Ingest(Struct, frozen=True, tag="ingest"):
    """Read an uploaded file in a sandbox and put it, as Parquet, where `put` says.

    size in bytes, of the upload. limit: bytes that the Parquet file may have.
    """

    url: str
    sha256: str
    size: int
    format: Format
    put: Put
    limit: int


class Reading(Struct, frozen=True, omit_defaults=True):
    """What reading found, made by the worker for an `Ingest`.

    verdict rejected: `rule` names what was wrong, `reason` says it with row and column, and the way out.
    columns: with roles as guessed from names and values. preview: the first rows, as text, None for a null.
    sha256, size: of the Parquet file. notes: sentences about the file as a whole.
    """

    verdict: Literal["ready", "rejected"]
    rule: str = ""
    reason: str = ""
    rows: int = 0
    columns: tuple[Column, ...] = ()
    preview: tuple[tuple[str | None, ...], ...] = ()
    sha256: str = ""
    size: int = 0
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


class Dataset(Struct, frozen=True):
    """What a worker needs to hold a dataset's version: presigned url of its Parquet file; columns with the roles that
    people gave them. version is what a worker names among what it has resident."""

    version: UUID
    url: str
    sha256: str
    size: int
    columns: tuple[Column, ...]


class Applied(Struct, frozen=True, omit_defaults=True):
    """What came of a model over rows of a table, made by the worker for an `Apply`.

    sha256, size: of the file of `Answers`. unanswered: why rows have no answer, in sentences, the most frequent first.
    seconds: that the model ran.
    """

    rows: int
    sha256: str
    size: int
    unanswered: tuple[Count, ...] = ()
    seconds: float = 0.0


Kept = LabelAnswer | NumberAnswer | TextAnswer
"""Answers that columns hold: neither files nor findings."""
Answers = list[dict[str, Kept] | None]
"""By row what the outputs answered; None for a row without an answer. As msgpack the file that an `Apply` makes."""


class AnswerFile(Struct, frozen=True):
    """Answers to some rows of a table."""

    url: str
    sha256: str
    size: int
    rows: int


class Join(Struct, frozen=True, tag="join"):
    """Write a table anew with what a model answered to each row beside it, as Parquet, and put it where `put` says.

    files: for all rows, in their order. outputs: what each becomes: (output, the name of the model that the table is
    told). limit: bytes that the Parquet file may have.
    """

    dataset: Dataset
    files: tuple[AnswerFile, ...]
    outputs: tuple[tuple[LabelOutput | NumberOutput | TextOutput, str], ...]
    put: Put
    limit: int


class Joined(Struct, frozen=True, omit_defaults=True):
    """A `Join` done. roles: of each new column by its name, in words: `prediction:forest`. notes: sentences."""

    rows: int
    roles: dict[str, str]
    sha256: str = ""
    size: int = 0
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


reading = msgspec.msgpack.Decoder(Reading).decode
applied = msgspec.msgpack.Decoder(Applied).decode
answers = msgspec.msgpack.Decoder(Answers).decode
joined = msgspec.msgpack.Decoder(Joined).decode
