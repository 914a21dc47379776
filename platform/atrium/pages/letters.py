"""Mail as text and as HTML, both from the same text: paragraphs, and addresses that stand in a line of their own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

_PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a paragraph, or an address of this site to open. A line that leads elsewhere stays text."""

    lines: tuple[str, ...] = ()
    address: str = ""


def letter(subject: str, text: str, to: Sequence[str]) -> EmailMultiAlternatives:
    """A mail that is ready to be sent."""
    message = EmailMultiAlternatives(subject=subject, body=text, to=list(to))
    context = {"subject": subject, "pieces": pieces_of(text), "url": settings.ATRIUM_URL}
    message.attach_alternative(render_to_string("atrium/letter.html", context), "text/html")
    return message


def pieces_of(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    for paragraph in _PARAGRAPHS.split(text.strip()):
        lines: list[str] = []
        for line in map(str.strip, paragraph.splitlines()):
            if not line.startswith(f"{settings.ATRIUM_URL}/") or " " in line:
                lines.append(line)
                continue
            if lines:
                pieces.append(Piece(tuple(lines)))
                lines = []
            pieces.append(Piece(address=line))
        if lines:
            pieces.append(Piece(tuple(lines)))
    return pieces
