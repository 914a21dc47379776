"""Somebody who has never seen it opens a link on a tablet and flags a case; what that took is counted and kept."""

import pytest
from playwright.sync_api import expect

from infra.dev.ground import VAR
from tests.journeys import films
from tests.journeys.acts import Acts, count_acts
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.journeys.served import Served
from tests.journeys.visitors import TABLET

pytestmark = pytest.mark.journey

PICTURES = VAR / "tablet"
SENTENCE = "It reads the white corner, not the lungs."
PRESSES = 5
"""Cover a part; the part; a verdict; the sentence's field; send."""


def test_from_the_link_to_a_flag(served: Served, visit: Visit) -> None:
    guest = visit("tablet", TABLET, touch=True)
    count_acts(guest.context)
    PICTURES.mkdir(parents=True, exist_ok=True)
    seen = 0

    def keep(what: str) -> None:
        """A picture of what stands on the tablet now, without scrolling; every target fits a finger, nothing is cut."""
        nonlocal seen
        seen += 1
        guest.page.screenshot(path=PICTURES / f"{seen}-{what}.png", animations="disabled")
        guest.finds_every_target_large_enough()
        guest.sees_nothing_beyond_the_edge()

    bench = Bench(guest).open(str(served.films.share()))
    page = bench.page
    bench.shows("effusion", films.CERTAIN)
    cover = page.get_by_role("button", name="Cover a part")
    expect(cover).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("group", name="Is this answer right?")).to_be_in_viewport(ratio=1)
    keep("opened")

    cover.tap()
    keep("covering")
    bench.drag_by_finger(*bench.corner_to_middle())
    bench.shows("effusion", films.COVERED, "−0.96")
    keep("changed")

    page.get_by_text("Right, wrong reason").tap()
    sentence = page.get_by_label("In one sentence")
    expect(sentence).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Send to Lakeside Imaging")).to_be_in_viewport(ratio=1)
    keep("judging")
    sentence.tap()
    page.keyboard.type(SENTENCE)
    keep("written")
    page.get_by_role("button", name="Send to Lakeside Imaging").tap()
    expect(bench.judgement).to_contain_text("Sent to Lakeside Imaging")
    keep("sent")

    assert Acts.of(page) == Acts(PRESSES, ("bench-say",))
    (thread,) = served.project.inbox()
    assert (thread.flag.verdict, thread.flag.message) == ("right_wrong_reason", SENTENCE)
    guest.sees_a_sound_page()
