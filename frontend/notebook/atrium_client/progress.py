"""How far a transfer is: a line of text in a terminal, a plain HTML bar in a notebook, nothing anywhere else."""

import importlib
import sys
import time
from html import escape
from typing import Any, TextIO

_EVERY = 0.1  # seconds between two drawings


class Progress:
    """A bar of `total` bytes. `add` moves it; `note` says something beside it; leaving the context closes it."""

    def __init__(self, title: str, total: int, *, shown: bool = True, stream: TextIO | None = None) -> None:
        self.title = title
        self.total = total
        self.done = 0
        self.text = ""
        self._stream = stream or sys.stderr
        self._in_notebook = shown and in_notebook()
        self._in_terminal = shown and not self._in_notebook and self._stream.isatty()
        self._handle: Any = None
        self._started = time.monotonic()
        self._drawn = float("-inf")

    def __enter__(self) -> "Progress":
        self._draw()
        return self

    def __exit__(self, *_: object) -> None:
        self._draw()
        if self._in_terminal:
            self._stream.write("\n")
            self._stream.flush()

    def add(self, count: int) -> None:
        """Move by so many bytes; a negative count takes back what has to be sent again."""
        self.done += count
        if time.monotonic() - self._drawn >= _EVERY:
            self._draw()

    def note(self, text: str) -> None:
        self.text = text
        self._draw()

    @property
    def share(self) -> float:
        return min(1.0, self.done / self.total) if self.total else 1.0

    def line(self) -> str:
        """`view-classifier  [########------------]  40 %  102 of 256 MB  12 MB/s`"""
        filled = round(20 * self.share)
        seconds = max(time.monotonic() - self._started, 1e-3)
        rate = f"{self.done / seconds / 1e6:.1f} MB/s"
        size = f"{self.done / 1e6:.1f} of {self.total / 1e6:.1f} MB"
        bar = "#" * filled + "-" * (20 - filled)
        return "  ".join(part for part in (self.title, f"[{bar}]", f"{self.share:4.0%}", size, rate, self.text) if part)

    def _repr_html_(self) -> str:
        return (
            f'<div style="font:13px system-ui"><progress max="100" value="{100 * self.share:.0f}"></progress> '
            f"{escape(self.title)} {self.share:.0%} of {self.total / 1e6:.1f} MB {escape(self.text)}</div>"
        )

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        if self._in_terminal:
            self._stream.write(f"\r\x1b[K{self.line()}")
            self._stream.flush()
        elif self._in_notebook:
            self._show()

    def _show(self) -> None:
        display = importlib.import_module("IPython.display").display
        if self._handle is None:
            self._handle = display(self, display_id=True)
        else:
            self._handle.update(self)


def in_notebook() -> bool:
    """Whether a notebook's kernel runs this, told without importing IPython."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"
