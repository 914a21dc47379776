"""Which checks a file of a given format goes through. Imports neither a runtime nor torch, and unpickles nothing."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from msgspec.structs import replace

from gpu_workers.bundle import BUNDLE, Files, mapped
from gpu_workers.refusal import Refused

from .findings import Facts, Findings
from .kinds import refuse_others

FORMATS = ("onnx", BUNDLE)


def inspect(path: Path, fmt: str, labels: Sequence[str] | None = None) -> Findings:
    """The findings on a file that claims to be of this format. Reads it in this process: see `check`."""
    try:
        if fmt not in FORMATS:
            raise Refused("format_unknown", f"The format “{fmt[:40]}” is not taken. Upload ONNX, or with the client.")
        return _bundle(path, labels) if fmt == BUNDLE else _onnx(path, labels)
    except Refused as refused:
        return Findings(refused.rule, refused.reason)


def _onnx(path: Path, labels: Sequence[str] | None) -> Findings:
    refuse_others(path)
    from .facts import facts
    from .labels import labels_of
    from .onnx_file import check_onnx

    model, counted = check_onnx(mapped(path))
    return Findings(facts=facts(model, counted), labels=labels_of(Files(path, "onnx"), model, labels))


def _bundle(path: Path, labels: Sequence[str] | None) -> Findings:
    files = Files(path, BUNDLE)
    from .facts import facts
    from .labels import labels_of
    from .onnx_file import check_onnx

    found: list[Facts] = []
    found_labels: dict[str, tuple[str, ...]] = {}
    for name in files.models:
        try:
            model, counted = check_onnx(files.view(name))
        except Refused as refused:
            raise Refused(refused.rule, f"“{name}”: {refused.reason}") from None
        found.append(facts(model, counted))
        if name == files.models[0]:
            found_labels = labels_of(files, model, labels)
    whole = replace(
        found[0],
        nodes=sum(each.nodes for each in found),
        initializers=sum(each.initializers for each in found),
        weights=sum(each.weights for each in found),
        files=dict(files.sizes),
        sha256={name: sha256(files.view(name)).hexdigest() for name in files.sizes},
    )
    return Findings(facts=whole, labels=found_labels)
