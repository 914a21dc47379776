"""A 12-lead ECG on the bench: on its paper, measured with calipers, silenced in one lead and in all, on a phone."""

import re
from uuid import UUID

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from apps.projects.services import change_project
from atrium_client import Atrium, Card, Endpoint, Label, Series
from tests.journeys import sounds
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.journeys.visitors import PHONE
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.journey

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
RATE = 100


@pytest.fixture(scope="module")
def served(running: None, tmp_path_factory: pytest.TempPathFactory) -> Endpoint:
    folder = tmp_path_factory.mktemp("leads")
    time = np.arange(10 * RATE) / RATE
    first_half = 0.5 * np.sin(2 * np.pi * 7 * time) * (time < 5)
    lab = Lab.make("Heart Lab")
    project = Atrium(site().url, lab.token()).project("Leads", create=True)
    change_project(lab.alice, UUID(project.id), guests_explain=True)
    version = project.upload(
        "loudness",
        sounds.model(folder / "loudness.onnx", ("c", "t")),
        inputs=[Series("sound", leads=LEADS, unit="mV", rate_hz=RATE)],
        outputs=[Label("finding", classes=sounds.CLASSES, activation="softmax")],
        example=[sounds.write_leads(folder / "ecg.csv", LEADS, first_half, RATE)],
        card=Card(purpose="Tells large signals from small ones."),
        progress=False,
    )
    return version.deploy()


def stage_of(bench: Bench) -> Locator:
    return bench.page.get_by_role("slider", name=re.compile("Signal|Editing the signal"))


def half_of_the_last_row(stage: Locator) -> tuple[tuple[float, float], tuple[float, float]]:
    """From the beginning to the middle of lead II at the foot of the sheet, which lies at 25 mm a second."""
    box = stage.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] * 0.85
    return (box["x"] + 20, y), (box["x"] + 44 + 5 * 25 * 96 / 25.4, y)


def test_an_ecg_is_measured_and_silenced_by_lead(served: Endpoint, visit: Visit) -> None:
    bench = Bench(visit("cardiologist")).open(str(served.share()))
    page = bench.page
    stage = stage_of(bench)
    bar = page.get_by_role("toolbar", name="Looking")
    expect(page.get_by_text("10.0 s, 100 Hz, 12 leads")).to_be_visible()
    expect(bar).to_contain_text("25 mm/s, 10 mm/mV")
    bench.shows("loud", 0.99)
    bench.visitor.sees_a_sound_page()

    stage.focus()
    page.keyboard.press("c")
    page.keyboard.press("ArrowRight")  # the calipers, a second apart, and a pixel more
    expect(bar.get_by_role("status")).to_contain_text("I: 1,011 ms, 59 bpm, ±0.00 mV")

    page.keyboard.press("e")
    page.get_by_label("Leads that are changed").select_option("II")
    bench.drag(*half_of_the_last_row(stage))
    expect(page.get_by_text("Silence 0.00 to 5.00 s, II")).to_be_visible()
    bench.shows("loud", 0.98, "−0.01")
    page.get_by_label("Leads that are changed").select_option("All leads")
    bench.drag(*half_of_the_last_row(stage))
    bench.shows("loud", 0.12, "−0.87")
    bench.visitor.sees_a_sound_page()


def test_on_a_phone_leads_lie_below_each_other(served: Endpoint, visit: Visit) -> None:
    phone = visit("ward", PHONE, dark=True, touch=True)
    bench = Bench(phone).open(str(served.share()))
    expect(bench.page.get_by_role("group", name="Layout")).to_have_count(0)
    expect(stage_of(bench)).to_be_visible()
    phone.sees_a_sound_page()
    phone.sees_nothing_beyond_the_edge()
    phone.finds_every_target_large_enough()


def test_what_silence_changes_is_drawn_below_the_leads(served: Endpoint, visit: Visit) -> None:
    visitor = visit("ward", PHONE, dark=True, touch=True)
    page = Bench(visitor).open(str(served.share(role="review"))).page
    panel = page.get_by_role("region", name="Why?")
    panel.locator("summary").first.press("Enter")
    panel.get_by_label("Detail").select_option("coarse")
    panel.get_by_label("Silence").select_option("each")
    expect(panel.get_by_text(re.compile("^Asks the model 229 times"))).to_be_visible()
    panel.get_by_role("button", name="Ask why").press("Enter")
    expect(panel.get_by_text("the most of all stretches")).to_contain_text("lowered “loud”")
    courses = panel.get_by_role("img", name=re.compile("silence from .* lowers it by"))
    expect(courses).to_have_count(6)
    expect(panel.locator(".why-trace")).to_have_count(12)
    panel.get_by_text("Show all 12 leads").press("Enter")
    expect(courses).to_have_count(12)
    visitor.sees_a_sound_page()
    visitor.sees_nothing_beyond_the_edge()
    visitor.finds_every_target_large_enough()
