"""A mail says the same as text and as HTML, and links to nothing but this site."""

import re
from html import unescape

import pytest
from pytest_django import Settings

from atrium.pages.letters import Piece, letter, pieces_of

TEXT = (
    "Dr. Santos wrote:\n\nSee <b>here</b>: https://evil.example/login\nand here\n\n"
    "Open the case:\nhttps://atrium.example/return/abc/\n"
)


@pytest.fixture(autouse=True)
def address(settings: Settings) -> None:
    settings.ATRIUM_URL = "https://atrium.example"


def html_of(text: str) -> str:
    [(html, kind)] = letter("A\nnswer".replace("\n", ""), text, ["dana@example.org"]).alternatives
    assert kind == "text/html"
    return str(html)


def test_every_word_of_the_text_is_in_the_html() -> None:
    words = unescape(re.sub(r"<[^>]+>", " ", html_of(TEXT))).split()
    assert set(TEXT.split()) <= set(words)


def test_what_somebody_wrote_is_neither_markup_nor_a_link() -> None:
    html = html_of(TEXT)
    assert "<b>" not in html
    assert set(re.findall(r'href="([^"]*)"', html)) == {"https://atrium.example/return/abc/", "https://atrium.example"}


@pytest.mark.parametrize(
    "line", ["https://atrium.example.evil/x", "https://atrium.example/x and more", "atrium.example/x"]
)
def test_only_a_whole_line_below_this_site_is_an_address(line: str) -> None:
    assert pieces_of(line) == [Piece((line,))]


def test_it_fetches_nothing() -> None:
    assert not re.search(r"<(?:img|link|script)|url\(|@import", html_of(TEXT))
