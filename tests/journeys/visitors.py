"""People at browsers: each has a window of its own, and what its pages complain of is written down."""

from collections.abc import Sequence
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.services import FOLDER

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PICTURES = FOLDER / "pictures"
"""Where the pages of failed tests are kept."""
DESK, TABLET, PHONE = (1440, 900), (820, 1180), (390, 844)


class Visitor:
    """One browser context with one page. complaints: errors of scripts, of the console and of the CSP."""

    def __init__(self, browser: Browser, name: str, size: tuple[int, int], *, dark: bool, touch: bool) -> None:
        self.name = name
        self.complaints: list[str] = []
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
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def sees_a_sound_page(self, allowed: Sequence[str] = ()) -> None:
        """Nothing was complained of (but what contains one of `allowed`), and axe finds nothing to complain of."""
        assert [said for said in self.complaints if not any(word in said for word in allowed)] == []
        found = Axe().run(
            self.page, options={"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
        )
        told = [
            f"{one['id']}: {one['help']}: {node['target']} {node['html'][:160]}"
            for one in found.response["violations"]
            for node in one["nodes"][:4]
        ]
        assert told == [], self.page.url

    def keep_picture(self, test: str) -> Path:
        """A screenshot of the page as it is, for whoever reads why a test failed."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{test}-{self.name}.png"
        self.page.screenshot(path=path)
        return path

    def close(self) -> None:
        self.context.close()
