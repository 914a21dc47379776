"""Each hostile file is refused by the rule made for it, and the bound itself still passes."""

from pathlib import Path

import onnx
import pytest
from onnx import helper

from gpu_workers import inspection
from gpu_workers.inspection import check, inspect

from .hostile_files import HOSTILE, call, ends, function, graph, laughs, metadata, model, nested, weight


def write(made: onnx.ModelProto | bytes, folder: Path) -> Path:
    path = folder / "model.onnx"
    path.write_bytes(made if isinstance(made, bytes) else made.SerializeToString())
    return path


@pytest.mark.parametrize("case", HOSTILE, ids=[name for name, _, _ in HOSTILE])
def test_it_is_refused_by_its_rule(case: tuple, tmp_path: Path) -> None:  # type: ignore[type-arg]
    _, rule, build = case
    findings = inspect(write(build(), tmp_path), "onnx")
    assert findings.rule == rule
    assert findings.reason.endswith(".")


@pytest.mark.parametrize(
    "made",
    [
        model(),
        model(graph([helper.make_node("Relu", ["x"], ["y"])] * 20_000)),
        model(graph(initializer=[weight(f"w{i}") for i in range(5_000)])),
        model(nested(7)),
        model(ends(64, 64)),
        metadata(256 * 1024 - 100),
        laughs(4, 10),
        model(graph([call("f")]), functions=[function("f", [call("g")]), function("g", [])]),
        model(graph([call("f", "pkg.torch")]), functions=[function("f", [], "pkg.torch")]),
    ],
    ids=["plain", "nodes", "weights", "depth", "ends", "metadata", "expansion", "chain", "foreign function"],
)
def test_what_stays_within_the_bounds_passes(made: onnx.ModelProto, tmp_path: Path) -> None:
    assert inspect(write(made, tmp_path), "onnx").rule == ""


def test_names_that_a_stranger_chose_are_cut(tmp_path: Path) -> None:
    findings = inspect(write(model(graph([call("E" * 5_000, "d" * 5_000)])), tmp_path), "onnx")
    assert findings.rule == "foreign_operators"
    assert len(findings.reason) < 500


def test_the_confined_check_says_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    path = write(model(graph([call("Evil", "evil")])), folder)
    path.chmod(0o644)
    assert check(path, "onnx") == inspect(path, "onnx")


def test_a_file_of_endless_tiny_fields_costs_no_more_than_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "SECONDS", 3.0)
    folder = tmp_path / "open"
    folder.mkdir()
    path = folder / "model.onnx"
    path.write_bytes(model().SerializeToString() + b"\x28\x00" * (64 << 20))
    path.chmod(0o644)
    findings = check(path, "onnx")
    assert findings.rule == "inspection_too_slow"
    assert "3 s" in findings.reason
