"""Windows of time against a loop over samples, against a linear model, and through a real runner."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpu_workers.explanations.asking import asking
from gpu_workers.inputs import series as our_series
from gpu_workers.inputs import sound
from gpu_workers.protocol.asked import calls_of
from gpu_workers.protocol.edits import Mask
from gpu_workers.protocol.explained import Timeline
from gpu_workers.protocol.explanations import Windows
from gpu_workers.protocol.interface import Interface, LabelOutput
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.rendering import Made
from gpu_workers.protocol.signals import AudioInput, SeriesInput
from gpu_workers.runner import Runner
from gpu_workers.runner.frames import Variant
from gpu_workers.runner.postprocess import Reading, reading
from gpu_workers.series import Series
from tests.journeys import sounds

Array = np.ndarray[Any, Any]
LEADS = ("I", "II", "V1")
RATE = 50.0
SIGNAL = np.random.default_rng(8).normal(size=(3, 200)).astype(np.float32)
SECONDS = SIGNAL.shape[1] / RATE
FINDING = LabelOutput(name="finding", classes=("loud", "quiet"), activation="softmax")
GIVEN = Interface((SeriesInput(name="x"),), (FINDING,))


def changed(variant: Variant) -> Array:
    """The signal with what a variant silences: the samples whose middle lies in the stretch."""
    values = SIGNAL.astype(float)
    for edit in variant.edits.get("x", ()):
        assert isinstance(edit, Mask)
        middles = (np.arange(values.shape[1]) + 0.5) / RATE
        hit = (middles > edit.start_s - 1e-9) & (middles < edit.end_s - 1e-9)
        for row, lead in enumerate(LEADS):
            if edit.leads is None or lead in edit.leads:
                values[row, hit] = 0
    return values


def by_samples(score: Callable[[Array], float], window: int, stride: int, rows: list[int]) -> Array:
    """(samples,): for every sample the mean drop over the windows that contain it; plain loops, nothing shared."""
    length = SIGNAL.shape[1]
    whole, total, count = score(SIGNAL.astype(float)), np.zeros(length), np.zeros(length)
    begins = [begin for begin in range(0, length, stride) if begin < length - window] + [length - window]
    for begin in begins:
        silent = SIGNAL.astype(float)
        for row in rows:
            for sample in range(begin, begin + window):
                silent[row, sample] = 0
        for sample in range(begin, begin + window):
            total[sample] += whole - score(silent)
            count[sample] += 1
    return total / count


def spread(found: Timeline, row: int) -> Array:
    """(samples,)"""
    middles = (np.arange(SIGNAL.shape[1]) + 0.5) / RATE
    return np.array(found.rows[row].values)[np.searchsorted(found.times, middles, side="right") - 1]


def course(method: Windows, score: Callable[[Array], float]) -> Timeline:
    asked = asking(method, GIVEN, {})
    assert len(asked.variants) == calls_of(method, GIVEN, {})
    found = asked.result([Reading(score(changed(variant)), "") for variant in asked.variants])
    assert isinstance(found, Timeline)
    return found


@pytest.mark.parametrize(("window", "stride"), [(20, 20), (20, 10), (30, 20), (200, 200)])
@pytest.mark.parametrize("by_lead", [False, True])
def test_it_is_what_a_loop_over_samples_gives(window: int, stride: int, by_lead: bool) -> None:
    weights = np.random.default_rng(3).normal(size=SIGNAL.shape)

    def score(values: Array) -> float:
        return float(np.tanh((values * weights).sum() / 30))

    length = SIGNAL.shape[1]
    leads = LEADS if by_lead else ()
    method = Windows(
        input="x", window=window / length, stride=stride / length, leads=leads, by_lead=by_lead, seconds=SECONDS
    )
    found = course(method, score)
    assert [row.lead for row in found.rows] == list(leads or ("",))
    for place in range(len(found.rows)):
        expected = by_samples(score, window, stride, [place] if by_lead else [0, 1, 2])
        np.testing.assert_allclose(spread(found, place), expected, rtol=0, atol=1e-12)
    assert found.score == score(SIGNAL.astype(float))
    assert (found.times[0], found.times[-1]) == (0, SECONDS)


def test_of_a_linear_model_it_is_exact() -> None:
    """Of w·x the drop of a window is the sum of w·x in it, lead by lead, and of all leads the sum of theirs."""
    weights = np.random.default_rng(5).normal(size=SIGNAL.shape)
    shares = Windows(input="x", window=0.1, stride=0.1, leads=LEADS, by_lead=True, seconds=SECONDS)
    found = course(shares, lambda values: float((values * weights).sum()))
    parts = (SIGNAL * weights).reshape(3, 10, 20).sum(2)
    np.testing.assert_allclose([row.values for row in found.rows], parts, rtol=0, atol=1e-12)
    together = course(
        Windows(input="x", window=0.1, stride=0.1, seconds=SECONDS), lambda values: float((values * weights).sum())
    )
    np.testing.assert_allclose(together.rows[0].values, parts.sum(0), rtol=0, atol=1e-12)
    row, place = np.unravel_index(np.abs(parts).argmax(), parts.shape)
    at = found.strongest
    assert at.lead == LEADS[row]
    assert [at.start_s, at.end_s] == pytest.approx([place * 0.4, place * 0.4 + 0.4])


def test_only_the_leads_that_are_named_are_silenced() -> None:
    asked = asking(Windows(input="x", window=0.5, stride=0.5, leads=("II",), seconds=SECONDS), GIVEN, {})
    assert asked.variants[1].edits["x"] == (Mask(start_s=0, end_s=SECONDS / 2, leads=("II",)),)


def test_a_stride_is_no_longer_than_its_window() -> None:
    with pytest.raises(ValueError, match="never be silenced"):
        Windows(window=0.1, stride=0.2)


def blob(made: Made) -> Blob:
    return Blob(made.sha256, "", made.data)


@pytest.mark.parametrize("kind", ["series", "audio"])
def test_a_silenced_window_is_the_edit_that_silences_it(kind: str, tmp_path: Path) -> None:
    """What a variant answers is, to the bit, what the case answers that the inputs process has edited."""
    if kind == "series":
        field: Any = SeriesInput(name="sound", leads=("V1", "I"))
        made = our_series.made(Series(RATE, "mV", LEADS, SIGNAL))
        render: Any = our_series.render
        names: tuple[str, ...] = LEADS
    else:
        field = AudioInput(name="sound", channels=2, layout="NCT")
        made = sound.made(50, SIGNAL[:2].T)
        render, names = sound.render, ("1", "2")
    runner = Runner(
        sounds.model(tmp_path / "m.onnx", ("c", "t")), interface=Interface((field,), (FINDING,)), batch_axis=0
    )
    runner.start()
    try:
        method = Windows(input="sound", window=0.25, stride=0.2, leads=names, by_lead=True, seconds=SECONDS)
        asked = asking(method, GIVEN, {})
        base: dict[str, Value] = {"sound": blob(made)}
        answers = runner.vary(base, asked.variants, "finding")
        scores = []
        for variant, answer in zip(asked.variants, answers, strict=True):
            [alone] = runner.predict([{"sound": blob(render(made.data, variant.edits.get("sound", ())))}])
            scores.append(reading(FINDING, answer["finding"], "loud").score)
            assert scores[-1] == reading(FINDING, alone["finding"], "loud").score
    finally:
        runner.close()
    found = asked.result([Reading(score, "") for score in scores])
    assert isinstance(found, Timeline)
    drops = {row.lead: np.abs(row.values).max() for row in found.rows}
    unused = {"II"} if kind == "series" else set()
    assert {lead for lead, drop in drops.items() if drop == 0} == unused
