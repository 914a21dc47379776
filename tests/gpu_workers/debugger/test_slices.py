"""Blind spots: what was planted is found, worded, measured, and of one model against another."""

from typing import cast

import numpy as np
import pytest

from gpu_workers.debugger.answer import answer
from gpu_workers.debugger.held import Held
from gpu_workers.protocol.debugger import Clause, FindSlices, SlicesAnswer, View, ViewAnswer

from .conftest import Binary
from .test_view import loss


def found(held: Held, asked: FindSlices) -> SlicesAnswer:
    return cast(SlicesAnswer, answer(held, asked))


@pytest.mark.parametrize("asked", [FindSlices("A"), FindSlices("A", "B")])
def test_the_planted_ones_are_found(held: Held, asked: FindSlices) -> None:
    told = found(held, asked)
    assert told.score == "log_loss"
    assert told.searched > 10
    named = " ".join(one.sentence for one in told.slices[:2])
    assert "site is “C”" in named
    assert "x ≥" in named
    assert all(one.q < 0.01 for one in told.slices[:2])


def test_they_are_measured_on_all_rows(held: Held, binary: Binary) -> None:
    first = found(held, FindSlices("A", depth=1)).slices[0]
    shown = cast(ViewAnswer, answer(held, View(clauses=(Clause("manual", first.where),))))
    assert shown.selected == first.rows
    inside = binary.site == "C" if first.where.column == "site" else binary.x >= cast(float, first.where.low)
    values = loss(binary, "A")
    assert first.mean == pytest.approx(values[inside].mean(), rel=1e-5)
    assert first.rest == pytest.approx(values[~inside].mean(), rel=1e-5)
    assert first.effect == pytest.approx(first.mean - first.rest)


def test_a_margin_is_worse_where_it_is_lower(held: Held) -> None:
    first = found(held, FindSlices("A", score="margin", depth=1)).slices[0]
    assert first.mean < first.rest
    assert first.effect < 0


def test_a_model_without_a_blind_spot_has_none(held: Held) -> None:
    told = found(held, FindSlices("B", count=3))
    assert all(one.q > 0.001 for one in told.slices)


def test_few_rows_make_no_slice(held: Held) -> None:
    told = found(held, FindSlices("A", least=2900))
    assert told.slices == ()
    assert told.notes


def test_the_rows_are_at_least_as_many_as_asked(held: Held) -> None:
    told = found(held, FindSlices("A", least=200))
    assert told.slices
    assert min(one.rows for one in told.slices) >= 200
    assert np.isfinite([one.effect for one in told.slices]).all()


def test_it_is_said_where_not_all_features_are_put_together(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    def said(asked: FindSlices) -> list[str]:
        return [note for note in found(held, asked).notes if "put together" in note]

    assert said(FindSlices("A")) == []
    monkeypatch.setattr("gpu_workers.debugger.blindspots.JOINED", 1)
    assert len(said(FindSlices("A"))) == 1
    assert said(FindSlices("A", depth=1)) == []
