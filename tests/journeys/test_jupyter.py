"""The client in JupyterLab, in a browser: cells are run, and debugger and bench work in them as on their pages."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from infra.dev.ground import ROOT, free_port
from infra.dev.processes import Process
from tests.journeys.conftest import Visit
from tests.people import Lab
from tests.services import site
from tests.venvs import python_with

pytestmark = [pytest.mark.journey, pytest.mark.long]
CELLS = [
    """from atrium_client import Atrium
project = Atrium({url!r}, {token!r}).project({slug!r})""",
    """import numpy as np, pandas as pd, polars as pl
random = np.random.default_rng(0)
age, site = random.normal(60, 12, 4000).round(1), random.choice(["A", "B", "C"], 4000)
label = random.integers(0, 2, 4000)
sure = np.clip(label * 0.6 + 0.2 + random.normal(0, 0.15, 4000), 0.01, 0.99)
frame = pd.DataFrame({{"age": age, "site": site, "label": label,
                       "prob_forest": np.where((site == "C") & (age > 65), 1 - sure, sure)}})
version = project.dataset("demo", frame, roles={{"label": "label"}})
version""",
    """project.dataset("demo of polars", pl.from_pandas(frame), roles={{"site": "group"}}).roles["site"]""",
    "version.debugger()",
    """from atrium_client import Image, Label
def middle(film):
    dark = float(film[28:36, 28:36].mean() < 128)
    return {{"dark": dark, "bright": 1 - dark}}
served = project.serve("middle", middle, inputs=[Image("film", mode="L")], outputs=[Label("shade")])
bench = served.bench()
bench.show(np.full((64, 64), 255, np.uint8))
bench""",
    "print(bench.answer['shade'].top[0], len(bench.edits))",
    """bench.edits = []
other = served.bench()
other""",
]
DEBUGGER, BENCH, TOLD, OTHER = range(3, 7)


@dataclass
class Notebook:
    """url: of the notebook in JupyterLab, which a server of this test serves."""

    url: str


@pytest.fixture(scope="module")
def notebook(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    if not request.config.getoption("--long"):
        pytest.skip("it installs JupyterLab: only with --long")
    request.getfixturevalue("running")
    lab, folder, port = Lab.make("Notebook"), tmp_path_factory.mktemp("jupyter"), free_port()
    told = {"url": site().url, "token": lab.token(), "slug": lab.project.slug}
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": f"c{place}",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": source,
        }
        for place, source in enumerate(cell.format(**told) for cell in CELLS)
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    (folder / "demo.ipynb").write_text(
        json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})
    )
    program = python_with("jupyter")
    flags = [
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=in",
    ]
    process = Process(
        "jupyter",
        [program, "-m", "jupyterlab", *flags, f"--ServerApp.root_dir={folder}"],
        folder / "log",
        environment={
            "PATH": str(program.parent),
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT / "frontend" / "notebook"),
        },
        ready=lambda: "is running at" in _said(folder / "log"),
        patience=120.0,
    )
    process.start()
    try:
        process.wait()
        yield Notebook(f"http://localhost:{port}/lab/tree/demo.ipynb?token=in")
    finally:
        process.stop()


def _said(log: Path) -> str:
    return log.read_text() if log.exists() else ""


def output(page: Page, cell: int) -> Locator:
    return page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-OutputArea")


def menu(page: Page, *entries: str) -> None:
    for entry in entries:
        page.get_by_text(entry, exact=True).first.click()


def run(page: Page, cell: int) -> None:
    page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-InputArea").click()
    page.keyboard.press("Control+Enter")


def test_the_debugger_in_a_cell(notebook: Notebook, visit: Visit) -> None:
    page = visit("Priya").page
    page.set_default_timeout(60_000)
    page.goto(notebook.url)
    expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(CELLS), timeout=60_000)
    expect(page.get_by_text(re.compile(r"Python 3 \(ipykernel\) \| Idle"))).to_be_visible(timeout=60_000)
    menu(page, "Run", "Run All Cells")
    expect(output(page, 1)).to_contain_text("4,000 rows, 4 columns", timeout=120_000)
    expect(output(page, 2)).to_contain_text("group", timeout=120_000)

    debugger = output(page, DEBUGGER)
    expect(debugger.get_by_text("4,000 of 4,000 selected")).to_be_visible(timeout=120_000)
    filtering = debugger.get_by_placeholder("Filter:")
    filtering.click()
    page.keyboard.type('site = "C"')
    page.keyboard.press("Enter")
    expect(debugger.locator(".clauses")).to_contain_text("C")
    name = debugger.locator("input[name=name]").first
    name.fill("Older at C")
    name.press("Enter")
    expect(debugger.get_by_text("Slice “Older at C” is saved.")).to_be_visible()

    debugger.get_by_role("button", name="Segment 1 in group A").click()
    for key in "addx":  # above, delete, cut: JupyterLab's
        page.keyboard.press(key)
    expect(debugger.get_by_role("button", name="Segment 1 in group A")).to_be_visible()
    expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(CELLS))

    light = debugger.locator(".debugger").evaluate("one => getComputedStyle(one).color")
    menu(page, "Settings", "Theme", "JupyterLab Dark")
    expect(debugger.locator(".debugger")).not_to_have_css("color", light)

    menu(page, "Kernel", "Restart Kernel…")
    page.locator(".jp-Dialog .jp-mod-accept").last.click()
    expect(page.get_by_text(re.compile(r"Python 3 \(ipykernel\) \| Idle"))).to_be_visible()
    debugger.get_by_role("button", name="Segment 2 in group A").click()
    expect(debugger.get_by_text("The notebook's kernel was restarted")).to_be_visible()


def test_the_bench_in_a_cell(notebook: Notebook, visit: Visit) -> None:
    page = visit("Ann").page
    page.set_default_timeout(60_000)
    page.goto(f"{notebook.url}&reset")
    expect(page.get_by_text(re.compile(r"Python 3 \(ipykernel\) \| Idle"))).to_be_visible(timeout=60_000)
    menu(page, "Kernel", "Restart Kernel and Run All Cells…")
    page.locator(".jp-Dialog .jp-mod-accept").last.click()
    bench, other = output(page, BENCH), output(page, OTHER)
    expect(other.locator(".headline")).to_contain_text("bright", timeout=180_000)
    expect(bench.locator(".headline")).to_contain_text("bright")
    expect(bench.locator("canvas[data-stage]")).to_be_visible()

    bench.get_by_role("button", name="Cover a part").click()
    bench.locator("canvas[data-stage]").evaluate("one => one.scrollIntoView({ block: 'center' })")
    stage = bench.locator("canvas[data-stage]").bounding_box()
    assert stage is not None
    across, down, reach = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2, stage["height"] / 5
    page.mouse.move(across - reach, down - reach)
    page.mouse.down()
    page.mouse.move(across + reach, down + reach, steps=5)
    page.mouse.up()
    expect(bench.get_by_role("button", name=re.compile("Take back: Cover"))).to_be_visible()
    expect(bench.locator(".headline")).to_contain_text("dark")
    run(page, TOLD)
    expect(output(page, TOLD)).to_contain_text("dark 1")

    cells = len(CELLS)
    bench.locator("canvas[data-stage]").click()
    for key in "dd":  # JupyterLab's for a cell that goes
        page.keyboard.press(key)
    expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(cells)
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    bench.get_by_text("Wrong", exact=True).click()
    bench.get_by_role("button", name=re.compile("^Send")).first.click()
    expect(bench.get_by_text("has it.")).to_be_visible()
    expect(other.get_by_text("has it.")).to_have_count(0)

    run(page, OTHER)  # takes the edits back from Python
    expect(bench.locator(".headline")).to_contain_text("bright")

    light = bench.locator(".bench-cell").evaluate("one => getComputedStyle(one).color")
    menu(page, "Settings", "Theme", "JupyterLab Dark")
    expect(bench.locator(".bench-cell")).not_to_have_css("color", light)

    menu(page, "Kernel", "Restart Kernel…")
    page.locator(".jp-Dialog .jp-mod-accept").last.click()
    bench.get_by_role("button", name="Cover a part").click()
    page.keyboard.press("h")  # flips what the model sees, which asks the kernel
    expect(bench.get_by_text("The notebook's kernel does not answer.")).to_be_visible()
