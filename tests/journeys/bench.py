"""The bench as a reviewer meets it."""

import time

from playwright.sync_api import Locator, Page, expect

from tests.journeys.visitors import Visitor


class Bench:
    """One opened bench. Places on the picture are asked for by what a hand does, never by its own coordinates."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page
        self._fingers = visitor.context.new_cdp_session(self.page)
        self._now = time.time()  # as a finger's moves are stamped, in seconds

    def open(self, url: str) -> "Bench":
        self.page.goto(url)
        return self.ready()

    def ready(self) -> "Bench":
        """The first answer is drawn, and the line to the server stands."""
        expect(self.page.locator("#bench[data-ready]")).to_be_attached()
        self.connected()
        return self

    def connected(self) -> None:
        expect(self.page.get_by_role("contentinfo")).to_contain_text("Connected")

    @property
    def canvas(self) -> Locator:
        return self.page.get_by_role("application")

    @property
    def answer(self) -> Locator:
        return self.page.get_by_role("region", name="Answer")

    @property
    def attempts(self) -> Locator:
        return self.page.get_by_role("region", name="Attempts").get_by_role("button")

    @property
    def judgement(self) -> Locator:
        return self.page.get_by_role("region", name="Your judgement")

    @property
    def conversation(self) -> Locator:
        return self.page.get_by_role("log")

    def score(self, name: str) -> Locator:
        """The bar of a class: its name, its score, and the difference to the original's."""
        return self.answer.get_by_role("listitem").filter(has_text=name)

    def shows(self, name: str, score: float, change: str = "") -> None:
        expect(self.score(name)).to_contain_text(f"{score:.2f}")
        if change:
            expect(self.score(name)).to_contain_text(change)

    def corner_to_middle(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """From beyond the picture's top right corner to its middle."""
        self.canvas.scroll_into_view_if_needed()
        box = self.canvas.bounding_box()
        assert box is not None
        return (box["x"] + box["width"] - 4, box["y"] + 4), (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """By mouse, in a few steps as a hand makes them."""
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=6)
        self.page.mouse.up()

    def drag_by_finger(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Slowly enough to stop at the end: after a swipe Chromium swallows the next tap, which stops the swipe."""
        self._touch("touchStart", start)
        for step in range(1, 7):
            share = step / 6
            self._touch("touchMove", (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share))
        self._now += 0.3
        self._touch("touchMove", (end[0], end[1] + 0.5))
        self._touch("touchEnd")

    def _touch(self, kind: str, *points: tuple[float, float]) -> None:
        self._now += 0.016
        places = [{"x": x, "y": y} for x, y in points]
        self._fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places, "timestamp": self._now})
