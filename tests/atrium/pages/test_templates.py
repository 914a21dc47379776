"""Every template compiles, and none holds what the content security policy forbids."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.test import RequestFactory

from atrium.errors import REGISTER, Problem
from atrium.errors.middleware import present
from atrium.pages.views import catalogue

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted([*ROOT.glob("platform/atrium/pages/templates/**/*"), *ROOT.glob("apps/*/templates/**/*")])
PAGES = [path for path in TEMPLATES if path.suffix == ".html" and path.name != "letter.html"]
"""All but the mail's: no policy of ours holds in a mail program, which knows no sheets."""

FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "an event attribute": re.compile(r"\son[a-z]+\s*=(?!=)"),  # a tag of the template may compare
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>"),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
}


@pytest.mark.parametrize("path", [p for p in TEMPLATES if p.is_file()], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_compiles(path: Path) -> None:
    name = path.as_posix().split("/templates/", 1)[1]
    engines["django"].get_template(name)


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_obeys_the_policy(path: Path) -> None:
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(path.read_text())]
    assert found == []


@pytest.mark.parametrize("code", sorted(REGISTER))
def test_every_problem_has_a_page_without_the_database(code: str) -> None:
    request = RequestFactory().get("/t/lakeside/")
    response = present(Problem(code), request)
    html = response.content.decode()
    assert response.status_code == REGISTER[code].status
    assert f"<h1>{REGISTER[code].title}</h1>" in html
    assert "<main" in html


def test_a_reviewer_is_not_sent_to_team_pages() -> None:
    html = present(Problem("link_expired"), RequestFactory().get("/r/0198/")).content.decode()
    assert "/t/" not in html
    assert "Ask the person who sent it" in html


def test_the_catalogue_renders_in_both_themes() -> None:
    html = catalogue(RequestFactory().get("/catalogue/")).content.decode()
    assert html.count('class="kind"') == 8
    assert not FORBIDDEN["a style attribute"].search(html)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
