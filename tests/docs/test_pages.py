"""Every page of the documentation is served, found from the table of contents, and leads only to what there is."""

import re
from pathlib import Path

import pytest
from django.test import Client

from apps.home.documentation import CONTENTS, FOLDER, address_of, contents, document, entries, pages
from apps.home.markdown import render
from infra.dev.ground import ROOT
from tests.browsing import text_of

FOR_ENGINEERS = {"growing.md", "roadmap.md"}
"""And `adr/`: read in the repository, not served."""
NAMES = sorted(pages())


def test_every_page_stands_in_the_table_of_contents() -> None:
    written = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.md") if path.parent.name != "adr"}
    assert written - FOR_ENGINEERS - {CONTENTS} == {entry.file for entry in pages().values()}
    assert [section.title for section in contents()] == ["Tutorial", "How to", "Reference", "How it works"]
    page = text_of(Client().get("/docs/"))
    for entry in entries():
        assert f'href="{entry.address}"' in page


@pytest.mark.parametrize("address", [entry.address for entry in entries()])
def test_a_page_of_the_contents_is_served_with_its_title_and_what_it_is_about(address: str) -> None:
    entry = next(entry for entry in entries() if entry.address == address)
    page = text_of(Client().get(address))
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert re.search(r"<title>\s*[^<]+ · Atrium documentation</title>", page)
    assert re.search(r'<meta name="description"\s+content="[^"]+"', page)
    assert re.search(rf'href="{entry.address}"\s+aria-current="page"', page)


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_pages_and_headings_that_there_are(name: str) -> None:
    for link in document(name).links:
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        page = text_of(Client().get(path)) if path else document(name).html
        assert not anchor or f'id="{anchor}"' in page, link


@pytest.mark.parametrize("name", NAMES)
def test_headings_have_anchors_in_the_list_beside_the_page(name: str) -> None:
    page = text_of(Client().get(f"/docs/{name}/"))
    found = document(name).headings
    for heading in found:
        assert f'<h2 id="{heading.id}">' in page
        assert len(found) < 2 or f'<li><a href="#{heading.id}">' in re.sub(r">\s+<", "><", page)


def test_what_is_not_in_the_contents_is_not_served() -> None:
    for name in ("roadmap", "adr/001-two-queues", "../../README", "nothing"):
        assert Client().get(f"/docs/{name}/").status_code == 404


def test_html_and_scripts_in_a_file_are_shown_and_not_obeyed() -> None:
    text = "# A <b>title</b>\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) <i onclick=alert(1)>y</i>\n"
    html = render(text, "page.md", address_of).html
    assert "<script" not in html
    assert "<i " not in html
    assert "<b>" not in html
    assert 'href="javascript' not in html


def test_a_link_that_leaves_says_not_whence() -> None:
    html = render("# A title\n\n[out](https://example.org/) [on](#there)\n", "page.md", address_of).html
    assert '<a href="https://example.org/" rel="noreferrer">' in html
    assert html.count("noreferrer") == 1


def test_no_sentence_stands_in_two_places() -> None:
    said: dict[str, Path] = {}
    for path in (ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted(FOLDER.rglob("*.md"))):
        words = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
        for sentence in re.split(r"(?<=[.:;])\s|\n|\|", words):
            told = " ".join(sentence.split())
            if len(told.split()) >= 8:
                assert said.setdefault(told, path) == path, f"“{told}” stands in {said[told]} and {path}"
