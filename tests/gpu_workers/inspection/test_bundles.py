"""A version of several files: what a bundle may hold, and what is proposed from it."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from gpu_workers.inspection import check, inspect
from gpu_workers.inspection.labels import names_in
from gpu_workers.inspection.probe import examine
from gpu_workers.protocol.interface import Column, Interface, LabelOutput, TableInput, TextInput, TextOutput
from tests.gpu_workers.bundles import bundle, tokenizer
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.runner.tiny_models import FLOAT, INT64, constant, save, value

ROW = TableInput(name="x", columns=(Column(name="a"), Column(name="b"), Column(name="c")))


@pytest.fixture
def linear(tmp_path: Path) -> Path:
    return tiny_models.linear(tmp_path / "linear.onnx")


def counts(path: Path) -> Path:
    """Scores of three classes from tokens: the sum of the numbers where the mask is 1, twice that, and no more."""
    nodes = [
        helper.make_node("Mul", ["input_ids", "attention_mask"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "second"], ["sum"], keepdims=1),
        helper.make_node("Cast", ["sum"], ["real"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["real", "w"], ["logits"]),
    ]
    ends = [value("input_ids", INT64, "n", "t"), value("attention_mask", INT64, "n", "t")]
    weights = [constant("second", np.array([1])), constant("w", np.array([[1, 2, 0]], dtype=np.float32))]
    return save(path, nodes, ends, [value("logits", FLOAT, "n", 3)], weights)


def renamed(data: bytes, old: str, new: str) -> bytes:
    return data.replace(old.encode(), new.encode())


def written(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as bundled:
        for name, content in files.items():
            bundled.writestr(name, content)
    return made.getvalue()


def twice(model: bytes) -> bytes:
    return renamed(written({"a.onnx": model, "b.onnx": model}), "b.onnx", "a.onnx")


def one_over_the_other(model: bytes) -> bytes:
    """Two names in the directory, both of the first file's bytes."""
    data = bytearray(written({"a.onnx": model, "b.onnx": model}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = (0).to_bytes(4, "little")
    return bytes(data)


HOSTILE: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "no zip": ("not_a_bundle", lambda model: model),
    "cut off": ("not_a_bundle", lambda model: written({"a.onnx": model})[:-30]),
    "a folder": ("bundle_names", lambda model: written({"a/m.onnx": model})),
    "a way out": ("bundle_names", lambda model: written({"..%2fm.onnx": model})),
    "another kind": ("bundle_names", lambda model: written({"a.onnx": model, "b.py": b"print()"})),
    "one name twice": ("bundle_names", twice),
    "one over the other": ("not_a_bundle", one_over_the_other),
    "no model": ("bundle_without_model", lambda model: written({"a.txt": b"x"})),
    "too many": ("bundle_too_many", lambda model: written({f"{n}.txt": b"x" for n in range(40)} | {"a.onnx": model})),
    "an empty one": ("empty_file", lambda model: written({"a.onnx": model, "b.txt": b""})),
    "a model that is none": ("not_a_model", lambda model: written({"a.onnx": b"hello"})),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_breaks_a_rule_is_refused_in_a_sentence(name: str, linear: Path, tmp_path: Path) -> None:
    rule, make = HOSTILE[name]
    path = tmp_path / "upload"
    path.write_bytes(make(linear.read_bytes()))
    findings = inspect(path, "bundle")
    assert findings.rule == rule
    assert findings.reason.endswith(".")
    assert len(findings.reason) > 30


def test_two_models_need_steps(linear: Path, tmp_path: Path) -> None:
    report = examine(bundle(tmp_path / "b", {"a.onnx": linear, "b.onnx": linear}), "bundle")
    assert report.rule == "bundle_ambiguous"
    assert "a.onnx, b.onnx" in report.reason


def test_compressed_entries_are_refused(linear: Path, tmp_path: Path) -> None:
    assert inspect(bundle(tmp_path / "b", {"a.onnx": linear}, zipfile.ZIP_DEFLATED), "bundle").rule == "bundle_packed"


def test_facts_name_the_files(linear: Path, tmp_path: Path) -> None:
    findings = check(bundle(tmp_path / "b", {"m.onnx": linear, "names.txt": b"one\ntwo\n"}), "bundle", ["names.txt"])
    assert findings.facts is not None
    assert findings.facts.files == {"m.onnx": linear.stat().st_size, "names.txt": 8}
    assert findings.labels == {"names.txt": ("one", "two")}


NAMES = {
    b"cat\ndog\n": ("cat", "dog"),
    b"\xef\xbb\xbfcat\r\ndog": ("cat", "dog"),
    "a\n\u3000\nb\n\n".encode(): ("a", "\u3000", "b"),
    b'["cat", "dog"]': ("cat", "dog"),
    b'{"1": "dog", "0": "cat"}': ("cat", "dog"),
    b'{"dog": 1, "cat": 0}': ("cat", "dog"),
    b'{"0": ["n01", "cat"], "1": ["n02", "dog"]}': ("cat", "dog"),
    b'{"model_type": "bert", "id2label": {"0": "cat", "1": "dog"}, "label2id": {}}': ("cat", "dog"),
    b'{"size": 1024, "label_space": ["cat", "dog"], "map": {}}': ("cat", "dog"),
    b'{"a": ["cat", "dog"], "b": ["x", "y"], "c": 1}': (),
    b"{0: 'cat', 1: 'dog'}": ("cat", "dog"),
    b'{"0": "cat", "2": "dog"}': (),
    b"[" * 100_000: (),
    b"{0: " + b"[" * 5000: (),
    b"\xff\xfe\x00": (),
    b"x" * 201: (),
    b"[1, 2]": (),
}


@pytest.mark.parametrize("text", NAMES)
def test_names_of_classes_are_read(text: bytes) -> None:
    assert names_in(text) == NAMES[text]


def test_labels_become_classes(linear: Path, tmp_path: Path) -> None:
    path = bundle(tmp_path / "b", {"m.onnx": linear, "names.txt": b"low\nhigh\n"})
    declared = Interface((ROW,), (LabelOutput(name="scores", labels="names.txt"),))
    report = examine(path, "bundle", declared, {"x": [1.0, 2.0, 3.0]})
    assert report.verdict == "ready"
    assert report.interface is not None
    assert report.interface.outputs[0] == LabelOutput(name="scores", labels="names.txt", classes=("low", "high"))
    assert report.batch_axis == 0


@pytest.mark.parametrize(
    ("labels", "rule"),
    [("others.txt", "file_missing"), ("metadata:names", "labels_missing"), ("bad.json", "labels_unreadable")],
)
def test_labels_that_are_not_there_are_said(labels: str, rule: str, linear: Path, tmp_path: Path) -> None:
    path = bundle(tmp_path / "b", {"m.onnx": linear, "bad.json": b"{}"})
    declared = Interface((ROW,), (LabelOutput(name="scores", labels=labels),))
    report = examine(path, "bundle", declared)
    assert (report.verdict, report.rule) == ("rejected", rule)
    assert labels.removeprefix("metadata:") in report.reason


def test_another_number_of_labels_than_scores_is_said(linear: Path, tmp_path: Path) -> None:
    path = bundle(tmp_path / "b", {"m.onnx": linear, "names.txt": b"low\nmiddle\nhigh\n"})
    declared = Interface((ROW,), (LabelOutput(name="scores", labels="names.txt"),))
    assert "Declare 2 classes" in examine(path, "bundle", declared).reason


def test_a_tokenizer_and_labels_are_proposed(tmp_path: Path) -> None:
    files: dict[str, bytes | Path] = {
        "model.onnx": counts(tmp_path / "m.onnx"),
        "tokenizer.json": tokenizer("good", "bad"),
        "config.json": b'{"id2label": {"0": "a", "1": "b", "2": "c"}}',
    }
    report = examine(bundle(tmp_path / "b", files), "bundle", None, {"text": "good BAD unheard"})
    assert (report.verdict, report.proposed) == ("ready", True), report.reason
    assert report.interface is not None
    (text,) = report.interface.inputs
    assert text == TextInput(name="text", tensor="input_ids", tokenizer="tokenizer.json", max_tokens=512)
    assert report.interface.outputs[0].classes == ("a", "b", "c")  # type: ignore[union-attr]
    # [CLS] good bad [UNK] [SEP] are 2, 4, 5, 1, 3
    assert dict(report.answers["logits"].scores)["b"] == pytest.approx(1.0)  # type: ignore[union-attr]


def test_a_charset_makes_a_line_that_is_read(tmp_path: Path) -> None:
    scores = np.zeros((4, 5), dtype=np.float32)
    scores[[0, 1, 2, 3], [1, 0, 2, 4]] = 1
    flat = save(
        tmp_path / "flat.onnx",
        [helper.make_node("MatMul", ["x", "w"], ["all"]), helper.make_node("Reshape", ["all", "shape"], ["line"])],
        [value("x", FLOAT, 1, 1, 4, 4)],
        [value("line", FLOAT, 1, 4, 5)],
        [constant("w", scores), constant("shape", np.array([1, 4, 5]))],
    )
    report = examine(bundle(tmp_path / "b", {"m.onnx": flat, "keys.txt": b"a\nb\nc\n"}), "bundle")
    assert report.interface is not None
    assert report.interface.outputs == (
        TextOutput(name="line", labels="keys.txt", classes=("a", "b", "c"), decode="ctc", space=True),
    )


def test_a_file_that_is_no_tokenizer_is_said(tmp_path: Path) -> None:
    path = bundle(tmp_path / "b", {"m.onnx": counts(tmp_path / "m.onnx"), "t.json": b"{}"})
    declared = Interface((TextInput(name="text", tokenizer="t.json"),), (LabelOutput(name="logits"),))
    report = examine(path, "bundle", declared)
    assert report.rule == "example_mismatch"
    assert "“t.json” is no file of the package tokenizers" in report.reason
