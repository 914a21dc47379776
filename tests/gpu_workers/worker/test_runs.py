"""Apply and Join: a model is run over a table's rows, and its answers become the table's columns."""

import asyncio
import io
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gpu_workers.ingestion.cases import cases_of
from gpu_workers.protocol.answers import LabelAnswer, NumberAnswer
from gpu_workers.protocol.datasets import AnswerFile, Applied, Count, Dataset, Join, Joined, answers, applied, joined
from gpu_workers.protocol.interface import (
    Column,
    ImageInput,
    Interface,
    LabelOutput,
    NumberInput,
    NumberOutput,
    TableInput,
    TextInput,
    TextOutput,
)
from gpu_workers.protocol.messages import Apply, Cancel, Model
from gpu_workers.protocol.transfers import Put
from gpu_workers.worker.cases import Solved
from gpu_workers.worker.holding import MAX_BATCH
from gpu_workers.worker.worker import Worker
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.runner.test_preprocess import png
from tests.gpu_workers.worker.pool import PATIENCE, Dispatcher, Store, runners

ROW = TableInput(name="x", columns=(Column(name="a"), Column(name="b", maximum=100), Column(name="c", default=1)))
SCORES = LabelOutput(name="scores", classes=("cat", "dog"), activation="softmax")
LINEAR = Interface((ROW,), (SCORES,))
MAPPING: dict[str, str | dict[str, str]] = {"x": {"a": "first", "b": "second", "c": "third"}}


def stored(store: Store, table: pa.Table, group: int = 4) -> Dataset:
    """As ingestion leaves it, in row groups of a few rows."""
    held = io.BytesIO()
    pq.write_table(table, held, row_group_size=group)
    url, digest = store.put(held.getvalue())
    return Dataset(uuid4(), url, digest, len(held.getvalue()), ())


def numbers(rows: int = 10) -> pa.Table:
    return pa.table(
        {
            "first": pa.array([float(row) for row in range(rows)]),
            "second": pa.array([None if row == 3 else 1000.0 if row == 6 else 2.0 for row in range(rows)]),
            "third": pa.array([None if row == 1 else 0.0 for row in range(rows)]),
            "first.x": pa.array(["odd" if row % 2 else "even" for row in range(rows)]).dictionary_encode(),
        }
    )


def work(store: Store, model: Model, dataset: Dataset, first: int, count: int) -> Apply:
    return Apply(model, dataset, first, count, MAPPING, Put(f"answers/{first}", store.url(f"answers-{first}")))


async def done(dispatcher: Dispatcher, job: UUID) -> Applied:
    finished = await dispatcher.finished(job)
    assert finished.error is None, finished.error
    assert finished.made is not None
    return applied(finished.made)


async def told(dispatcher: Dispatcher, join: Join) -> Joined:
    finished = await dispatcher.finished(await dispatcher.assign(join, seconds=PATIENCE))
    assert finished.error is None, finished.error
    assert finished.made is not None
    return joined(finished.made)


@pytest.mark.asyncio
async def test_a_table_gains_what_a_model_answers(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    model = store.model(tiny_models.linear(tmp_path / "m.onnx"), LINEAR, batch_axis=0)
    dataset = stored(store, numbers())
    parts = [
        await done(dispatcher, await dispatcher.assign(work(store, model, dataset, *at), seconds=PATIENCE))
        for at in ((0, 6), (6, 4))
    ]
    assert [part.rows for part in parts] == [6, 4]
    assert [part.unanswered for part in parts] == [
        (Count("“second” is empty.", 1),),
        (Count("“x.b” lies between -3.40282e+38 and 100.", 1),),
    ]
    given = answers(store.files["answers-0"])
    assert given[3] is None
    first = given[0]
    assert first is not None
    assert isinstance(first["scores"], LabelAnswer)
    assert [name for name, _ in first["scores"].scores] == ["dog", "cat"]

    url = [store.url(name) for name in ("answers-0", "answers-6")]
    files = tuple(AnswerFile(at, part.sha256, part.size, part.rows) for at, part in zip(url, parts, strict=True))
    put = Put("tables/new", store.url("new"))
    made = await told(dispatcher, Join(dataset, files, ((SCORES, "linear"),), put, 1 << 20))
    names = ["prediction:linear", "probability:linear:cat", "probability:linear:dog"]
    assert (made.rows, made.roles, made.size) == (10, {name: name for name in names}, len(store.files["new"]))
    table = pq.read_table(io.BytesIO(store.files["new"]))
    assert table.column_names == [*numbers().column_names, *names]
    assert table.select(numbers().column_names).equals(numbers())
    of_the_run = {dataset.sha256, *(part.sha256 for part in parts)}
    assert not of_the_run & worker._cache._used.keys()  # else nothing of it ever made room for others
    held = table.to_pydict()
    assert held["prediction:linear"] == [None if row in (3, 6) else "cat" if row else "dog" for row in range(10)]
    for row, (cat, dog) in enumerate(zip(held[names[1]], held[names[2]], strict=True)):
        assert (cat is None and dog is None) if row in (3, 6) else abs(cat + dog - 1) < 1e-9


@pytest.mark.asyncio
async def test_a_row_on_which_the_model_fails_has_no_answer(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    picky = Interface((NumberInput(name="x", dtype="int64"),), (NumberOutput(name="y"),))
    model = store.model(tiny_models.picky(tmp_path / "m.onnx"), picky, batch_axis=0)
    dataset = stored(store, pa.table({"place": pa.array([0, 1, 9, 3], pa.int64())}))
    asked = Apply(model, dataset, 0, 4, {"x": "place"}, Put("answers", store.url("answers")))
    part = await done(dispatcher, await dispatcher.assign(asked, seconds=PATIENCE))
    assert part.unanswered == (Count("The model reported an error on this input.", 1),)
    tens = [NumberAnswer(10.0), NumberAnswer(11.0), None, NumberAnswer(13.0)]
    assert answers(store.files["answers"]) == [None if each is None else {"y": each} for each in tens]


@pytest.mark.asyncio
async def test_a_model_that_ends_over_every_row_is_given_up(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gpu_workers.worker.runs.MOST_DEATHS", 1)
    interface = Interface((NumberInput(name="n", dtype="int64"),), (NumberOutput(name="y"),))
    model = store.model(tiny_models.hungry(tmp_path / "m.onnx"), interface)
    dataset = stored(store, pa.table({"n": pa.array([1 << 34] * 5, pa.int64())}))
    asked = Apply(model, dataset, 0, 5, {"n": "n"}, Put("answers", store.url("answers")))
    finished = await dispatcher.finished(await dispatcher.assign(asked, seconds=PATIENCE))
    assert finished.error is not None
    assert finished.error.code == "model_out_of_memory"
    assert "ended over 2 rows" in finished.error.message
    assert "answers" not in store.files


@pytest.mark.asyncio
async def test_pictures_of_a_table_are_given_to_the_model(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    interface = Interface((ImageInput(name="x", size=(4, 4)),), (NumberOutput(name="y"),))
    model = store.model(tiny_models.brightness(tmp_path / "m.onnx"), interface)
    bright = png(np.full((4, 4), 200, np.uint8)).data
    dataset = stored(store, pa.table({"film": pa.array([bright, b"no picture", None], pa.binary())}))
    asked = Apply(model, dataset, 0, 3, {"x": "film"}, Put("answers", store.url("answers")))
    part = await done(dispatcher, await dispatcher.assign(asked, seconds=PATIENCE))
    assert sum(count.rows for count in part.unanswered) == 2
    given = answers(store.files["answers"])
    assert given[0] is not None
    assert given[1:] == [None, None]


@pytest.mark.asyncio
async def test_texts_and_unnamed_classes_become_columns_too(
    worker: Worker, dispatcher: Dispatcher, store: Store
) -> None:
    """A label whose classes nobody named, whose scores are no probabilities; a text; a number."""
    said = [
        {"l": LabelAnswer((("b", 3.0), ("a", -1.0))), "t": "yes", "n": 1.5},
        None,
        {"l": LabelAnswer((("a", 2.0), ("B", 0.0))), "t": "no", "n": None},
    ]
    rows = [
        None
        if row is None
        else {"l": row["l"], "t": {"kind": "text", "value": row["t"]}, "n": {"kind": "number", "value": row["n"]}}
        for row in said
    ]
    data = msgspec.msgpack.encode(rows)
    url, digest = store.put(data)
    dataset = stored(store, pa.table({"x": [1, 2, 3]}), group=2)
    outputs = ((LabelOutput(name="l"), "m"), (TextOutput(name="t"), "m t"), (NumberOutput(name="n"), "m n"))
    file = AnswerFile(url, digest, len(data), 3)
    made = await told(dispatcher, Join(dataset, (file,), outputs, Put("new", store.url("new")), 1 << 20))
    assert made.roles == {
        "prediction:m": "prediction:m",
        "score:m:B": "ignore",
        "score:m:a": "ignore",
        "score:m:b (2)": "ignore",
        "prediction:m t": "prediction:m t",
        "prediction:m n": "prediction:m n",
    }
    assert len(made.notes) == 1
    assert "from -1 to 3" in made.notes[0]
    held = pq.read_table(io.BytesIO(store.files["new"])).to_pydict()
    assert held["prediction:m"] == ["b", None, "a"]
    assert held["score:m:b (2)"] == [3.0, None, None]
    assert (held["prediction:m t"], held["prediction:m n"]) == (["yes", None, "no"], [1.5, None, None])


@pytest.mark.asyncio
async def test_answers_that_do_not_fit_the_rows_make_no_table(
    worker: Worker, dispatcher: Dispatcher, store: Store
) -> None:
    data = msgspec.msgpack.encode([None, None])
    url, digest = store.put(data)
    dataset = stored(store, pa.table({"x": [1, 2, 3]}))
    join = Join(
        dataset, (AnswerFile(url, digest, len(data), 2),), ((SCORES, "m"),), Put("new", store.url("new")), 1 << 20
    )
    finished = await dispatcher.finished(await dispatcher.assign(join, seconds=PATIENCE))
    assert finished.error is not None
    assert "fewer answers than rows" in finished.error.detail
    assert "new" not in store.files


@pytest.mark.asyncio
async def test_somebody_who_tries_the_model_is_not_behind_a_run(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two hundred rows a batch waits at once: a case that comes before one is answered before the next."""
    model = store.model(tiny_models.linear(tmp_path / "m.onnx"), LINEAR, batch_axis=0)
    dataset = stored(store, numbers(200), group=500)
    batches: list[int] = []
    visitors: list[asyncio.Task[Solved]] = []
    answered_by_then: list[bool] = []
    solve_all = worker._holdings.solve_all

    async def observed(model: Model, cases: Any, deadline: float) -> Any:
        answered_by_then.extend(visitor.done() for visitor in visitors)
        batches.append(len(cases))
        if len(batches) == 3:
            visitor = worker._holdings.solve(model, {"x": [1.0, 2.0, 3.0]}, deadline)
            visitors.append(asyncio.create_task(visitor))
            await asyncio.sleep(0)
        return await solve_all(model, cases, deadline)

    monkeypatch.setattr(worker._holdings, "solve_all", observed)
    await done(dispatcher, await dispatcher.assign(work(store, model, dataset, 0, 200), seconds=600))
    assert sum(batches) == 198
    assert max(batches) <= MAX_BATCH
    assert answered_by_then
    assert all(answered_by_then)


@pytest.mark.asyncio
async def test_a_cancelled_part_stops(worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path) -> None:
    interface = Interface((NumberInput(name="n"),), (NumberOutput(name="y"),))
    model = store.model(tiny_models.endless(tmp_path / "m.onnx"), interface)
    dataset = stored(store, pa.table({"n": pa.array([1, 2, 3], pa.int64())}))
    asked = Apply(model, dataset, 0, 3, {"n": "n"}, Put("answers", store.url("answers")))
    job = await dispatcher.assign(asked, seconds=600)
    await dispatcher.until(lambda: dispatcher.started(job) and runners())
    await dispatcher.send(Cancel(job, 1))
    finished = await dispatcher.finished(job)
    assert finished.error is not None
    assert finished.error.code == "cancelled"
    assert "answers" not in store.files


def test_numbers_are_given_as_text_where_text_is_taken(tmp_path: Path) -> None:
    """What is longer than the input takes is refused in the words of the door."""
    interface = Interface((TextInput(name="note", max_length=3),), (TextOutput(name="t"),))
    pq.write_table(pa.table({"n": pa.array([12, 1234], pa.int64())}), path := tmp_path / "t.parquet")
    assert cases_of(path, 0, 2, interface, {"note": "n"}).rows == [
        {"note": "12"},
        "“note” takes at most 3 characters.",
    ]
