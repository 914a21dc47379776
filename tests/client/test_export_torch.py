"""torch modules become ONNX on this machine, compared with the original, without a trace of the machine."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from atrium_client import (
    Audio,
    Bytes,
    Choice,
    Column,
    Dicom,
    ExportDiffers,
    Image,
    Invalid,
    Label,
    Number,
    Rejected,
    Series,
    Table,
    TableFile,
    Text,
)
from atrium_client.export import Exported, export
from atrium_client.export.preparing import prepare, stand_in
from atrium_client.export.running import Session
from atrium_client.fields import Field
from atrium_client.png import encode

torch: Any = pytest.importorskip("torch", reason="torch is not installed: `make torch`")

FRAME = np.random.default_rng(0).integers(0, 256, (40, 50), dtype=np.uint8)
IMAGE = Image("frame", size=(32, 32), mode="L", scale=1 / 255)
VIEW = Label("view", classes=["A2C", "A4C", "PLAX"], activation="softmax")


class Net(torch.nn.Module):  # type: ignore[misc]
    """A small convolutional network with dropout and batch statistics."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.features = torch.nn.Sequential(
            torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.Dropout(0.5)
        )
        self.head = torch.nn.Linear(4, 3)

    def forward(self, x: Any) -> Any:
        return self.head(self.features(x).mean((2, 3)))


class Fixed(Net):
    """Works for one row alone: its batch is written into a view."""

    def forward(self, x: Any) -> Any:
        return self.head(self.features(x).mean((2, 3)).view(1, 4))


class Branching(Net):
    """A branch on the data: torch.export refuses it, and tracing takes the one side it saw."""

    def forward(self, x: Any) -> Any:
        answer = self.head(self.features(x).mean((2, 3)))
        return answer * 3 if float(x.flatten()[0]) > 0.9 else answer


class Several(torch.nn.Module):  # type: ignore[misc]
    def forward(self, frame: Any, age: Any, side: Any, row: Any) -> Any:
        level = frame.mean((1, 2, 3), keepdim=False)[:, None]
        return {"sum": level + age + side.float(), "row": row.sum(1, keepdim=True)}


@pytest.fixture(scope="module")
def exported() -> Iterator[Exported]:
    with export(Net(), inputs=[IMAGE], outputs=[VIEW], example=[FRAME]) as made:
        yield made


def test_the_export_answers_as_the_module(exported: Exported) -> None:
    assert (exported.exporter, exported.batch, exported.note) == ("torch.export", "dynamic", "")
    assert exported.difference is not None
    assert exported.tolerance is not None
    assert exported.difference < 1e-5 < exported.tolerance
    onnx.checker.check_model(onnx.load(exported.path))
    rows = np.random.default_rng(1).random((5, 1, 32, 32), dtype=np.float32)
    with torch.no_grad():
        expected = Net().eval()(torch.from_numpy(rows)).numpy()
    assert np.allclose(Session(exported.path).run({"frame": rows})["view"], expected, atol=1e-5)


def test_nothing_of_the_machine_is_in_the_file(exported: Exported) -> None:
    data = exported.path.read_bytes()
    for trace in (b"stack_trace", b"test_export_torch", b"site-packages", str(Path.cwd()).encode(), b"nn.modules"):
        assert trace not in data
    assert exported.removed > 10


def test_the_example_is_not_in_the_file() -> None:
    """A module that turns what it is called with into a constant, as tracing does with numpy."""

    class Remembering(Net):
        def forward(self, x: Any) -> Any:
            if torch.compiler.is_exporting():
                raise RuntimeError("not by torch.export")
            seen = torch.from_numpy(x.detach().numpy().copy()) * 0.0
            return super().forward(x) + seen.mean((1, 2, 3))[:, None]

    with export(Remembering(), inputs=[IMAGE], outputs=[VIEW], example=[FRAME]) as exported:
        assert exported.exporter == "TorchScript"
        assert prepare(IMAGE, FRAME).tobytes() not in exported.path.read_bytes()


def test_the_older_exporter_takes_over() -> None:
    class Tokens(Net):
        def forward(self, x: Any) -> Any:
            if torch.compiler.is_exporting():
                raise RuntimeError("not by torch.export")
            return super().forward(x)

    with export(Tokens(), inputs=[IMAGE], outputs=[VIEW], example=[FRAME]) as exported:
        assert (exported.exporter, exported.batch) == ("TorchScript", "dynamic")


def test_one_row_alone_is_recorded_as_fixed() -> None:
    with export(Fixed(), inputs=[IMAGE], outputs=[VIEW], example=[FRAME]) as exported:
        assert exported.batch == "fixed at 1"
        assert exported.note


def test_a_difference_stops_it_with_its_size() -> None:
    bright = np.full((40, 50), 255, np.uint8)
    bright[20:] = 0  # the exporter's noise takes the other branch
    with pytest.raises(ExportDiffers, match=r"“view” is off by .* is allowed") as caught:
        export(Branching(), inputs=[IMAGE], outputs=[VIEW], example=[bright])
    assert caught.value.difference > caught.value.tolerance
    assert isinstance(caught.value, Rejected)


def test_the_module_is_left_as_it_was() -> None:
    module = Net().train()
    module.features[1].eval()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    export(module, inputs=[IMAGE], outputs=[VIEW], example=[FRAME]).close()
    assert module.training
    assert module.features[3].training
    assert not module.features[1].training
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())


def test_an_open_size_stays_open() -> None:
    anyhow = Image("frame", mode="L", scale=1 / 255, multiple_of=8)
    with export(Net(), inputs=[anyhow], outputs=[VIEW], example=[FRAME]) as exported:
        session = Session(exported.path)
        for height, width in ((40, 56), (64, 16)):
            rows = np.zeros((2, 1, height, width), np.float32)
            assert session.run({"frame": rows})["view"].shape == (2, 3)


def test_several_inputs_and_outputs_by_name() -> None:
    inputs = [
        IMAGE,
        Number("age"),
        Choice("side", choices=["left", "right"], dtype="int64"),
        Table("row", columns=["a", "b"]),
    ]
    example = {"frame": FRAME, "age": 3, "side": "right", "row": [1, 2]}
    with export(Several(), inputs=inputs, outputs=[Number("sum"), Number("row sum")], example=example) as exported:
        assert exported.batch == "dynamic"
        assert Session(exported.path).outputs == ["sum", "row sum"]


def test_without_an_example_it_is_compared_on_noise() -> None:
    with export(Net(), inputs=[IMAGE], outputs=[VIEW]) as exported:
        assert exported.difference is not None


def test_a_path_as_example_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "frame.png"
    path.write_bytes(encode(FRAME))
    with export(Net(), inputs=[IMAGE], outputs=[VIEW], example=path) as exported:
        assert exported.batch == "dynamic"


@pytest.mark.parametrize(
    ("inputs", "outputs", "word"),
    [
        (None, None, "declare inputs"),
        (
            [Image("frame", size=(32, 32), mode="RGB")],
            [VIEW],
            r"fails on the example.*\(1, 3, 32, 32\).*Check size, mode",
        ),
        ([IMAGE], [VIEW, Number("more")], "answers 1 tensors, and 2 outputs"),
        ([Text("frame")], [VIEW], "takes no strings"),
    ],
)
def test_a_wrong_interface_is_told_before_anything_is_sent(inputs: Any, outputs: Any, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        export(Net(), inputs=inputs, outputs=outputs)


def test_without_the_extra_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(Exception, match="pip install onnx onnxruntime onnxscript skl2onnx"):
        export(Net(), inputs=[IMAGE], outputs=[VIEW], example=[FRAME])


def test_torch_is_imported_for_modules_alone() -> None:
    code = (
        "import sys, numpy, atrium_client.command\n"
        "from atrium_client.export import export\n"
        "try: export(object())\n"
        "except Exception: pass\n"
        "print([name for name in ('torch', 'sklearn', 'onnx', 'onnxruntime', 'pandas', 'PIL') if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="frontend/notebook"
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "field", [Dicom("it"), Bytes("it"), Audio("it"), Series("it"), TableFile("it", columns=[Column("a")])]
)
def test_a_module_over_what_the_server_makes_of_a_file_is_told_the_way_out(field: Field) -> None:
    with pytest.raises(Invalid, match=r"“it” is made of a file by the server.*torch\.onnx\.export"):
        stand_in(field)
