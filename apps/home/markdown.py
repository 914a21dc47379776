"""Markdown as pages show it: headings with anchors, code with a copy button, tables that scroll, no HTML of its own."""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Heading:
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """title: the first heading. headings: those of the second level. links: where it leads, as addresses of a site."""

    title: str
    html: SafeString
    headings: tuple[Heading, ...]
    links: tuple[str, ...]


def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def parse(text: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Each second heading of a table of contents with its lines: a link's text, its target, the sentence after it."""
    heading, lines = "", list[tuple[str, str, str]]()
    tokens = _reader().parse(text)
    for before, token in pairwise(tokens):
        if before.type == "heading_open" and before.tag == "h2":
            if heading:
                yield heading, lines
            heading, lines = token.content, []
        elif token.type == "inline" and before.type == "paragraph_open" and heading:
            found = re.fullmatch(r"\[(.+?)\]\((.+?)\): (.+)", token.content)
            if found:
                lines.append((found[1], found[2], found[3]))
    if heading:
        yield heading, lines


def render(text: str, file: str, address_of: Callable[[str], str]) -> Document:
    """A page of a file below infra/docs/; its links to other files lead to their addresses."""
    reader = _reader()
    tokens = reader.parse(text)
    headings, links = list(_name_headings(tokens)), list[str]()
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                target = _target(str(child.attrGet("href")), file, address_of)
                child.attrSet("href", target)
                links.append(target)
                if "://" in target:
                    child.attrSet("rel", "noreferrer")
    reader.renderer.rules.update(_rules(tokens))  # type: ignore[attr-defined]
    html = mark_safe(reader.renderer.render(tokens, reader.options, {}))  # noqa: S308  # it escapes every text
    title = next(heading.text for tag, heading in headings if tag == "h1")
    return Document(title, html, tuple(heading for tag, heading in headings if tag == "h2"), tuple(links))


def _name_headings(tokens: Sequence[Token]) -> Iterator[tuple[str, Heading]]:
    """Gives each heading an id that follows from its words."""
    taken: set[str] = set()
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            words = "".join(child.content for child in inline.children or ())
            name = base = re.sub(r"\W+", "-", words.lower()).strip("-")
            while name in taken:
                name = f"{base}-{len(taken)}"
            taken.add(name)
            token.attrSet("id", name)
            yield token.tag, Heading(name, words)


def _target(href: str, file: str, address_of: Callable[[str], str]) -> str:
    path, mark, anchor = href.partition("#")
    if "://" in href or href.startswith("/") or not path:
        return href
    return address_of(posixpath.normpath(posixpath.join(posixpath.dirname(file), path))) + mark + anchor


def _rules(tokens: Sequence[Token]) -> dict[str, Callable[..., str]]:
    def under(index: int) -> str:
        """The heading that something stands under."""
        before = [i for i in range(index) if tokens[i].type == "heading_open"]
        return tokens[before[-1] + 1].content.replace("`", "") if before else "Page"

    def numbered(index: int, kind: str) -> str:
        """What a reader hears of a region: its heading, and its number where it is not the first under it."""
        since = max((i for i in range(index) if tokens[i].type == "heading_open"), default=0)
        number = 1 + sum(token.type == kind for token in tokens[since:index])
        return under(index) + (f", {number}" if number > 1 else "")

    def fence(_: Sequence[Token], index: int, *others: object) -> str:
        label = f"{numbered(index, 'fence')}, code"
        context = {"id": f"code-{index}", "label": label, "code": tokens[index].content.rstrip("\n")}
        return render_to_string("atrium/parts/snippet.html", context)

    def table_open(_: Sequence[Token], index: int, *others: object) -> str:
        label = escape(f"{numbered(index, 'table_open')}, table")
        return f'<div class="panel scroll-x" tabindex="0" role="region" aria-label="{label}"><table class="table">\n'

    def table_close(*_: object) -> str:
        return "</table></div>\n"

    def heading_close(_: Sequence[Token], index: int, *others: object) -> str:
        opened = tokens[index - 2]
        anchor = ""
        if opened.tag in ("h2", "h3"):
            name, words = opened.attrGet("id"), escape(tokens[index - 1].content.replace("`", ""))
            anchor = f' <a class="anchor" href="#{name}" aria-label="Link to “{words}”">#</a>'
        return f"{anchor}</{opened.tag}>\n"

    return {
        "fence": fence,
        "table_open": table_open,
        "table_close": table_close,
        "heading_close": heading_close,
    }
