"""The bench inside a page of another site: where the link allows it, and only there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Route, expect

from atrium_client import Link
from infra.dev import browser
from tests.journeys.conftest import Visit
from tests.journeys.served import Served
from tests.services import site

pytestmark = pytest.mark.journey

UNPARTITIONED_REFUSED = "--test-third-party-cookie-phaseout"
"""Chromium then keeps of third parties what is partitioned, and nothing else."""


@dataclass
class Elsewhere:
    """A site of somebody else's: pages in a folder."""

    folder: Path
    url: str

    def show(self, markup: str, width: int = 1100, height: int = 760) -> str:
        """The address of a page that holds this markup."""
        style = f"<style>iframe {{ width: {width}px; height: {height}px }}</style>"
        page = f"<!doctype html><title>Ward page</title>{style}<h1>Ward page</h1>{markup}"
        (self.folder / "ward.html").write_text(page, encoding="utf-8")
        return f"{self.url}/ward.html"


@contextmanager
def serving(folder: Path) -> Iterator[Elsewhere]:
    """On another host than ours, as browsers count: 127.0.0.1 is not localhost."""
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Elsewhere(folder, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def served(served: Served) -> Served:
    assert "//localhost:" in site().url
    return served


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    with serving(tmp_path_factory.mktemp("elsewhere") / "ward") as elsewhere:
        yield elsewhere


@pytest.fixture
def link(served: Served, ward: Elsewhere) -> Link:
    return served.films.share(embed=[ward.url])


@pytest.fixture
def strict(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that keeps no cookie of third parties but partitioned ones."""
    started = chromium.browser_type.launch(
        executable_path=browser.require(), chromium_sandbox=os.geteuid() != 0, args=[UNPARTITIONED_REFUSED]
    )
    yield started.new_context(viewport={"width": 1200, "height": 900}, reduced_motion="reduce")
    started.close()


def bench_in(page: Page) -> FrameLocator:
    frame = page.frame_locator("iframe")
    expect(frame.locator("#bench[data-ready]")).to_be_attached()
    expect(frame.get_by_role("contentinfo")).to_contain_text("Connected")
    return frame


def test_a_guest_flags_inside_a_page_that_the_link_names(
    served: Served, ward: Elsewhere, link: Link, strict: BrowserContext
) -> None:
    page = strict.new_page()
    page.goto(ward.show(link.iframe))
    frame = bench_in(page)
    kept = {cookie["name"]: cookie for cookie in strict.cookies()}
    assert {"framed-key", "framed-guest", "framed-csrftoken"} <= set(kept)
    assert not {"key", "guest", "sessionid"} & set(kept)
    frame.get_by_role("radio", name="Wrong", exact=True).check()
    frame.get_by_label("In one sentence").fill("Seen on the ward's page.")
    frame.get_by_role("button", name="Send to Lakeside Imaging").click()
    expect(frame.get_by_role("region", name="Your judgement")).to_contain_text("Lakeside Imaging has it")
    [thread] = served.project.inbox()
    assert (thread.flag.verdict, thread.flag.message) == ("wrong", "Seen on the ward's page.")
    link.revoke()
    expect(frame.get_by_role("heading", name="This link no longer works")).to_be_visible()


def test_on_other_pages_nothing_is_shown(served: Served, link: Link, visit: Visit, tmp_path: Path) -> None:
    with serving(tmp_path / "other") as other:
        page = visit("somebody").page
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text))
        for shown in (link, served.films.share()):
            refused.clear()
            page.goto(other.show(f'<iframe src="{shown}"></iframe>'))
            expect(page.get_by_role("heading", name="Ward page")).to_be_visible()
            page.wait_for_function("() => performance.getEntriesByType('navigation')[0].loadEventEnd > 0")
            assert any("frame-ancestors" in text or "X-Frame-Options" in text for text in refused), refused
            assert page.frame_locator("iframe").locator("#bench").count() == 0


def test_where_nothing_is_kept_a_tab_is_offered(ward: Elsewhere, link: Link, strict: BrowserContext) -> None:
    def without_cookies(route: Route) -> None:
        asked = route.request.headers | {"Sec-Fetch-Dest": "iframe"}  # which Playwright leaves out
        answer = route.fetch(headers=asked, max_redirects=0)
        route.fulfill(response=answer, headers={k: v for k, v in answer.headers.items() if k != "set-cookie"})

    page = strict.new_page()
    page.route("**/l/*", without_cookies)
    page.goto(ward.show(link.iframe))
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Open it in a tab of its own")).to_be_visible()
    page.unroute_all()
    with strict.expect_page() as opened:
        frame.get_by_role("link", name="Open in a new tab").click()
    expect(opened.value.locator("#bench[data-ready]")).to_be_attached()


@pytest.mark.parametrize(("width", "height"), [(700, 500), (400, 600), (1100, 400)])
def test_a_small_frame_is_worked_in(
    ward: Elsewhere, link: Link, strict: BrowserContext, width: int, height: int
) -> None:
    page = strict.new_page()
    page.goto(ward.show(link.iframe, width, height))
    frame = bench_in(page)
    inside = page.frames[1]
    assert inside.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert inside.evaluate("document.querySelector('.film').getBoundingClientRect().height") >= 180
    if width < 640:  # as on a phone, where the verdicts stand below the picture and a press at its foot leads to them
        frame.get_by_role("button", name="Flag").click()
    wrong = frame.get_by_role("radio", name="Wrong", exact=True)
    expect(wrong).to_be_in_viewport()
    wrong.check()
    expect(frame.get_by_label("In one sentence")).to_be_in_viewport(ratio=1)
    expect(frame.get_by_role("button", name="Send to Lakeside Imaging")).to_be_visible()
