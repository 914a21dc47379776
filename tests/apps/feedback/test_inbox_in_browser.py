"""The inbox under the hand: keys, live changes beside a half-written reply, pictures replayed, no barrier."""

import os
import re
from collections.abc import Callable, Iterator
from itertools import product
from struct import pack
from typing import Any, Literal, TypeVar
from zlib import compress, crc32

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from apps.artifacts.models import Artifact
from apps.endpoints.models import Prediction
from apps.feedback.models import Flag
from apps.feedback.services import set_status, write_message
from atrium.access.principals import Guest
from atrium.tenancy.context import team_context
from infra.dev import browser
from tests.people import Lab
from tests.services import site
from tests.threads import Threads

from .cases import BOX, base, flagged, reviewer, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("web_process")]

T = TypeVar("T")
SIDE = 64
OUTSIDE = {"kind": "point", "points": [[0.9, 0.9]]}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CROP = {"kind": "crop", "x": 0.0, "y": 0.0, "w": 0.5, "h": 0.5}


def apart(act: Callable[..., T], *values: Any, **named: Any) -> T:
    """Run in a thread of its own: Playwright keeps a loop in this one, where Django refuses to work."""
    with Threads(1) as thread:
        return thread.submit(act, *values, **named).result()


@pytest.fixture
def dana(lab: Lab) -> Guest:
    return reviewer(lab)


def film() -> bytes:
    """A PNG of SIDE × SIDE grey pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + name + data + pack(">I", crc32(name + data))

    rows = b"".join(b"\0" + bytes(range(y, y + SIDE)) for y in range(SIDE))
    head = pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture
def flag(lab: Lab, dana: Guest) -> Flag:
    """A judgement of a picture that a browser can draw."""
    flag = flagged(lab, dana, marks=[BOX, OUTSIDE])
    with team_context(lab.alice):
        Artifact.objects.filter(content_type="image/png").update(inline=film())
        for prediction in Prediction.objects.all():
            prediction.inputs["film"] |= {"width": SIDE, "height": SIDE}
            prediction.save(update_fields=["inputs"])
    return flag


@pytest.fixture
def page(lab: Lab, flag: Flag) -> Iterator[Page]:
    """The list, as Alice sees it; the test fails where the page logs an error."""
    key = signed_in(lab.alice).cookies["sessionid"].value
    program = os.environ.get("CHROMIUM") or str(browser.require())
    errors: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": key, "url": site().url}])
        opened = context.new_page()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(site().url + base(lab))
        yield opened
        chromium.close()
    assert errors == []


def open_first(page: Page) -> None:
    """On a wide screen it opens by itself, and takes the focus from nobody."""
    expect(page.locator("#thread[data-case]:not(.htmx-settling)")).to_be_visible()
    expect(page.locator("#thread")).not_to_be_focused()


def test_a_change_arrives_beside_a_half_written_reply(page: Page, lab: Lab, dana: Guest, flag: Flag) -> None:
    open_first(page)
    expect(page.locator("#evidence canvas")).to_be_visible()
    page.evaluate("document.querySelector('#evidence canvas').dataset.same = 'yes'")
    page.keyboard.press("r")
    page.keyboard.type("Half a sen")
    apart(write_message, dana, flag.thread_id, body="One more thing")
    expect(page.locator("#talk")).to_contain_text("One more thing")
    page.keyboard.type("tence")
    assert page.input_value("#body") == "Half a sentence"
    assert page.locator("#evidence canvas[data-same]").count() == 1
    page.click("#reply .primary")
    expect(page.locator("#talk")).to_contain_text("Half a sentence")
    expect(page.locator("#talk").get_by_text("Half a sentence")).to_be_in_viewport()
    expect(page.locator("#body")).to_have_value("")


def test_the_count_follows_on_every_page_of_the_project(page: Page, lab: Lab, flag: Flag) -> None:
    page.goto(f"{site().url}/t/{lab.team.slug}/{lab.project.slug}/")
    count = page.locator("a[data-counts] .count")
    expect(count).to_contain_text("1")
    apart(set_status, lab.alice, flag.thread_id, "resolved")
    expect(count).to_have_count(0)
    apart(set_status, lab.alice, flag.thread_id, "open")
    expect(count).to_contain_text("1")


def test_a_new_judgement_comes_to_the_list_and_to_its_open_case(page: Page, lab: Lab, flag: Flag) -> None:
    open_first(page)
    apart(flagged, lab, apart(reviewer, lab, "Henrik"), case=bytes(flag.prediction.original_sha256), message="A fold")
    expect(page.locator(".judgement")).to_have_count(2)
    expect(page.locator(".judgement").last).to_contain_text("A fold")
    apart(flagged, lab, message="Another case")
    expect(page.locator(".item")).to_have_count(2)


def test_keys_assign_and_resolve(page: Page) -> None:
    open_first(page)
    page.keyboard.press("a")
    expect(page.locator("#assignee")).to_be_focused()
    page.select_option("#assignee", label="Alice (you)")
    expect(page.locator("#talk")).to_contain_text("Alice took this")
    page.locator("#thread").focus()
    page.keyboard.press("e")
    expect(page.locator("#resolve")).to_be_visible()
    page.click("#resolve .primary")
    expect(page.locator("#case-head")).to_contain_text("Resolved")
    page.get_by_role("button", name="Open again").click()
    expect(page.get_by_role("button", name="Resolve…")).to_be_visible()


def test_the_edits_are_replayed_and_a_mark_beyond_the_crop_is_told(
    page: Page, lab: Lab, dana: Guest, flag: Flag
) -> None:
    def crop() -> None:
        with team_context(lab.alice):
            Prediction.objects.filter(pk=flag.prediction_id).update(edits=[CROP])

    apart(crop)
    page.reload()  # the case had opened by itself before
    open_first(page)
    step, beyond = page.locator(".replay input"), page.locator(".beyond")
    expect(page.locator(".replay .num")).to_have_text("1 of 1")
    expect(beyond.last).to_be_visible()
    expect(beyond.first).to_be_hidden()
    step.fill("0")
    expect(page.locator(".replay .num")).to_have_text("original")
    expect(beyond.last).to_be_hidden()
    page.get_by_role("button", name="Replay the edits").click()
    expect(page.locator(".replay .num")).to_have_text("1 of 1")


def test_nobody_meets_a_barrier(page: Page) -> None:
    open_first(page)
    meets_none(page)
    expect(page.locator(".list")).to_be_hidden()


def test_the_list_is_narrowed_by_words_and_fields_which_the_address_holds(page: Page) -> None:
    open_first(page)
    page.keyboard.press("/")
    page.keyboard.type("mark")
    expect(page).to_have_url(re.compile(r"\?show=open&q=mark$"))
    expect(page.locator("#items .item")).to_have_count(1)
    page.click("#narrow summary")
    page.select_option("#narrow [name=verdict]", "unsure")
    expect(page.locator("#items")).to_contain_text("Nothing found for “mark”")
    expect(page).to_have_url(re.compile(r"\?show=open&q=mark&verdict=unsure$"))
    assert page.locator("#narrow").get_attribute("open") is not None
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    page.click("#chosen a")
    expect(page.locator("#items .item")).to_have_count(1)


def meets_none(page: Page) -> None:
    """At each width, light and dark; the narrowest last."""
    for width, scheme in product((1440, 820, 390), SCHEMES):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour is half-way to the other
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page)
        assert found.violations_count == 0, (width, scheme, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, scheme)
