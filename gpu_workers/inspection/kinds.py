"""Recognises by their first bytes the model files that are not ONNX, and says how each becomes one."""

import struct
from collections.abc import Callable
from pathlib import Path

from gpu_workers.refusal import Refused

_UPLOAD = 'project.upload("name", model, example=…)'
_ON_YOUR_MACHINE = f"Load it where it was made and upload it with the client: {_UPLOAD} exports it to ONNX there."
_CODE = "it can run code when it is opened, so it is never opened here"

_REASONS = {
    "format_pickle": f"This is a Python pickle; {_CODE}. {_ON_YOUR_MACHINE}",
    "format_joblib": f"This is a joblib file, a pickle of Python objects; {_CODE}. {_ON_YOUR_MACHINE}",
    "format_skops": f"This is a skops file. {_ON_YOUR_MACHINE}",
    "format_torchscript": f"This is TorchScript, a program; {_CODE}. {_ON_YOUR_MACHINE}",
    "format_state_dict": "This is a PyTorch checkpoint, a pickle; it can run code when it is opened, and its "
    "weights say nothing of the network. Build the network, load the weights into it and upload it with the client: "
    f"{_UPLOAD}.",
    "format_pt2": f"torch.export files are not taken yet. {_ON_YOUR_MACHINE}",
    "format_safetensors": "This is a safetensors file: weights without their network. Build the network, load the "
    f"weights into it and upload it with the client: {_UPLOAD}.",
    "format_hdf5": "This is an HDF5 file, as Keras writes it. Convert it to ONNX with tf2onnx or "
    f'keras.Model.export(format="onnx") and upload the file with the client: {_UPLOAD}.',
    "format_keras": 'This is a Keras file. Convert it with keras.Model.export(format="onnx") and upload the file '
    f"with the client: {_UPLOAD}.",
    "format_tflite": "This is a TensorFlow Lite file. Convert it with tf2onnx (python -m tf2onnx.convert --tflite …) "
    f"and upload the file with the client: {_UPLOAD}.",
    "format_archive": "This is an archive, not a model. Upload the ONNX file itself, its weights inside it.",
    "not_a_model": "This is no model file that is known here. Upload an ONNX file, or the model with the client: "
    f"{_UPLOAD}.",
    "empty_file": "The file is empty. Upload it again.",
}

_NUMPY, _GZIP, _HDF5 = b"\x93NUMPY", b"\x1f\x8b", b"\x89HDF\r\n\x1a\n"
_COMPRESSED = (_GZIP, b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"\x04\x22\x4d\x18", b"Rar!")
_OTHER = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"\x7fELF", b"MZ", b"#!", b"<", b"{", b"GGUF", _NUMPY)


def refuse_others(path: Path) -> None:
    """Raises Refused where the file is known to be something else than ONNX; says nothing of the rest."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(1 << 16)
        file.seek(max(0, size - (1 << 16)))
        tail = file.read()
    rule = _recognise(head, tail, size)
    if rule:
        raise Refused(rule, _REASONS[rule])


def not_a_model() -> Refused:
    return Refused("not_a_model", _REASONS["not_a_model"])


def _recognise(head: bytes, tail: bytes, size: int) -> str:
    checks: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: size == 0, "empty_file"),
        (lambda: head.startswith(_HDF5), "format_hdf5"),
        (lambda: head[4:8] == b"TFL3", "format_tflite"),
        (lambda: _safetensors(head, size), "format_safetensors"),
        (lambda: head.startswith(b"\x80") and len(head) > 1 and head[1] <= 5, _pickle(head)),
        (lambda: head.startswith((b"PK\x03\x04", b"PK\x05\x06")), _zip(head + tail)),
        (lambda: head.startswith(b"x") and _zlib(head), "format_joblib"),
        (
            lambda: head.startswith(_COMPRESSED) or tail[257:262] == b"ustar" or head[257:262] == b"ustar",
            "format_archive",
        ),
        (lambda: head.lstrip()[:4].startswith(_OTHER) or head.startswith(_OTHER), "not_a_model"),
        (lambda: _protocol_zero(head, tail), "format_pickle"),
        (lambda: _text(head), "not_a_model"),
    )
    return next((rule for holds, rule in checks if holds()), "")


def _pickle(head: bytes) -> str:
    if b"joblib" in head or b"numpy_pickle" in head or b"NumpyArrayWrapper" in head:
        return "format_joblib"
    return "format_state_dict" if b"torch" in head and b"rebuild" in head else "format_pickle"


def _zip(names: bytes) -> str:
    """By the names of the entries, which stand in the local headers and in the directory at the end."""
    for needles, rule in (
        ((b"constants.pkl", b"/code/"), "format_torchscript"),
        ((b"archive_format",), "format_pt2"),
        ((b"data.pkl",), "format_state_dict"),
        ((b"model.weights.h5", b"config.json"), "format_keras"),
        ((b"schema.json",), "format_skops"),
    ):
        if all(needle in names for needle in needles):
            return rule
    return "format_archive"


def _safetensors(head: bytes, size: int) -> bool:
    if len(head) < 10:
        return False
    (length,) = struct.unpack("<Q", head[:8])
    return 2 <= length <= size - 8 and head[8:9] == b"{" and head[9:].lstrip()[:1] in (b'"', b"}")


def _zlib(head: bytes) -> bool:
    return len(head) > 1 and int.from_bytes(head[:2], "big") % 31 == 0


def _protocol_zero(head: bytes, tail: bytes) -> bool:
    """A pickle of the oldest kinds: text opcodes, ended by a full stop."""
    return tail.endswith(b".") and head[:1] in (b"(", b"c", b"]", b"}", b"I", b"S", b"V") and head.count(b"\n") > 0


def _text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter in "\r\n\t" for letter in text)
