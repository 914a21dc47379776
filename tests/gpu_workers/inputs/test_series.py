"""Series as JSON and as tables become the same samples; what is none is told. Edits as the page previews them."""

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_workers.inputs.refusal import Refusal
from gpu_workers.inputs.series import decode, made, opened, render, thumbnail
from gpu_workers.inputs.signals import edited
from gpu_workers.protocol.edits import Edit, Edits, Filter, Gain, Mask
from gpu_workers.series import Series

PREVIEWED = json.loads((Path(__file__).parents[3] / "frontend/tests/signal_edits.json").read_text())
VALUES = np.array([[0.0, 0.5, 1.0, -0.25], [2, 3, 4, 5]])
ROWS = [f"{left},{right}" for left, right in VALUES.T]
JSON: dict[str, Any] = {"values": VALUES.tolist(), "rate_hz": 500, "unit": "mV", "leads": ["II", "V1"]}


def as_json(**changes: Any) -> bytes:
    return json.dumps(JSON | changes).encode()


def table(head: str, *rows: str, before: str = "") -> bytes:
    return "\n".join([*filter(None, [before, head]), *rows, ""]).encode()


TIMED = [f"{at / 500},{row}" for at, row in enumerate(ROWS)]
GERMAN = [f"{at * 2};{row.replace(',', ';').replace('.', ',')}" for at, row in enumerate(ROWS)]


@pytest.mark.parametrize(
    "data",
    [
        as_json(),
        as_json(values=dict(zip(["II", "V1"], VALUES.tolist(), strict=True)), leads=[]),
        b"\xef\xbb\xbf" + as_json(),
        table("time,II (mV),V1 (mV)", *TIMED),
        table("time (ms);II [mV];V1 [mV]", *GERMAN),
        table("time (ms);II [mV];V1 [mV]", *GERMAN).decode().encode("utf-16"),
        table('"II","V1"', *ROWS, before="# rate_hz: 500\n# unit: mV"),
        b"\xef\xbb\xbf"
        + table("t\tII (mV)\tV1 (mV)", *(row.replace(",", "\t") for row in TIMED)).replace(b"\n", b"\r\n"),
        made(Series(500, "mV", ("II", "V1"), VALUES.astype(np.float32))).data,
    ],
    ids=["json", "by name", "json with a mark", "csv", "decimal commas", "utf-16", "told before", "tabs", "our own"],
)
def test_the_same_series_however_it_is_written(data: bytes) -> None:
    found = decode(data, {}, "ecg")
    assert found.facts == {"rate_hz": 500, "leads": ["II", "V1"], "unit": "mV", "seconds": 0.008}
    assert (opened(found.data).values == VALUES).all()
    assert found == decode(data, {}, "another name")


def test_what_a_file_leaves_open_is_as_declared_and_volts_are_brought_to_the_unit() -> None:
    found = decode(table("", *ROWS), {"rate_hz": 250, "unit": "mV"}, "ecg")
    assert found.facts == {"rate_hz": 250, "leads": ["1", "2"], "unit": "mV", "seconds": 0.016}
    micro = opened(decode(as_json(unit="uV"), {"unit": "mV"}, "ecg").data)
    assert (micro.unit, np.allclose(micro.values, VALUES / 1000)) == ("mV", True)
    assert decode(as_json(), {"leads": ("v1", "ii")}, "ecg").facts["leads"] == ["II", "V1"]


@pytest.mark.parametrize(
    ("data", "options", "code", "told"),
    [
        (b"", {}, "input_damaged", "empty"),
        (table("", *ROWS), {}, "input_unsupported", "samples a second"),
        (as_json(values=[]), {}, "input_damaged", "no samples"),
        (as_json(values=[[1, 2], [3]]), {}, "input_damaged", "differ in length"),
        (as_json(leads=["II"]), {}, "input_damaged", "names 1 leads"),
        (as_json(leads=["II", "II"]), {}, "input_damaged", "Name each once"),
        (as_json(values=[["a"]]), {}, "input_damaged", "no series as JSON"),
        (as_json(values=[[1e39], [0]]), {}, "input_damaged", "no number"),
        (as_json(rate_hz=-1), {}, "input_unsupported", "samples a second"),
        (as_json(values=[[0]] * 300, leads=[]), {}, "input_unsupported", "300 leads"),
        (as_json(unit="mmHg"), {"unit": "mV"}, "input_unsupported", "mmHg"),
        (as_json(), {"leads": ("V6",)}, "input_unsupported", "V6"),
        (as_json(values=[[0] * 1000] * 2), {"max_seconds": 1}, "input_too_large", "2.0 s"),
        (table("time,II", "0,1", "0.1,2", "0.5,3"), {}, "input_unsupported", "evenly"),
        (table("time,II", "0,1"), {}, "input_damaged", "one row"),
        (table("time,II", "0,1", "1,2,3"), {}, "input_damaged", "Row 3"),
        (table("time,II", "0,1", "1,much"), {}, "input_damaged", "“much”"),
        (table("time,II", "0,1", "1,"), {}, "input_damaged", "Fill the gap"),
        (table("time,II (mV),P (mmHg)", "0,1,2", "1,2,3"), {}, "input_unsupported", "several units"),
        (b"PK\x03\x04" + bytes(60), {}, "input_damaged", "damaged zip"),
        (bytes(128) + b"DICM" + bytes(60), {}, "input_unsupported", "without a waveform"),
        (b"RIFF\0\0\0\0WAVE" + bytes(60), {}, "input_unsupported", "no series"),
        (b"\xff\xff\xff\xff" + bytes(60), {}, "input_damaged", "not one of ours"),
    ],
)
def test_what_is_refused(data: bytes, options: dict[str, Any], code: str, told: str) -> None:
    with pytest.raises(Refusal) as caught:
        decode(data, options, "ecg")
    assert (caught.value.code, told in caught.value.message) == (code, True), caught.value.message


@pytest.mark.parametrize("case", PREVIEWED, ids=lambda case: case["name"])
def test_edits_are_what_the_page_previews(case: dict[str, Any]) -> None:
    edits = [edit for edit in msgspec.convert(case["edits"], Edits) if not edit.off]
    values = np.array(case["values"], np.float32)
    found = edited(values, case["rate_hz"], case["leads"], edits)
    assert np.abs(found - np.array(case["expected"])).max() < 2e-6


stretches = st.tuples(st.floats(0, 3), st.floats(0.001, 3)).map(lambda pair: (pair[0], pair[0] + pair[1]))
masks = stretches.map(lambda pair: Mask(start_s=pair[0], end_s=pair[1]))
gains = st.builds(Gain, db=st.floats(-60, 40))
filters = st.builds(Filter, low_hz=st.floats(0.1, 5), high_hz=st.floats(6, 60))


@given(edits=st.lists(st.one_of(masks, gains, filters), max_size=4), seed=st.integers(0, 50))
@settings(deadline=None, max_examples=40)
def test_the_same_list_gives_the_same_bytes(edits: list[Edit], seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(2, 400)).astype(np.float32)
    data = made(Series(100, "mV", ("I", "II"), values)).data
    assert render(data, edits) == render(data, edits)


@given(mask=masks, seed=st.integers(0, 50), factor=st.integers(2, 5))
@settings(deadline=None, max_examples=60)
def test_a_mask_changes_nothing_outside_and_covers_the_same_time_at_another_rate(
    mask: Mask, seed: int, factor: int
) -> None:
    values = np.random.default_rng(seed).uniform(0.5, 1, (1, 400)).astype(np.float32)
    masked = edited(values, 100, ["I"], [mask])
    hit = np.flatnonzero(masked[0] == 0)
    assert (np.delete(masked[0], hit) == np.delete(values[0], hit)).all()
    assert (np.diff(hit) == 1).all()
    finer = np.flatnonzero(edited(np.repeat(values, factor, axis=1), 100 * factor, ["I"], [mask])[0] == 0)
    assert abs(finer[0] / factor - hit[0]) <= 1
    assert abs((finer[-1] + 1) / factor - (hit[-1] + 1)) <= 1


def test_a_thumbnail_is_drawn() -> None:
    assert thumbnail(decode(as_json(), {}, "").data, 160).facts == {"width": 160, "height": 80}


def test_names_and_units_are_what_people_can_read_and_a_database_stores() -> None:
    """A null character breaks the statement that keeps the case; one that turns the direction hides what follows."""
    given = {"values": {"a\x00b": [1, 2], "\u202ec\x1b": [3, 4]}, "rate_hz": 5, "unit": "m\x00V"}
    facts = decode(json.dumps(given).encode(), {}, "").facts
    assert (facts["leads"], facts["unit"]) == (["a\ufffdb", "\ufffdc\ufffd"], "m\ufffdV")
    with pytest.raises(Refusal, match="Name each once"):
        decode(json.dumps(given | {"values": {"a\x00": [1, 2], "a\x01": [3, 4]}}).encode(), {}, "")
