"""Looking at a page as all its readers do: each width, light and dark; axe, the console, no foreign host; a picture."""

from collections.abc import Sequence
from itertools import cycle, product
from pathlib import Path

from infra.dev.ground import VAR
from tests.journeys.visitors import DESK, PHONE, TABLET, Visitor

PICTURES = VAR / "gallery"
SIZES = (DESK, TABLET, PHONE)
SCHEMES = ("light", "dark")
Look = tuple[tuple[int, int], str]


class Gallery:
    """A folder of pictures, each named by page, width and scheme.

    A long one looks at every page in all three widths, light and dark. A short one measures every page in all widths
    and looks at it in one, the next of the six each time; so a page that is looked at twice shows two of its faces.
    """

    def __init__(self, folder: Path, *, long: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.long = folder, long
        self._turns = cycle(
            [(size, SCHEMES[(number + turn) % 2]) for turn in (0, 1) for number, size in enumerate(SIZES)]
        )

    def look(self, visitor: Visitor, name: str, allowed: Sequence[str] = ()) -> None:
        """AssertionError for what is wider than its window, what axe finds, and what the console or the CSP says.

        allowed: words of complaints that belong to the page, as a refusal's status.
        """
        looks: list[Look] = list(product(SIZES, SCHEMES)) if self.long else [next(self._turns)]
        for size in SIZES:
            _set(visitor, size)
            visitor.sees_nothing_beyond_the_edge()
            for scheme in (scheme for wanted, scheme in looks if wanted == size):
                visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                visitor.sees_a_sound_page(allowed)
                is_tall = visitor.page.locator(".bench, .inbox").count() == 0
                path = self.folder / f"{name}-{size[0]}-{scheme}.png"
                visitor.page.screenshot(path=path, full_page=is_tall, animations="disabled")
        assert not visitor.strangers, f"{visitor.page.url} asked {', '.join(visitor.strangers)}"


def _set(visitor: Visitor, size: tuple[int, int]) -> None:
    width, height = size
    visitor.page.set_viewport_size({"width": width, "height": height})
