"""A detector's boxes on the bench: accepted, corrected, added, flagged, and seen by the team."""

import os
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from playwright.sync_api import expect

from atrium_client import Atrium, Boxes, BoxesResult, Card, Endpoint, Image, Project
from tests.journeys import films
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.journey

FOUND = np.array([[[4, 4, 12, 12, 0.9, 0], [18, 6, 30, 14, 0.6, 1], [2, 20, 8, 30, 0.4, 1]]], np.float32)
"""Of a picture of 32 × 32: corners, score, class."""


def detector() -> bytes:
    """Finds the same three on each film, whatever it shows."""
    nodes = [
        helper.make_node("ReduceMean", ["film"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "nothing"], ["none"]),
        helper.make_node("Add", ["boxes", "none"], ["found"]),
    ]
    graph = helper.make_graph(
        nodes,
        "detector",
        [helper.make_tensor_value_info("film", TensorProto.FLOAT, [1, 1, 32, 32])],
        [helper.make_tensor_value_info("found", TensorProto.FLOAT, [1, 3, 6])],
        [numpy_helper.from_array(FOUND, "boxes"), numpy_helper.from_array(np.array(0, np.float32), "nothing")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


@pytest.fixture(scope="module")
def served(running: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lab, Project, Endpoint]:
    folder: Path = tmp_path_factory.mktemp("served")
    lab = Lab.make("Lakeside Imaging")
    project = Atrium(site().url, lab.token()).project("Trials", create=True)
    films.write(folder)
    version = project.upload(
        "nodules",
        detector(),
        inputs=[Image("film", size=(32, 32), mode="L", scale=1 / 255)],
        outputs=[Boxes("nodules", tensor="found", classes=["nodule", "mass"], layout="detections")],
        example=[folder / "film.png"],
        card=Card(purpose="Finds nodules.", not_for="Diagnosis."),
        progress=False,
    )
    return lab, project, version.deploy()


def test_boxes_are_judged_one_by_one(served: tuple[Lab, Project, Endpoint], visit: Visit, tmp_path: Path) -> None:
    _, project, endpoint = served
    answer = endpoint.predict(films.png(films.film()))["nodules"]
    assert isinstance(answer, BoxesResult)
    assert [(box.label, round(box.x * 32), round(box.w * 32)) for box in answer] == [
        ("nodule", 4, 8),
        ("mass", 18, 12),
        ("mass", 2, 6),
    ]

    bench = Bench(visit("Dana")).open(str(endpoint.share(role="review")))
    page = bench.page
    rows = page.locator(".finding")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("nodule")
    expect(rows.nth(0)).to_contain_text("0.90")
    rows.nth(0).get_by_role("button", name="Accept").click()
    rows.nth(2).get_by_role("button", name="Reject").click()
    rows.nth(1).get_by_role("button", name="Correct").click()
    rows.nth(1).get_by_label("Should be").fill("nodule")
    rows.nth(1).get_by_label("Should be").press("Enter")
    rows.nth(1).get_by_role("button", name="Draw the box").click()
    expect(bench.canvas).to_be_focused()
    for _ in range(3):  # three hundredths of the longer side to the left
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(rows.nth(1)).to_contain_text("at 53, 19 %")

    page.get_by_role("button", name="Add a box that it missed").click()
    bench.drag(*bench.corner_to_middle())
    expect(rows).to_have_count(4)

    page.reload()  # what was said so far is kept
    bench.ready()
    expect(rows).to_have_count(4)
    expect(rows.nth(0).get_by_role("button", name="Accept")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("In one sentence").fill("One nodule was missed.")
    page.get_by_role("button", name="Send to").click()
    expect(page.locator("#flag")).to_contain_text("has it")

    (thread,) = project.inbox()
    flag = thread.flag
    assert flag.verdict == "wrong"
    assert [(one["id"], one["verdict"]) for one in flag.findings] == [
        ("b0", "accepted"),
        ("b2", "rejected"),
        ("b1", "corrected"),
    ]
    assert flag.findings[2]["correction"]["label"] == "nodule"
    assert flag.findings[2]["correction"]["x"] == pytest.approx(18 / 32 - 0.03, abs=0.002)
    (missed,) = flag.added
    assert (missed["output"], missed["label"]) == ("nodules", "nodule")
    bench.visitor.keep_picture("findings-bench") if os.environ.get("SHOTS") else None
    written = project.inbox().download(tmp_path / "truth.json", format="coco").read_text()
    assert written.count('"bbox"') == 3
    bench.visitor.sees_a_sound_page()
