"""A table comes in by the browser, is read, and its columns are put right; one is cut off; one is refused."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from infra.dev.processes import Process
from tests.browsing import signed_in
from tests.journeys.conftest import Visit
from tests.journeys.visitors import Visitor
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.journey
READ = 150_000
"""Milliseconds for a worker to read a small file on a busy machine."""
PARTS = "**/*partNumber=*"


@dataclass
class Team:
    """Somebody's session and the address of the project's datasets. Made before a browser is started."""

    session: str
    datasets: str


@pytest.fixture(scope="module")
def team(pages: None, web_process: Process, worker_process: Process) -> Team:
    lab = Lab.make("Lakeside Imaging")
    session = signed_in(lab.alice).cookies["sessionid"].value
    return Team(session, f"{site().url}/t/{lab.team.slug}/{lab.project.slug}/datasets/")


@pytest.fixture
def alice(team: Team, visit: Visit) -> Visitor:
    visitor = visit("alice")
    visitor.context.add_cookies([{"name": "sessionid", "value": team.session, "url": site().url}])
    visitor.page.goto(team.datasets)
    return visitor


def rows(path: Path, count: int, first: str = "") -> Path:
    """A label, what a model said of it, and what may explain where it is wrong."""
    lines = (f"c{at},{'sick' if at % 3 else 'well'},{at * 7 % 100 / 100},{18 + at % 80}" for at in range(count))
    path.write_text("\n".join(["case,truth,p_forest,age", *([first] if first else []), *lines, ""]))
    return path


def upload(visitor: Visitor, path: Path) -> None:
    visitor.page.locator("input[type=file]").set_input_files(path)
    visitor.page.get_by_role("button", name=re.compile("^(Upload|Go on)$")).click()


def test_a_table_is_uploaded_read_and_put_right(alice: Visitor, tmp_path: Path) -> None:
    page = alice.page
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("Choose a file.")).to_be_visible()
    upload(alice, rows(tmp_path / "site-b.csv", 900))
    expect(page).to_have_url(re.compile("/datasets/site-b/v1/$"))
    expect(page.get_by_role("link", name="Open the debugger")).to_be_visible(timeout=READ)
    expect(page.locator(".lead")).to_contain_text("900 rows, 4 columns")
    alice.sees_a_sound_page()

    page.get_by_label("What truth is for").select_option("label")
    page.get_by_label("What age is for").select_option("label")
    page.get_by_role("button", name="Save the roles").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("not saved yet")
    expect(page.get_by_text("“truth” is it already")).to_be_visible()
    alice.complaints.clear()  # the browser says of the 400 what the page says

    page.get_by_label("What age is for").select_option("probability")
    page.get_by_label("Model of age").fill("elder")
    page.get_by_role("button", name="Save the roles").click()
    expect(page.get_by_role("status").filter(has_text="The roles are saved.")).to_be_visible()
    expect(page.get_by_label("Model of age")).to_have_value("elder")
    alice.sees_a_sound_page()


def test_a_file_that_is_no_table_is_refused_with_its_row(alice: Visitor, tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_text("case,truth\n1,sick\n2,well,7,8\n3,sick\n")
    upload(alice, path)
    refusal = alice.page.get_by_role("alert")
    expect(refusal).to_contain_text("cannot be read as a table", timeout=READ)
    expect(refusal).to_contain_text(re.compile("(row|line) [23]", re.IGNORECASE))
    expect(refusal.get_by_role("link", name="Upload another file")).to_be_visible()


@pytest.mark.long
def test_what_was_cut_off_goes_on_and_what_is_unwanted_is_taken_back(
    alice: Visitor, team: Team, tmp_path: Path
) -> None:
    page, path = alice.page, rows(tmp_path / "large.csv", 1_300_000)
    sent: list[str] = []

    def first_only(route: Route) -> None:
        sent.append(route.request.url)
        route.continue_() if len(sent) == 1 else route.abort()

    page.route(PARTS, first_only)
    upload(alice, path)
    expect(page.get_by_text("No connection; it goes on by itself")).to_be_visible(timeout=READ)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.unroute(PARTS)
    page.goto(f"{team.datasets}large/v1/")
    upload(alice, rows(tmp_path / "other.csv", 5))
    expect(page.get_by_text("This is another file")).to_be_visible()
    again: list[str] = []
    page.on("request", lambda request: again.append(request.url) if request.method == "PUT" else None)
    upload(alice, path)
    expect(page.locator(".lead")).to_contain_text("1,300,000 rows", timeout=READ * 4)
    assert 0 < len(again) < -(-path.stat().st_size // 2**23)

    page.goto(team.datasets)
    page.route(PARTS, lambda route: route.abort())
    upload(alice, rows(tmp_path / "unwanted.csv", 9))
    expect(page.get_by_text("No connection; it goes on by itself")).to_be_visible(timeout=READ)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Upload", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="large", exact=True)).to_be_visible()
    expect(page.get_by_text("unwanted")).to_have_count(0)
