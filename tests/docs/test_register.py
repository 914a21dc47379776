"""The reference says what the code has: settings, scopes and errors, no fewer and no more."""

import re

import pytest
from django.conf import settings
from django.test import Client

from apps.home.documentation import FOLDER
from apps.home.scopes import SCOPES
from atrium.access.principals import Scope
from atrium.errors import Problem
from atrium.errors.documents import document
from atrium.errors.register import REGISTER
from infra.dev.ground import ROOT
from tests.browsing import text_of

SOURCES = {
    "web, chores, dispatcher": (
        "platform/atrium/config/settings",
        r'env(?:\.\w+)?\(\s*"([A-Z][A-Z_0-9]+)"',
    ),
    "worker": ("gpu_workers/worker", r'environment(?:\.get\(|\[)"([A-Z][A-Z_0-9]+)"'),
}
READ_BY_OTHERS = {
    *("DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR"),
    *("FORWARDED_ALLOW_IPS", "UVICORN_HOST", "UVICORN_PORT", "WEB_CONCURRENCY"),
}
"""By Django, prometheus-client and uvicorn themselves."""


def table(heading: str) -> set[str]:
    """The variables in the first column of one table of environment.md."""
    rows: set[str] = set()
    inside = False
    for line in (FOLDER / "environment.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == heading:
            inside = True
        elif inside:
            rows.update(re.findall(r"`([A-Z][A-Z_0-9]+)`", cells[0]))
    return rows


def read_in(folder: str, pattern: str) -> set[str]:
    found: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        found.update(re.findall(pattern, path.read_text()))
    return found


@pytest.mark.parametrize("heading", SOURCES)
def test_every_setting_that_is_read_is_in_the_table_and_no_other(heading: str) -> None:
    told, read = table(heading), read_in(*SOURCES[heading])
    assert read - told == set()
    assert told - read - READ_BY_OTHERS == set()


def test_every_scope_that_a_token_can_have_is_on_the_page() -> None:
    page = text_of(Client().get("/docs/scopes/"))
    assert set(re.findall(r'<tr id="([\w:]+)">', page)) == set(SCOPES) == set(Scope)


@pytest.mark.parametrize("code", REGISTER)
def test_the_type_of_a_problem_leads_to_its_code(code: str) -> None:
    address, _, anchor = document(Problem(code))["type"].removeprefix(settings.ATRIUM_URL).partition("#")
    assert f'<tr id="{anchor}">' in text_of(Client().get(address))
    assert anchor == code
