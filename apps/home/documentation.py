"""The documentation: Markdown below infra/docs/ as pages, in the order of the table of contents in its README."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from .markdown import Document, parse, render

FOLDER: Path = settings.ROOT / "infra" / "docs"
CONTENTS = "README.md"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table of contents. file: below FOLDER, or "" for a page that is made from the code."""

    title: str
    address: str
    summary: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    entries: tuple[Entry, ...]


@cache
def contents() -> tuple[Section, ...]:
    """The sections of the table of contents: its second headings, and the lists of links below them."""
    return tuple(
        Section(heading, tuple(_entry(*line) for line in lines))
        for heading, lines in parse((FOLDER / CONTENTS).read_text())
    )


def _entry(title: str, target: str, summary: str) -> Entry:
    if target.startswith("/"):
        return Entry(title, target, summary)
    return Entry(title, address_of(target), summary, target)


def address_of(file: str) -> str:
    """Where a file below infra/docs/ is served."""
    return f"/docs/{file.removesuffix('.md')}/"


def entries() -> Iterator[Entry]:
    for section in contents():
        yield from section.entries


@cache
def pages() -> dict[str, Entry]:
    """The files that are served, by what stands between `/docs/` and the last slash."""
    return {entry.file.removesuffix(".md"): entry for entry in entries() if entry.file}


@cache
def document(name: str) -> Document:
    """One page. Raises KeyError for a name that the table of contents does not have."""
    entry = pages()[name]
    return render((FOLDER / entry.file).read_text(), entry.file, address_of)
