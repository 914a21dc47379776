"""What torch, scikit-learn, ONNX Runtime's optimiser and its quantizer write is accepted, served, and answers alike.

Each model goes in through the client; its answer is compared with plain ONNX Runtime on tensors that this test
prepares itself (`plain.py` states the tolerance).
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from apps.jobs.models import Job
from atrium.tenancy.context import team_context
from atrium_client import Column, Endpoint, Image, Label, Number, Project, Rejected, Table, Text
from tests.models_in import plain
from tests.people import Lab

COLOURS = ["red", "green", "blue", "grey"]
SHADES = [Image("picture", tensor="x", size=(32, 32), mode="RGB", scale=1 / 255)]
IRIS = np.array([5.1, 3.5, 1.4, 0.2], np.float32)
IRISES = (IRIS, np.array([6.0, 2.2, 4.0, 1.0], np.float32), np.array([7.7, 3.8, 6.7, 2.2], np.float32))
SIXTEEN = [Table("row", tensor="x", columns=[Column(f"c{number}") for number in range(16)])]
TOGETHER = 16
ROUNDS = 12
"""Whether cases meet at the runner is a matter of the clock: on a busy machine one round may join none."""


def pixels(seed: int, *shape: int) -> plain.Array:
    return np.random.default_rng(seed).integers(0, 256, shape or (32, 32, 3), dtype=np.uint8)


def named(scores: Any, names: list[str]) -> dict[str, float]:
    return dict(zip(names, np.ravel(scores).tolist(), strict=True))


class TestPictures:
    """A small convolutional network of torch, as five tools write it."""

    @pytest.mark.parametrize("name", ["torch_script", "torch_dynamo", "torch_external", "ort_basic", "ort_extended"])
    def test_it_answers_as_plain_onnx_runtime(self, name: str, exported: Path, project: Project) -> None:
        path = exported / f"{name}.onnx"
        version = project.upload(
            name, path, inputs=SHADES, outputs=[Label("colour", tensor="y", classes=COLOURS)], example=[pixels(0)]
        )
        assert (version.state, version.batch_axis) == ("ready", 0)
        endpoint = version.deploy()
        for seed in (1, 2, 3):
            expected = plain.run(path, {"x": plain.tensor(pixels(seed), scale=1 / 255)})["y"]
            plain.is_label(endpoint.predict(pixels(seed)), "colour", named(expected, COLOURS))

    def test_mean_deviation_and_channel_order_are_the_declared_ones(self, exported: Path, project: Project) -> None:
        mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
        endpoint = project.upload(
            "blue first", exported / "torch_script.onnx",
            inputs=[Image("picture", tensor="x", size=(32, 32), scale=1 / 255, mean=mean, std=std, order="BGR")],
            outputs=[Label("colour", tensor="y", classes=COLOURS)], example=[pixels(0)],
        ).deploy()  # fmt: skip
        given = plain.tensor(pixels(4)[:, :, ::-1], scale=1 / 255, mean=mean, std=std)
        expected = plain.run(exported / "torch_script.onnx", {"x": given})["y"]
        plain.is_label(endpoint.predict(pixels(4)), "colour", named(expected, COLOURS))

    def test_a_file_tied_to_one_kind_of_cpu_is_refused_with_the_way_out(self, exported: Path, project: Project) -> None:
        with pytest.raises(Rejected, match=r"basic.*extended"):
            project.upload("all", exported / "ort_all.onnx", example={"x": pixels(0)})


class TestTorchModules:
    """The module itself: exported by the client, compared, cleaned, sent."""

    def test_a_convolutional_network(self, project: Project) -> None:
        import torch
        from torch import nn

        torch.manual_seed(1)
        module = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 256, 3)).eval()
        names = ["low", "middle", "high"]
        version = project.upload(
            "module", module, inputs=[Image("film", size=(16, 16), mode="L", scale=1 / 255)],
            outputs=[Label("level", classes=names, activation="softmax")], example=[pixels(0, 16, 16)],
        )  # fmt: skip
        assert version.batch_axis == 0
        endpoint = version.deploy()
        for seed in (5, 6):
            with torch.no_grad():
                logits = module(torch.from_numpy(plain.tensor(pixels(seed, 16, 16), scale=1 / 255))).numpy()
            plain.is_label(endpoint.predict(pixels(seed, 16, 16)), "level", named(plain.softmax(logits), names))


class TestRows:
    def test_a_classifier_that_answers_maps(self, exported: Path, project: Project) -> None:
        self.check(exported / "sklearn_maps.onnx", project, "output_label", "output_probability")

    def test_a_classifier_that_answers_a_tensor(self, exported: Path, project: Project) -> None:
        self.check(exported / "sklearn_tensor.onnx", project, "label", "probabilities")

    def check(self, path: Path, project: Project, label: str, scores: str) -> None:
        version = project.upload(path.stem, path, example={"X": IRIS})
        assert version.proposed
        kinds = [Text("kind", tensor=label), Label("share", tensor=scores, classes=["a", "b", "c"])]
        endpoint = version.confirm(outputs=kinds).deploy()
        assert version.batch_axis == 0
        for iris in IRISES:
            expected = plain.run(path, {"X": iris[None]})
            shares = expected[scores]
            shares = list(shares[0].values()) if isinstance(shares, list) else shares
            answer = endpoint.predict(iris)
            plain.is_label(answer, "share", named(shares, ["a", "b", "c"]))
            plain.is_text(answer, "kind", str(expected[label][0]))

    def test_a_regressor(self, exported: Path, project: Project) -> None:
        path = exported / "sklearn_number.onnx"
        width = Number("width", tensor="variable", unit="cm", scale=2.0, offset=1.0)
        columns = [Column("a", unit="cm", minimum=0, maximum=10), Column("b"), Column("c", default=1.4)]
        version = project.upload(
            "regressor", path, inputs=[Table("leaf", tensor="X", columns=columns)], outputs=[width], example=[IRIS[:3]]
        )
        assert version.batch_axis == 0
        endpoint = version.deploy()
        for iris in IRISES:
            [[expected]] = plain.run(path, {"X": iris[None, :3]})["variable"]
            plain.is_number(endpoint.predict(iris[:3]), "width", expected * 2 + 1)

    def test_a_text_pipeline(self, exported: Path, project: Project) -> None:
        path = exported / "sklearn_text.onnx"
        version = project.upload("text", path, example={"text": "a fracture of the rib"})
        endpoint = version.confirm().deploy()
        names = {field.kind: field.name for field in endpoint.outputs}
        assert version.batch_axis == 0
        for text in ("a fracture of the rib", "the lung is clear", "an effusion, on the left: Größe 3"):
            expected = plain.run(path, {"text": np.array([[text]], dtype=object)})
            answer = endpoint.predict(text)
            plain.is_text(answer, names["text"], expected["output_label"][0])
            plain.is_label(answer, names["label"], expected["output_probability"][0])


class TestSideBySide:
    """Cases that arrive together are joined only where that cannot change an answer."""

    def ask(self, workshop: Lab, endpoint: Endpoint, path: Path, names: list[str], seed: int) -> int:
        """Ask sixteen at once; each answer must be its own. Returns the size of the largest batch."""
        rows = np.random.default_rng(seed).normal(size=(TOGETHER, 16)).astype(np.float32)
        with ThreadPoolExecutor(TOGETHER) as pool:
            answers = list(pool.map(endpoint.predict, rows))
        for row, answer in zip(rows, answers, strict=True):
            plain.is_label(answer, "kind", named(plain.softmax(plain.run(path, {"x": row[None]})["y"]), names))
        with team_context(workshop.alice):
            jobs = Job.objects.filter(subject__in=[answer.id for answer in answers])
            sizes: list[int] = [(job.timings or {}).get("batch", 1) for job in jobs]
        assert len(sizes) == TOGETHER
        return max(sizes)

    @pytest.mark.parametrize(("name", "axis"), [("torch_rows", 0), ("ort_dynamic", None)])
    def test_each_gets_its_own_answer(
        self, name: str, axis: int | None, exported: Path, workshop: Lab, project: Project
    ) -> None:
        names = ["a", "b", "c"]
        version = project.upload(
            name, exported / f"{name}.onnx", inputs=SIXTEEN,
            outputs=[Label("kind", tensor="y", classes=names, activation="softmax")],
            example=[np.linspace(-1, 1, 16).tolist()],
        )  # fmt: skip
        assert version.batch_axis == axis
        endpoint = version.deploy()
        largest = 1
        for seed in range(ROUNDS):
            largest = max(largest, self.ask(workshop, endpoint, exported / f"{name}.onnx", names, seed))
            if largest > 1:
                break
        assert (largest > 1) == (axis == 0)

    def test_a_batch_on_the_second_axis_is_found(self, exported: Path, project: Project) -> None:
        model = onnx.load(exported / "torch_second_axis.onnx")
        version = project.upload("second axis", model)
        assert (version.state, version.batch_axis, version.proposed) == ("ready", 1, False)
