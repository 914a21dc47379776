"""A table file on the bench: the answers beside its rows, a cell set and a column sorted by, all by keyboard."""

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from atrium_client import Atrium, Column, Endpoint, Table, TableFile
from tests.gpu_workers.runner.test_rows import pipeline
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.journey

COLUMNS = [
    Column("age", unit="years", minimum=0, maximum=120),
    Column("sex", choices=("f", "m")),
    Column("ward", type="text", tensor="ward_in"),
    Column("crp", optional=True),
]
EXAMPLE = [{"age": 1, "sex": "f", "ward": "north", "crp": None}]
CSV = b"age,sex,ward,crp\n61,f,south,4\n7,m,south,1\n30,m,south,2.5\n"


@pytest.fixture(scope="module")
def served(running: None, tmp_path_factory: pytest.TempPathFactory) -> Endpoint:
    project = Atrium(site().url, Lab.make("Ward Round").token()).project("Wards", create=True)
    version = project.upload(
        "wards",
        pipeline(tmp_path_factory.mktemp("wards") / "model.onnx"),
        inputs=[TableFile("patients", columns=COLUMNS, tensors="columns", max_rows=100)],
        outputs=[
            Table("scores", each="label", classes=["low", "high"], activation="softmax"),
            Table("sex_out", each="text", classes=["woman", "man"]),
            Table("crp_out", unit="mg/l", scale=2),
        ],
        example=EXAMPLE,
        progress=False,
    )
    return version.deploy()


def shows(grid: Locator, column: int, *cells: str) -> None:
    """column: counted from 1, the answers' first."""
    expect(grid.locator(f"tbody td:nth-of-type({column})")).to_have_text(cells)


def test_rows_are_answered_changed_and_sorted_by_keyboard(served: Endpoint, visit: Visit) -> None:
    bench = Bench(visit("registrar")).open(str(served.share()))
    page = bench.page
    page.get_by_role("button", name="Try your own").click()
    file = FilePayload(name="rows.csv", mimeType="text/csv", buffer=CSV)
    page.locator("#bench-picker input[type=file]").first.set_input_files(file)
    grid = page.get_by_role("grid")
    numbers, ages = 4, 5
    shows(grid, ages, "61", "7", "30")
    shows(grid, numbers, "8", "2", "5")
    expect(page.get_by_role("region", name="Answer", exact=True)).to_contain_text("woman")
    bench.visitor.sees_a_sound_page()

    grid.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("crp")).to_be_focused()
    page.keyboard.type("10")
    page.keyboard.press("Enter")
    shows(grid, numbers, "8", "20, was 2", "5")
    expect(page.get_by_role("table").filter(has_text="3 rows, 1 changed")).to_contain_text("20.00 mg/l")

    grid.focus()
    page.keyboard.press("s")
    bar = page.get_by_role("status").filter(has_text="Rows 1 to 3 of 3")
    expect(bar).to_contain_text("by crp, ascending")
    shows(grid, ages, "30", "61", "7")
    page.keyboard.press("s")
    expect(bar).to_contain_text("by crp, descending")
    expect(page.get_by_role("columnheader", name="crp ↓")).to_have_attribute("aria-sort", "descending")
    shows(grid, numbers, "20, was 2", "8", "5")
    bench.visitor.sees_a_sound_page()
    page.keyboard.press("s")
    expect(bar).not_to_contain_text("crp")
    shows(grid, ages, "61", "7", "30")
