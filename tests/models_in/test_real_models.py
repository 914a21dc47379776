"""Four models that others made, from the folder that ATRIUM_DATA names, against what they are known to answer."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from atrium_client import Column, Image, ImageResult, Label, LabelResult, Project, Table, Text
from tests.exports import real_data
from tests.models_in import plain

NEAR = 1e-3
"""Of the expected answer's range."""


@pytest.fixture(scope="module")
def real() -> Path:
    return real_data()


def test_cancer_reads_the_last_rows_of_its_table(real: Path, project: Project) -> None:
    lines = (real / "inputs" / "breast_cancer.csv").read_text().splitlines()
    names = lines[0].split(",")[:30]
    rows = [[float(cell) for cell in line.split(",")[:30]] for line in lines[-5:]]
    expected = np.load(real / "expected" / "cancer.npz")
    kinds = ["malignant", "benign"]
    version = project.upload(
        "cancer",
        real / "models" / "cancer.onnx",
        inputs=[Table("nucleus", tensor="X", columns=[Column(name) for name in names])],
        outputs=[
            Label("chance", tensor="probabilities", classes=kinds),
            Text("diagnosis", tensor="label", classes=kinds),
        ],
        example=[rows[0]],
    )
    assert version.batch_axis == 0
    endpoint = version.deploy()
    for row, label, chances in zip(rows, expected["out_0"], expected["out_1"], strict=True):
        answer = endpoint.predict(row)
        found = answer["chance"]
        assert isinstance(found, LabelResult)
        for kind, chance in zip(kinds, chances, strict=True):
            assert abs(found[kind] - chance) <= NEAR
        plain.is_text(answer, "diagnosis", kinds[label])


def test_text_mask_finds_the_text_of_a_page(real: Path, project: Project) -> None:
    page = real / "inputs" / "page.png"
    expected = np.load(real / "expected" / "text_mask.npz")["out_0"][0, 0]
    # the picture is 191 pixels high: that it is stretched to 192 is part of what is tested
    with Pillow.open(page) as opened:
        assert (opened.size, expected.shape) == ((384, 191), (192, 384))
    version = project.upload(
        "text mask",
        real / "models" / "text_mask.onnx",
        inputs=[
            Image(
                "page", tensor="x", mode="RGB", order="BGR", multiple_of=32, scale=1 / 255,
                mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225),
            )
        ],
        outputs=[Image("mask", tensor="sigmoid_0.tmp_0", mode="L")],
        example=[page],
    )  # fmt: skip
    endpoint = version.deploy()
    answer = endpoint.predict(page)
    plain.is_picture(answer, "mask", expected * 255)
    mask = answer["mask"]
    assert isinstance(mask, ImageResult)
    assert (mask.width, mask.height) == (384, 192)


@pytest.mark.parametrize("name", ["speech", "spindles"])
def test_the_others_pass_inspection(name: str, real: Path, project: Project) -> None:
    version = project.upload(name, real / "models" / f"{name}.onnx")
    assert version.state == "ready"
    assert version.report
