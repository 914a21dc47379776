"""What the page's tests read has the form of an answer of today; `python -m tests.gpu_workers.debugger` renews it."""

import json
from typing import Any

import msgspec
import pytest

from gpu_workers.debugger.answer import answer
from gpu_workers.debugger.held import Held
from gpu_workers.protocol.debugger import FindSlices, Question, View, answered

from .__main__ import FIXTURES


def form(value: Any) -> Any:
    """The keys of objects, without what depends on the table."""
    if isinstance(value, dict):
        return {key: form(value[key]) for key in value if key not in ("where", "metrics", "differences", "medians")}
    return form(value[0]) if isinstance(value, list) and value and isinstance(value[0], dict) else None


@pytest.mark.parametrize(("name", "question"), [("view", View()), ("slices", FindSlices("A"))])
def test_they_have_todays_form(held: Held, name: str, question: Question) -> None:
    kept = (FIXTURES / f"debugger_{name}.json").read_bytes()
    answered(kept)
    today = json.loads(msgspec.json.encode(answer(held, question)))
    assert form(json.loads(kept) | {"rule": None}) == form(today | {"rule": None})
