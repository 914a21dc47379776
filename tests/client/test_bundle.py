"""Several files as one upload, written by the client."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from atrium_client import Invalid, Label, Table, Text
from atrium_client.export import export
from tests.client.test_export_file import adding

ROW = Table("row", columns=["a", "b", "c", "d"], tensor="x")


def test_the_same_files_make_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("low\nhigh\n")
    label = Label("y", labels="labels.txt")
    made = []
    for files in (
        [
            tmp_path / "labels.txt",
        ],
        {"labels.txt": b"low\nhigh\n"},
    ):
        with export(adding(), inputs=[ROW], outputs=[label], files=files) as exported:
            assert exported.format == "bundle"
            assert exported.tensors == ["x"]
            assert exported.size == exported.path.stat().st_size
            with zipfile.ZipFile(exported.path) as bundle:
                assert bundle.namelist() == ["labels.txt", "model.onnx"]
                assert {entry.compress_type for entry in bundle.infolist()} == {zipfile.ZIP_STORED}
                assert bundle.read("labels.txt") == b"low\nhigh\n"
            made.append(exported.sha256)
    assert made[0] == made[1]


def test_without_files_it_is_one_onnx_file() -> None:
    with export(adding(), inputs=[ROW], outputs=[Label("y")]) as exported:
        assert exported.format == "onnx"


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ("labels.txt", "takes a list of paths"),
        (["missing.txt"], "There is no file"),
        ({"labels.csv": b"a"}, "takes .onnx, .json and .txt"),
        ({"a b.txt": b"a"}, "named with letters"),
        ({"model.onnx": b"a"}, "the model's own name"),
        ([Path("a/x.txt"), Path("b/x.txt")], "There is no file"),
    ],
)
def test_what_cannot_come_along_is_told(files: Any, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        export(adding(), inputs=[ROW], outputs=[Label("y")], files=files)


def test_options_of_texts_and_labels_are_declared() -> None:
    text = Text("t", tokenizer="tokenizer.json", max_tokens=8, pad_to=8)
    assert text.as_input() == {
        "kind": "text", "name": "t", "tokenizer": "tokenizer.json", "max_tokens": 8, "pad_to": 8
    }  # fmt: skip
    line = Text("t", labels="keys.txt", decode="ctc", blank=0, space=True)
    assert line.as_output() == {
        "kind": "text", "name": "t", "labels": "keys.txt", "decode": "ctc", "blank": 0, "space": True
    }  # fmt: skip
    with pytest.raises(Invalid, match="does not apply to an output"):
        text.as_output()
