"""What is not ONNX is recognised, never opened, and answered with the way that leads to ONNX."""

import gzip
import io
import json
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from gpu_workers.inspection import check, inspect


def archive(*names: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return written.getvalue()


def tar() -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as file:
        file.addfile(tarfile.TarInfo("model.onnx"), io.BytesIO())
    return written.getvalue()


def array() -> bytes:
    written = io.BytesIO()
    np.save(written, np.zeros(3))
    return written.getvalue()


def safetensors() -> bytes:
    """A header of JSON behind its length, then the numbers."""
    header = json.dumps({"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(16)


OTHERS: dict[str, tuple[bytes, str]] = {
    "pickle of today": (b"\x80\x05\x95\x0b\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x01a\x94K\x01s.", "format_pickle"),
    "pickle of protocol 2": (b"\x80\x02}q\x00U\x01aq\x01K\x01s.", "format_pickle"),
    "pickle of protocol 0": (b"cos\nsystem\n(S'true'\ntR.", "format_pickle"),
    "safetensors": (safetensors(), "format_safetensors"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(100), "format_hdf5"),
    "keras": (archive("metadata.json", "config.json", "model.weights.h5"), "format_keras"),
    "skops": (archive("schema.json", "1.npy"), "format_skops"),
    "tflite": (struct.pack("<I", 28) + b"TFL3" + bytes(100), "format_tflite"),
    "zip": (archive("model.onnx"), "format_archive"),
    "tar": (tar(), "format_archive"),
    "gzip": (gzip.compress(b"model"), "format_archive"),
    "array": (array(), "not_a_model"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(50), "not_a_model"),
    "program": (b"\x7fELF" + bytes(50), "not_a_model"),
    "json": (json.dumps({"model": 1}).encode(), "not_a_model"),
    "text": ("Ein Brief.\nMit Grüßen".encode(), "not_a_model"),
    "noise": (np.random.default_rng(5).bytes(5000), "not_a_model"),
    "zeros": (bytes(1000), "not_a_model"),
    "nothing": (b"", "empty_file"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_it_is_refused_by_its_kind(name: str, tmp_path: Path) -> None:
    content, rule = OTHERS[name]
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    findings = inspect(path, "onnx")
    assert findings.rule == rule
    assert findings.reason


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("state_dict.pt", "format_state_dict"),
        ("whole_module.pth", "format_state_dict"),
        ("torchscript.pt", "format_torchscript"),
        ("exported.pt2", "format_pt2"),
        ("plain.joblib", "format_joblib"),
        ("compressed.joblib", "format_joblib"),
        ("torch_external.onnx", "external_data"),
        ("ort_all.onnx", "nchwc"),
    ],
)
def test_what_tools_write_is_refused_with_the_way_out(name: str, rule: str, exported: Path) -> None:
    findings = check(exported / name, "onnx")
    assert findings.rule == rule
    ways = {"external_data": "external_data=False", "nchwc": "level basic or extended"}
    assert ways.get(rule, 'project.upload("name", model, example=…)') in findings.reason


def test_a_format_that_nobody_takes(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"x")
    assert inspect(path, "pickle").rule == "format_unknown"
