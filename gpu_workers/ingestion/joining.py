"""A stored table written anew with what a model answered to each row beside it.

The new columns of a model M stand behind the others, named by the words of their roles:

- of a label with several classes: `prediction:M`, the class with the highest score, and `probability:M:<class>`; with
  one class `probability:M:<class>` alone. The classes are those that the interface names, else all that were answered,
  in their order as text. Scores that are no probabilities are `score:M:<class>`, ignored; of more than 100 classes
  none is kept.
- of a number and of a text: `prediction:M`.

A row without an answer has nulls there.
"""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gpu_workers.protocol.answers import LabelAnswer
from gpu_workers.protocol.datasets import Answers, Joined, Role, answers
from gpu_workers.protocol.interface import LabelOutput, NumberOutput, TextOutput
from gpu_workers.wording import readable

from .casting import LONGEST_TEXT, TEXT
from .names import LONGEST, distinct

Output = LabelOutput | NumberOutput | TextOutput
MOST_CLASSES = 100
"""Whose probabilities are kept: an answer holds no more."""
_SLACK = 1e-6
"""By which a rounded probability may lie outside of 0 to 1."""


@dataclass
class Plan:
    """What an output becomes. classes: those whose scores are kept. low, high: of all scores."""

    output: Output
    model: str
    classes: list[str] = field(default_factory=list)
    low: float = 0.0
    high: float = 1.0
    truncated: bool = False

    @property
    def is_label(self) -> bool:
        return isinstance(self.output, LabelOutput)

    @property
    def has_prediction(self) -> bool:
        return not self.is_label or len(self.classes) != 1

    @property
    def are_probabilities(self) -> bool:
        return self.low >= -_SLACK and self.high <= 1 + _SLACK

    def columns(self) -> Iterator[tuple[str, str, str]]:
        """(name, role in words, class), the prediction with no class."""
        if self.has_prediction:
            yield f"{Role.PREDICTION}:{self.model}", f"{Role.PREDICTION}:{self.model}", ""
        for name in self.classes:
            words = f"{Role.PROBABILITY}:{self.model}:{name}"
            if self.are_probabilities:
                yield words, words, name
            else:
                yield f"score:{self.model}:{name}", Role.IGNORE.value, name

    def notes(self) -> Iterator[str]:
        if self.truncated:
            more = f"“{self.output.name}” has more than {MOST_CLASSES} classes"
            yield f"{more}: the highest is kept, and no probabilities."
        elif not self.are_probabilities:
            yield (
                f"The scores of “{self.output.name}” reach from {self.low:.4g} to {self.high:.4g}, so they are no "
                "probabilities, and ignored; the class with the highest is kept as the prediction."
            )


def join(table: Path, files: Path, sizes: Sequence[int], outputs: Sequence[tuple[Output, str]], out: int) -> Joined:
    """files: the answers of all parts, one behind the other, of so many bytes each. out: a descriptor to write to.

    sha256 and size are left for the caller to find. Raises ValueError where rows and answers differ in number.
    """
    begun = time.perf_counter()
    plans = [Plan(output, model) for output, model in outputs]
    for part in _parts(files, sizes):
        for plan in plans:
            _look(plan, part)
    for plan in plans:
        _decide(plan)
    columns = [(plan, *column) for plan in plans for column in plan.columns()]
    names, _ = distinct([readable(name, LONGEST - 8) for _, name, _, _ in columns])  # classes may differ in case alone
    placed = [(plan, name, of_class) for (plan, _, _, of_class), name in zip(columns, names, strict=True)]
    rows = _write(table, _parts(files, sizes), placed, out)
    roles = {name: words for (_, _, words, _), name in zip(columns, names, strict=True)}
    notes = tuple(note for plan in plans for note in plan.notes())
    return Joined(rows, roles, notes=notes, seconds=time.perf_counter() - begun)


def _parts(files: Path, sizes: Sequence[int]) -> Iterator[Answers]:
    with files.open("rb") as file:
        for size in sizes:
            yield answers(file.read(size))


def _look(plan: Plan, part: Answers) -> None:
    """What these answers say of an output's classes and scores."""
    if not isinstance(plan.output, LabelOutput):
        return
    known = set(plan.classes)
    for row in part:
        answer = row.get(plan.output.name) if row is not None else None
        if isinstance(answer, LabelAnswer):
            plan.truncated = plan.truncated or answer.truncated
            for name, score in answer.scores:
                plan.low, plan.high = min(plan.low, score), max(plan.high, score)
                if name not in known and len(known) <= MOST_CLASSES:
                    known.add(name)
                    plan.classes.append(name)


def _decide(plan: Plan) -> None:
    if isinstance(plan.output, LabelOutput):
        plan.classes = list(plan.output.classes) or sorted(plan.classes)
        plan.truncated = plan.truncated or len(plan.classes) > MOST_CLASSES
        if plan.truncated:
            plan.classes = []


def _write(table: Path, parts: Iterator[Answers], columns: Sequence[tuple[Plan, str, str]], out: int) -> int:
    """The table's row groups, each with the new columns; the number of rows."""
    rows = _Rows(parts)
    os.ftruncate(out, 0)
    os.lseek(out, 0, os.SEEK_SET)
    with pq.ParquetFile(table, pre_buffer=False) as source, os.fdopen(os.dup(out), "wb") as file:
        kept = source.schema_arrow
        schema = pa.schema([*kept, *(pa.field(name, _type(plan, of_class)) for plan, name, of_class in columns)])
        texts = [each.name for each in schema if pa.types.is_dictionary(each.type)]
        with pq.ParquetWriter(
            file, schema, compression="zstd", compression_level=1, use_dictionary=texts, store_schema=True
        ) as writer:
            for place in range(source.metadata.num_row_groups):
                group = source.read_row_group(place)
                answered = rows.take(group.num_rows)
                added = [_array(plan, of_class, answered) for plan, _, of_class in columns]
                whole = [column.combine_chunks() for column in group.columns]
                writer.write_table(pa.Table.from_arrays([*whole, *added], schema=schema), row_group_size=group.num_rows)
        rows.end()
        return int(source.metadata.num_rows)


class _Rows:
    """The parts' rows, so many at a time."""

    def __init__(self, parts: Iterator[Answers]) -> None:
        self._parts, self._held = parts, Answers()

    def take(self, count: int) -> Answers:
        while len(self._held) < count:
            part = next(self._parts, None)
            if part is None:
                raise ValueError("there are fewer answers than rows")
            self._held += part
        taken, self._held = self._held[:count], self._held[count:]
        return taken

    def end(self) -> None:
        if self._held or any(self._parts):
            raise ValueError("there are more answers than rows")


def _type(plan: Plan, of_class: str) -> pa.DataType:
    return pa.float64() if of_class or isinstance(plan.output, NumberOutput) else TEXT


def _array(plan: Plan, of_class: str, rows: Answers) -> Any:
    given = [None if row is None else row.get(plan.output.name) for row in rows]
    if of_class:
        scores = [dict(each.scores).get(of_class) if isinstance(each, LabelAnswer) else None for each in given]
        return pa.array(scores, pa.float64())
    if isinstance(plan.output, LabelOutput):
        tops = [each.scores[0][0] if isinstance(each, LabelAnswer) and each.scores else None for each in given]
        return pa.array(tops, pa.string()).dictionary_encode()
    values = [getattr(each, "value", None) for each in given]
    if isinstance(plan.output, NumberOutput):
        return pa.array(values, pa.float64())
    return pa.array([_kept(value) for value in values], pa.string()).dictionary_encode()


def _kept(text: str | None) -> str | None:
    """As long as a text of a table may be."""
    return None if text is None else text.encode()[:LONGEST_TEXT].decode(errors="ignore")
