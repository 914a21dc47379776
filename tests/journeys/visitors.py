"""People at browsers: each has a window of its own, and what its pages complain of is written down."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.services import FOLDER, site

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = {
    "runOnly": {"type": "tag", "values": WCAG},
    "resultTypes": ["violations"],
    "preload": {"assets": ["media"]},  # no rule of these reads style sheets, which take as long as all else
}
REPLACED = ("htmx:sendAbort", "htmx:afterRequest")
"""How htmx says that a newer request took the place of an older one, or that the page was left meanwhile."""
FINGER = 44
"""CSS pixels."""
SMALL_TARGETS = """finger => [...document.querySelectorAll(
        "button, select, input:not([type=hidden]), summary, a.button")]
    .map(one => one.matches("[type=radio], [type=checkbox], [type=file]") ? one.closest("label") ?? one : one)
    .filter(one => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".skip"))
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.width < finger - 0.5 || box.height < finger - 0.5))
    .map(([one, box]) => `${one.outerHTML.slice(0, 120)} ${box.width.toFixed()} × ${box.height.toFixed()}`)"""
BEYOND_THE_EDGE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll("body *")]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 0.5)
    .map(one => `${one.outerHTML.slice(0, 120)} ends at ${one.getBoundingClientRect().right}`)"""
PICTURES = FOLDER / "pictures"
"""Where the pages of failed tests are kept."""
DESK, TABLET, PHONE = (1440, 900), (820, 1180), (390, 844)


class Visitor:
    """One browser context with one page. complaints: errors of scripts, of the console and of the CSP.

    strangers: addresses that were asked for elsewhere than at this site and its store.
    """

    def __init__(self, browser: Browser, name: str, size: tuple[int, int], *, dark: bool, touch: bool) -> None:
        self.name = name
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        width, height = size
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            has_touch=touch,
            reduced_motion="reduce",
            permissions=[],
        )
        self.context.set_default_timeout(20_000)
        self.context.set_default_navigation_timeout(20_000)
        self.page = self.open()

    def open(self) -> Page:
        """Another page of the same browser."""
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("request", self._follow)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def _follow(self, request: Request) -> None:
        asked = urlsplit(request.url)
        home = urlsplit(site().url)
        if asked.scheme in ("http", "https", "ws", "wss") and asked.netloc != home.netloc:
            self.strangers.append(request.url)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def sees_a_sound_page(self, allowed: Sequence[str] = ()) -> None:
        """Nothing was complained of (but what contains one of `allowed`), and axe finds nothing to complain of."""
        heard = [said for said in self.complaints if not any(word in said for word in (*allowed, *REPLACED))]
        assert not heard, "\n".join(heard)
        found = Axe().run(self.page, options=AXE)
        told = [
            f"{one['id']}: {one['help']}: {node['target']} {node['html'][:160]}"
            for one in found.response["violations"]
            for node in one["nodes"][:4]
        ]
        assert not told, "\n".join([self.page.url, *told])

    def sees_nothing_beyond_the_edge(self) -> None:
        """No page is wider than its window."""
        beyond = self.page.evaluate(BEYOND_THE_EDGE)
        assert not beyond, "\n".join([self.page.url, *beyond])

    def finds_every_target_large_enough(self) -> None:
        """What a finger presses is at least FINGER on each side, but for links inside sentences."""
        small = self.page.evaluate(SMALL_TARGETS, FINGER)
        assert not small, "\n".join([self.page.url, *small])

    def keep_picture(self, test: str) -> Path:
        """A screenshot of the page as it is, for whoever reads why a test failed."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{test}-{self.name}.png"
        self.page.screenshot(path=path)
        return path

    def close(self) -> None:
        self.context.close()
