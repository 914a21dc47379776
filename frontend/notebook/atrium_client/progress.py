"""How far a transfer is: a line of text in a terminal, a plain HTML bar in a notebook, nothing anywhere else."""

import importlib
import sys
import time
from html import escape
from typing import Any, TextIO

from .sizes import size

NOT_AWAITED = "not waited for any more; the server goes on"
_EVERY = 0.1  # seconds between two drawings


class Progress:
    """A bar of `total` bytes, 0 while they are not known. `add` moves it; `note` says something beside it.

    Leaving the context closes it; an error that leaves it is said there too. interrupted: what Ctrl-C leaves there.
    """

    def __init__(
        self,
        title: str,
        total: int = 0,
        *,
        shown: bool = True,
        stream: TextIO | None = None,
        interrupted: str = "stopped",
    ) -> None:
        self.title = title
        self.total = total
        self.done = 0
        self.text = ""
        self.interrupted = interrupted
        self._stream = stream or sys.stderr
        self._in_notebook = shown and in_notebook()
        self._in_terminal = shown and not self._in_notebook and self._stream.isatty()
        self._handle: Any = None
        self._is_over = False
        self._started = time.monotonic()
        self._drawn = float("-inf")

    def __enter__(self) -> "Progress":
        self._draw()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.text = self.interrupted if issubclass(kind, KeyboardInterrupt) else "stopped"
        self._is_over = True
        self._draw()
        if self._in_terminal:
            self._stream.write("\n")
            self._stream.flush()

    def add(self, count: int) -> None:
        """Move by so many bytes; a negative count takes back what has to be sent again."""
        self.done += count
        if time.monotonic() - self._drawn >= _EVERY:
            self._draw()

    def begin(self, total: int, *, interrupted: str) -> None:
        """So many bytes go now."""
        self.total, self.text, self.interrupted = total, "", interrupted
        self._draw()

    def arrived(self, text: str, *, interrupted: str) -> None:
        """All of them are there; those that were there before did not go."""
        self.done, self.interrupted = self.total, interrupted
        self.note(text)

    def note(self, text: str) -> None:
        self.text = text
        self._draw()

    @property
    def share(self) -> float:
        return min(1.0, self.done / self.total) if self.total else 0.0

    def line(self) -> str:
        """`view-classifier  [########------------]  40 %  102 of 256 MB  12 MB/s`"""
        if not self.total:
            return "  ".join(part for part in (self.title, self.text) if part)
        filled = round(20 * self.share)
        seconds = max(time.monotonic() - self._started, 1e-3)
        rate = f"{self.done / seconds / 1e6:.1f} MB/s"
        sent = f"{self.done / 1e6:.1f} of {self.total / 1e6:.1f} MB" if self.total >= 1_000_000 else size(self.total)
        bar = "#" * filled + "-" * (20 - filled)
        return "  ".join(part for part in (self.title, f"[{bar}]", f"{self.share:4.0%}", sent, rate, self.text) if part)

    def _repr_html_(self) -> str:
        value = f' value="{100 * self.share:.0f}"' if self.total else ""  # without one it moves, and promises nothing
        sent = f"{self.share:.0%} of {size(self.total)}" if self.total else ""
        bar = "" if self._is_over and not self.total else f'<progress max="100"{value}></progress> '
        told = " ".join(part for part in (escape(self.title), sent, escape(self.text)) if part)
        return f'<div style="font:13px system-ui">{bar}{told}</div>'

    def __repr__(self) -> str:
        return self.line()

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
