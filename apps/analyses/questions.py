"""A question as somebody sent it: read, bounded, and named by what would make its answer another one."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar, get_args, get_type_hints
from uuid import UUID

import msgspec

from apps.datasets.models import DatasetVersion
from apps.datasets.tables import columns_of
from atrium import __version__
from atrium.access.parsing import unstorable
from atrium.errors import FieldError, Invalid, Problem
from gpu_workers.protocol.conditions import Unfit, named, settled
from gpu_workers.protocol.datasets import Column, Kind
from gpu_workers.protocol.debugger import (
    DEEPEST,
    MOST_CONDITIONS,
    ByConditions,
    ByTime,
    Condition,
    Export,
    Measure,
    Question,
    Segmentation,
    Take,
    View,
    canonical,
    question,
)
from gpu_workers.protocol.sentences import SCORE

Q = TypeVar("Q")
BESIDE = {"segment", "place"}
"""Columns of conditions that no table has: a view's segments, and latitude and longitude together."""
NESTED = "It is nested too deeply."
MOST_BYTES = 256 * 1024
"""Of a question: a view with a thousand conditions takes a quarter of it."""
SAVED_BYTES = 16 * 1024
"""Of a slice's condition, and of a saved analysis' question."""


def read_question(body: bytes) -> Question:
    """Raises too_large, malformed, and Invalid with the place in the question that is wrong."""
    asked: Question = _read(question, body)
    return asked


def read_export(body: bytes) -> Export:
    asked = read_question(body)
    if not isinstance(asked, Export):
        raise Invalid(FieldError("type", "invalid", "Ask for an export here."))
    return asked


def read_view(given: Any, field: str = "question") -> View:
    """field: the part of the request that it is."""
    return _read(lambda body: msgspec.json.decode(body, type=View), _encoded(given), field)


def read_condition(given: Any) -> Condition:
    """Which rows a slice means."""
    meant = _read(lambda body: msgspec.json.decode(body, type=Condition), _encoded(given), "where")
    if not _is_one(meant):
        raise Invalid(FieldError("where", "invalid", "Each condition is about a column, or “all” or “any” of others."))
    return meant


def all_columns(dataset_id: UUID) -> dict[str, Column]:
    """Of all versions of a dataset, as a slice is for each of them; by name, as the newest has it."""
    versions = DatasetVersion.objects.filter(dataset=dataset_id, state=DatasetVersion.State.READY)
    return {each.name: each for version in versions.order_by("number") for each in columns_of(version)}


def fitting(meant: Condition, columns: Mapping[str, Column]) -> Condition:
    """As it is computed with, see `settled`. Invalid: it speaks of a column that there is not, or does not fit one."""
    for name in named(meant):
        if name not in columns and name not in BESIDE and not name.startswith((SCORE, "place of ")):
            near = get_close_matches(name, columns, 1)
            hint = f" Did you mean “{near[0]}”?" if near else ""
            raise Invalid(FieldError("where", "invalid", f"There is no column “{name}” in the dataset.{hint}"))
    try:
        return settled(meant, columns)
    except Unfit as error:
        raise Invalid(FieldError("where", "invalid", str(error))) from None


def _is_one(meant: Condition) -> bool:
    """Whether it, and each below it, says one thing only."""
    about_column = (meant.low, meant.high, meant.among, meant.not_in, meant.null)
    below = meant.all if meant.all is not None else meant.any
    said = [meant.column is not None, meant.all is not None, meant.any is not None]
    if sum(said) != 1 or (meant.column is None and any(part is not None for part in about_column)):
        return False
    return all(_is_one(part) for part in below or ())


def _conditions(asked: Any) -> Iterator[tuple[str, Condition]]:
    """Each that stands by itself, after its place."""
    match asked:
        case Condition():
            yield "", asked
        case Export():
            yield from ((f"view.{place}", meant) for place, meant in _conditions(asked.view))
        case View():
            for index, clause in enumerate(asked.clauses):
                yield f"clauses.{index}.where", clause.where
            if isinstance(asked.segments, ByConditions):
                for index, segment in enumerate(asked.segments.segments):
                    yield f"segments.segments.{index}.where", segment.where


def _excess(meant: Condition) -> str:
    """What is too much of it, as the worker would say; "" where nothing is. Without recursion, since it guards it."""
    level, depth, count = [meant], 0, 0
    while level:
        if depth > DEEPEST:
            return f"The conditions are nested more than {DEEPEST} deep."
        count += len(level)
        level = [below for each in level for below in (*(each.all or ()), *(each.any or ()))]
        depth += 1
    return f"One condition has at most {MOST_CONDITIONS:,} conditions in it." if count > MOST_CONDITIONS else ""


def _encoded(given: Any) -> bytes:
    try:
        return msgspec.json.encode(given)
    except RecursionError:
        raise Problem("malformed", NESTED) from None


def _read(decode: Callable[[bytes], Q], body: bytes, field: str = "") -> Q:
    """field: the part of the request that `body` is; "" where it is all of it."""
    if len(body) > MOST_BYTES:
        raise Problem("too_large", f"A question has at most {MOST_BYTES // 1024} KB.")
    try:
        asked = decode(body)
        for place, meant in _conditions(asked):
            if said := _excess(meant):
                raise Invalid(FieldError(".".join(filter(None, (field, place))), "invalid", said))
        wrong = list(unstorable(msgspec.to_builtins(asked), field))
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        path = re.sub(r"\[(\d*)\.*\]", r".\1", f"{field}{place.rstrip('`')}").strip(".")
        raise Invalid(FieldError(path, "invalid", f"{message}{_choices(path, message)}.")) from None
    except RecursionError:
        raise Problem("malformed", NESTED) from None
    except msgspec.DecodeError as error:
        raise Problem("malformed", f"The body cannot be read as JSON: {error}.") from None
    if wrong:
        raise Invalid(*wrong[:10])
    return asked


def _choices(path: str, message: str) -> str:
    """What there is to choose from, where something else was said."""
    if not message.startswith("Invalid"):
        return ""
    *before, field = path.split(".")
    kinds = get_args(Segmentation if before[-1:] == ["segments"] else Question)
    told = {
        "type": [kind.__struct_config__.tag for kind in kinds],
        "measure": get_args(Measure),
        "every": get_args(get_type_hints(ByTime)["every"]),
        "of": get_args(get_type_hints(Export)["of"]),
        "format": get_args(get_type_hints(Export)["format"]),
    }.get(field)
    return f"; there is {', '.join(told)}" if told else ""


def as_json(asked: Question | Condition) -> dict[str, Any]:
    """As a row holds it."""
    told: dict[str, Any] = msgspec.to_builtins(asked)
    return told


def to_save(asked: View | Condition, field: str) -> dict[str, Any]:
    """As a row holds what somebody saves; Invalid where it is long. field: the part of the request that it is."""
    told = as_json(asked)
    if len(msgspec.json.encode(told)) > SAVED_BYTES:
        raise Invalid(FieldError(field, "max_length", f"At most {SAVED_BYTES // 1024} KB are saved."))
    return told


def makes_file(asked: Question, columns: Sequence[Column]) -> bool:
    """Whether its answer is a file beside its words: an export, or pictures."""
    if isinstance(asked, Take):
        return any(column.kind is Kind.IMAGE and column.name in asked.columns for column in columns)
    return isinstance(asked, Export)


def bare_columns(version: DatasetVersion) -> tuple[Sequence[Column], bytes]:
    """A version's columns without the facts about them, and their hash; read once for each change of the roles."""
    return _bare(version.pk, version.decided_at, version.roles_set_at)


@lru_cache(maxsize=64)
def _bare(version_id: UUID, *changed_at: Any) -> tuple[Sequence[Column], bytes]:
    version = DatasetVersion.objects.only("columns").get(pk=version_id)
    columns = columns_of(version)
    bare = tuple(Column(each.name, each.kind, each.role, each.model, each.of_class) for each in columns)
    return bare, sha256(msgspec.json.encode(bare)).digest()


def digest_of(asked: Question, columns_sha256: bytes) -> bytes:
    """Of two questions with the same one the answers are the same: what is asked, of which columns in which roles, and
    by which release, since another may count otherwise."""
    return sha256(f"{__version__}\n".encode() + columns_sha256 + canonical(asked)).digest()
