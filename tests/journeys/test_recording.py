"""A recording on the bench: heard, silenced in part, filtered, marked and judged; another one from a file."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from atrium_client import Atrium, Audio, Card, Endpoint, Label
from tests.journeys import sounds
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def served(running: None, tmp_path_factory: pytest.TempPathFactory) -> Endpoint:
    folder = tmp_path_factory.mktemp("sounds")
    project = Atrium(site().url, Lab.make("Listening Room").token()).project("Sounds", create=True)
    version = project.upload(
        "loudness",
        sounds.model(folder / "loudness.onnx"),
        inputs=[Audio("sound", rate_hz=sounds.RATE)],
        outputs=[Label("finding", classes=sounds.CLASSES, activation="softmax")],
        example=[sounds.write(folder / "tone.wav", sounds.tone())],
        card=Card(purpose="Tells loud recordings from quiet ones."),
        progress=False,
    )
    return version.deploy()


def stage_of(bench: Bench) -> Locator:
    return bench.page.get_by_role("slider", name=re.compile("Recording|Editing the recording|Marking"))


def test_a_recording_is_heard_silenced_filtered_and_judged(served: Endpoint, visit: Visit, tmp_path: Path) -> None:
    bench = Bench(visit("listener")).open(str(served.share()))
    page = bench.page
    stage = stage_of(bench)
    expect(page.get_by_text("2.0 s, 8,000 Hz, mono")).to_be_visible()
    bench.shows("loud", 0.99)
    bench.visitor.sees_a_sound_page()

    stage.focus()
    page.keyboard.press("Space")
    expect(stage).not_to_have_attribute("aria-valuenow", "0.000")
    page.keyboard.press("Space")
    page.keyboard.press("Home")
    expect(stage).to_have_attribute("aria-valuetext", "0.00 s of 2.00 s")

    page.keyboard.press("e")
    box = stage.bounding_box()
    assert box is not None
    middle = box["x"] + 58 + (box["width"] - 70) / 2
    bench.drag((box["x"] + 30, box["y"] + 120), (middle, box["y"] + 200))
    bench.shows("loud", 0.12, "−0.87")
    expect(page.get_by_text("Silence 0.00 to 1.00 s", exact=True)).to_be_visible()
    bench.visitor.sees_a_sound_page()
    page.get_by_role("button", name="In effect: Silence 0.00 to 1.00 s").click()
    bench.shows("loud", 0.99)
    page.get_by_role("button", name="Take back: Silence 0.00 to 1.00 s").click()

    page.keyboard.press("b")
    page.get_by_role("slider", name="From").fill("80")  # beyond the tone: little is left of it
    expect(bench.score("quiet")).to_contain_text("0.8")
    page.keyboard.press("Escape")

    page.keyboard.press("m")
    expect(stage).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_text("0.80 s to 1.20 s")).to_be_visible()
    page.get_by_role("radio", name="Wrong", exact=True).check()
    page.get_by_label("In one sentence").fill("There is a tone.")
    page.get_by_role("button", name="Send to Listening Room").click()
    expect(bench.judgement).to_contain_text("Sent to Listening Room")

    page.get_by_role("button", name="Try your own").click()
    page.get_by_label("Choose a recording").set_input_files(sounds.write(tmp_path / "quiet.wav", sounds.tone() / 50, 2))
    expect(page.get_by_text("2.0 s, 8,000 Hz, stereo")).to_be_visible()
    bench.shows("quiet", 0.87)


def test_without_a_microphone_it_says_what_to_do(served: Endpoint, visit: Visit) -> None:
    bench = Bench(visit("mute")).open(str(served.share()))
    page = bench.page
    page.get_by_role("button", name="Try your own").click()
    page.get_by_role("button", name="Record one").click()
    expect(page.get_by_text("Nothing is sent before you press Send.")).to_be_visible()
    bench.visitor.sees_a_sound_page()
    page.get_by_role("button", name="Start recording").click()
    expect(page.get_by_role("alert")).to_contain_text("choose a file")
    page.keyboard.press("Escape")
    expect(stage_of(bench)).to_be_visible()
