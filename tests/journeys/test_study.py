"""A study on the bench: files stripped before they leave, slices, window, measures, a mark on one slice, a flag."""

import re
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import onnx
import pytest
from onnx import TensorProto, helper
from playwright.sync_api import Page, Request, expect

from apps.projects.services import change_project
from atrium_client import Atrium, Card, Dicom, Endpoint, Label, Project
from tests import studies
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.journeys.visitors import TABLET
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.journey

NAME = "Doe^Jane"
SLICES = 5


@dataclass
class Served:
    project: Project
    endpoint: Endpoint
    folder: Path
    """Of DICOM files with a name in them, and of one that is none."""

    @classmethod
    def make(cls, folder: Path) -> "Served":
        lab = Lab.make("Lakeside Imaging")
        project = Atrium(site().url, lab.token()).project("Volumes", create=True)
        change_project(lab.alice, UUID(project.id), guests_explain=True)
        version = project.upload(
            "water",
            water_model(folder),
            inputs=[Dicom("scan", frames="volume", depth=SLICES, size=(32, 32), scale=1 / 1000, layout="NDHW")],
            outputs=[Label("finding", classes=["water", "air"], activation="softmax")],
            card=Card(purpose="Says how much of a volume is water.", not_for="Diagnosis."),
            progress=False,
        )
        files = folder / "study"
        files.mkdir()
        for index, data in enumerate(studies.series(studies.phantom(SLICES), PatientName=NAME)):
            (files / f"{NAME}-{index}.dcm").write_bytes(data)
        (files / "readme.txt").write_text(NAME)
        return cls(project, version.deploy(), files)


def water_model(folder: Path) -> Path:
    """Logits (3 m, −3 m) of the mean m of all values, in thousands of Hounsfield units."""
    nodes = [
        helper.make_node("ReduceMean", ["scan", "axes"], ["mean"], keepdims=0),
        helper.make_node("Unsqueeze", ["mean", "one"], ["row"]),
        helper.make_node("Gemm", ["row", "slope", "shift"], ["finding"]),
    ]
    graph = helper.make_graph(
        nodes,
        "water",
        [helper.make_tensor_value_info("scan", TensorProto.FLOAT, ["n", SLICES, 32, 32])],
        [helper.make_tensor_value_info("finding", TensorProto.FLOAT, ["n", 2])],
        [
            helper.make_tensor("axes", TensorProto.INT64, [3], [1, 2, 3]),
            helper.make_tensor("one", TensorProto.INT64, [1], [1]),
            helper.make_tensor("slope", TensorProto.FLOAT, [1, 2], [3, -3]),
            helper.make_tensor("shift", TensorProto.FLOAT, [2], [0, 0]),
        ],
    )
    path = folder / "water.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return path


@pytest.fixture(scope="module")
def served(running: None, tmp_path_factory: pytest.TempPathFactory) -> Served:
    return Served.make(tmp_path_factory.mktemp("studies"))


def slice_at(page: Page, number: int) -> None:
    expect(page.locator(".frame-at")).to_have_text(re.compile(rf"^{number} of {SLICES}, "))


def test_from_a_folder_to_a_flag(served: Served, visit: Visit) -> None:
    visitor = visit("radiologist")
    page, sent = visitor.page, list[bytes]()

    def follow(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.post_data_buffer or b"")

    page.on("request", follow)
    page.goto(str(served.endpoint.share(role="review")))
    page.get_by_role("button", name="Try your own").click()
    visitor.sees_a_sound_page()
    page.locator("input[webkitdirectory]").first.set_input_files(served.folder)
    taken = page.get_by_role("region", name="Taken out before it was sent")
    expect(taken).to_contain_text(f"names and dates taken out of {SLICES} files")
    bench = Bench(visitor).ready()
    assert sent
    assert not any(b"Doe" in body or b"readme" in body for body in sent)

    slice_at(page, 1)
    bench.canvas.focus()
    page.keyboard.press("End")
    slice_at(page, SLICES)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    slice_at(page, 3)
    level = page.locator(".level")
    page.keyboard.press("2")
    expect(level).to_have_text(re.compile(r"W\s*400\s*L\s*40"))
    page.keyboard.press("3")
    expect(level).to_have_text(re.compile(r"W\s*1,500\s*L\s*−600"))
    box = bench.canvas.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    bench.drag(middle, (middle[0] + 80, middle[1] + 30))
    expect(level).not_to_have_text(re.compile(r"1,500"))
    answer = bench.answer.inner_text()

    page.keyboard.press("o")
    bench.drag((middle[0] - 30, middle[1] - 30), (middle[0] + 30, middle[1] + 30))
    measured = page.get_by_role("region", name="What you measured")
    expect(measured).to_contain_text(re.compile(r"mm².*mean [−\d.,]+ HU, SD .*frame 3", re.DOTALL))
    page.keyboard.press("l")
    bench.drag((middle[0] - 60, middle[1]), (middle[0] + 60, middle[1]))
    expect(measured).to_contain_text(re.compile(r"\d mm"))
    page.keyboard.press("Escape")
    assert bench.answer.inner_text() == answer, "looking changes nothing that the model sees"
    visitor.sees_a_sound_page()

    page.keyboard.press("m")
    bench.drag((middle[0] - 50, middle[1] - 40), (middle[0], middle[1]))
    expect(bench.judgement).to_contain_text(re.compile(r"Box \d+ × \d+ px, frame 3"))
    page.get_by_role("radio", name="Wrong", exact=True).check()
    page.get_by_label("In one sentence").fill("The third slice.")
    page.get_by_role("button", name="Send to Lakeside Imaging").click()
    expect(bench.judgement).to_contain_text("Sent to Lakeside Imaging")
    thread = next(iter(served.project.inbox()))
    assert (thread.flag.message, [mark["frame"] for mark in thread.flag.marks]) == ("The third slice.", [2])


def test_by_fingers_on_a_tablet(served: Served, visit: Visit) -> None:
    tablet = visit("tablet", TABLET, dark=True, touch=True)
    page = tablet.page
    page.goto(str(served.endpoint.share(role="review")))
    page.get_by_role("button", name="Try your own").tap()
    page.locator("input[type=file][multiple]").first.set_input_files(sorted(served.folder.glob("*.dcm")))
    bench = Bench(tablet).ready()
    slice_at(page, 1)
    tablet.sees_nothing_beyond_the_edge()
    tablet.finds_every_target_large_enough()
    box = bench.canvas.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    bench.drag_by_finger(middle, (middle[0], middle[1] + 30))
    slice_at(page, 3)
    level = page.locator(".level").inner_text()
    page.get_by_role("button", name="Drag sets window and level").tap()
    bench.drag_by_finger(middle, (middle[0] + 60, middle[1]))
    expect(page.locator(".level")).not_to_have_text(level)
    slice_at(page, 3)

    page.get_by_role("button", name="Cover a part").tap()
    tablet.finds_every_target_large_enough()
    bench.drag_by_finger((middle[0] - 90, middle[1] - 90), (middle[0] + 90, middle[1] + 90))
    expect(bench.attempts).to_have_count(2)
    page.get_by_role("button", name="Done").tap()
    page.get_by_role("button", name="Play as a film").tap()
    expect(page.locator(".frame-at")).not_to_have_text(re.compile("^3 of"))
    page.get_by_role("button", name="Stop the film").tap()
    tablet.sees_a_sound_page()
    page.get_by_role("button", name="Full screen").tap()
    expect(bench.judgement).to_be_hidden()
    tablet.sees_nothing_beyond_the_edge()
    page.get_by_role("button", name="Leave the full screen").tap()
    expect(bench.judgement).to_be_visible()


def test_what_cannot_be_read_is_not_sent(served: Served, visit: Visit, tmp_path: Path) -> None:
    page = visit("careful").page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto(str(served.endpoint.share(role="review")))
    broken = tmp_path / "broken.dcm"
    broken.write_bytes(next(served.folder.glob("*.dcm")).read_bytes()[:2000])
    page.get_by_role("button", name="Try your own").click()
    page.locator("input[type=file][multiple]").first.set_input_files(broken)
    expect(page.get_by_role("alert")).to_contain_text("Nothing was sent")
    assert not [url for url in sent if "predictions" in url]


def test_why_is_laid_over_the_slices(served: Served, visit: Visit) -> None:
    visitor = visit("reader")
    page = visitor.page
    page.goto(str(served.endpoint.share(role="review")))
    page.get_by_role("button", name="Try your own").click()
    page.locator("input[webkitdirectory]").first.set_input_files(served.folder)
    bench = Bench(visitor).ready()
    slice_at(page, 1)
    bench.canvas.focus()
    page.keyboard.press("ArrowDown")
    slice_at(page, 2)

    panel = page.get_by_role("region", name="Why?")
    panel.locator("summary").first.press("Enter")
    panel.get_by_label("Detail").select_option("coarse")
    expect(panel.get_by_text(re.compile("^Asks the model 50 times"))).to_be_visible()
    panel.get_by_label("Slices").select_option(label="slice 2 alone")
    panel.get_by_role("button", name="Ask why").press("Enter")
    expect(panel.get_by_text(re.compile("in slice 2 (lowered|raised) “"))).to_be_visible()
    expect(panel.get_by_text("The map lies over the slices on the stage.")).to_be_visible()
    over = page.get_by_role("listbox", name="Found on the picture")
    expect(over.get_by_role("option")).to_have_count(1)
    visitor.sees_a_sound_page()
    bench.canvas.focus()
    page.keyboard.press("ArrowDown")
    slice_at(page, 3)
    expect(over).to_have_count(0)
