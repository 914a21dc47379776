"""How objects look in a notebook: a small card with their state and a link to their page. All text is escaped."""

from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

_BOX = "border:1px solid #8886;border-radius:8px;padding:10px 14px;max-width:640px;font:14px/1.45 system-ui,sans-serif"
_COLOURS = {"good": "#1a7f4b", "busy": "#8a6100", "bad": "#b3261e", "plain": "#5f6b76"}
_MARKS = {"good": "●", "busy": "◐", "bad": "▲", "plain": "○"}


def card(
    kind: str, title: str, *, state: str = "", tone: str = "plain", url: str = "",
    facts: Sequence[tuple[str, object]] = (), extra: str = "",
) -> str:  # fmt: skip
    """The HTML of one card.

    tone: good, busy, bad or plain; it comes with a mark and the word `state`, so that colour is never alone.
    facts: (name, value) pairs; empty values are left out. extra: HTML that is already safe.
    """
    badge = ""
    if state:
        badge = f'<span style="color:{_COLOURS[tone]};float:right">{_MARKS[tone]} {escape(state)}</span>'
    rows = "".join(
        f'<tr><td style="opacity:.7;padding:0 12px 0 0;text-align:left;vertical-align:top">{escape(name)}</td>'
        f'<td style="text-align:left;overflow-wrap:anywhere">{escape(str(value))}</td></tr>'
        for name, value in facts
        if value not in (None, "", (), [])
    )
    table = f'<table style="border-collapse:collapse;margin:6px 0 0">{rows}</table>' if rows else ""
    return (
        f'<div style="{_BOX}">{badge}<span style="opacity:.7">{escape(kind)}</span> <b>{_linked(title, url)}</b>'
        f"{table}{extra}</div>"
    )


def bars(title: str, scores: Sequence[tuple[str, float]]) -> str:
    """The HTML of an output's scores as bars, highest first, in the order given."""
    return f'<div style="opacity:.7;margin:6px 0 0">{escape(title)}</div>' + "".join(
        '<div style="display:flex;gap:8px;align-items:center">'
        f'<span style="width:10em;overflow:hidden;text-overflow:ellipsis;white-space:nowrap">{escape(name)}</span>'
        f'<meter min="0" max="1" value="{min(max(score, 0.0), 1.0):.4f}" style="width:12em"></meter>'
        f"<span>{score:z.3f}</span></div>"
        for name, score in scores
    )


def _linked(title: str, url: str) -> str:
    if urlsplit(url).scheme not in ("http", "https"):
        return escape(title)
    return (
        f'<a href="{escape(url)}" style="color:inherit" target="_blank" rel="noopener noreferrer">{escape(title)}</a>'
    )
