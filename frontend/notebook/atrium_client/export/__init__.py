"""Models turned into ONNX on their author's machine: converted, compared with the original, cleaned.

`export` is what `Project.upload` and `atrium export` call. torch, scikit-learn and onnxruntime are imported only
where the model at hand needs them.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from atrium_client.errors import Invalid, Rejected
from atrium_client.fields import Bytes, Dicom, Field, TableFile
from atrium_client.signals import Audio, Series
from atrium_client.steps import Step
from atrium_client.values import by_name

from . import bundle, estimator_columns, sklearn_estimator, torch_module
from .bundle import Files
from .cleaning import clean
from .draft import Draft
from .exported import Exported
from .preparing import Array, prepare, stand_in
from .running import Session, takes_batches

__all__ = ["Exported", "export"]

_PROVED_HERE = 64 * 2**20  # bytes; a larger file is left to the server's probe, to keep this process small
_PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".joblib", ".skops", ".pt2", ".safetensors", ".ckpt")


def export(
    model: Any,
    *,
    inputs: Sequence[Field] | None = None,
    outputs: Sequence[Field] | None = None,
    example: Any = None,
    files: Files = (),
    steps: Sequence[Step] = (),
) -> Exported:
    """Turn a torch module, scikit-learn estimator, ONNX path, bytes or ModelProto into one clean ONNX file.

    inputs, outputs: the interface; a scikit-learn estimator's is proposed from its attributes where they are left
    out, a torch module needs them, and of a file the server proposes them.
    example: a dict by input name, a list in the inputs' order, or the value of the only input. Original and export
    are compared on it, and it is never given to an exporter; without one they are compared on noise.
    files: what comes with the model, labels or a tokenizer: paths, or a dict of names and paths. steps: how they run.
    Raises Rejected (with the way out), ExportDiffers, or Invalid.
    """
    beside = bundle.named(files)
    inputs, outputs = _listed(inputs, "inputs"), _listed(outputs, "outputs")
    if torch_module.is_module(model):
        exported = _from_torch(model, list(inputs or ()), list(outputs or ()), example)
    elif sklearn_estimator.is_estimator(model):
        exported = _from_sklearn(model, inputs, outputs, example)
    else:
        proof = None if steps or _reads_files(inputs) else example
        exported = _from_file(_onnx(model), list(inputs or ()), list(outputs or ()), proof)
    exported.steps = steps
    return _bundled(exported, beside) if beside else exported


def _reads_files(inputs: Sequence[Field] | None) -> bool:
    """Whether what a model is given is made of a file by the server alone: its trial is then the first."""
    made = Audio | Bytes | Dicom | Series | TableFile
    return any(isinstance(field, made) or getattr(field, "tokenizer", "") for field in inputs or ())


def _bundled(exported: Exported, beside: Mapping[str, Path | bytes]) -> Exported:
    """The same with the files beside it, models among them cleaned as well."""
    folder = exported.path.parent
    files: dict[str, Path | bytes] = {bundle.MODEL: exported.path}
    try:
        for name, content in beside.items():
            files[name] = clean(content, folder / f"beside-{name}").path if name.endswith(".onnx") else content
        exported.model, exported.beside = exported.path, list(beside)
        exported.path, exported.format = folder / "bundle.zip", "bundle"
        exported.size, exported.sha256 = bundle.write(files, exported.path)
    except BaseException:
        exported.close()
        raise
    return exported


def _from_torch(model: Any, inputs: list[Field], outputs: list[Field], example: Any) -> Exported:
    if not inputs or not outputs:
        raise Invalid(
            "A torch module does not tell what it takes and answers: declare inputs=[Image(…)] and outputs=[Label(…)]."
        )
    _check(inputs, outputs)
    draft = torch_module.export(model, inputs, outputs, _arrays(inputs, example))
    return _finished(draft.data, draft, inputs, outputs)


def _from_sklearn(
    model: Any, inputs: Sequence[Field] | None, outputs: Sequence[Field] | None, example: Any
) -> Exported:
    fields_in = list(inputs or sklearn_estimator.propose_inputs(model))
    fields_out = list(outputs or sklearn_estimator.propose_outputs(model))
    taken = fields_in
    if len(fields_in) == 1 and isinstance(file := fields_in[0], TableFile):
        taken = estimator_columns.of_file(file)
        example = None if example is None else estimator_columns.first_row(file, example)
        fields_out = fields_out if outputs else [estimator_columns.for_rows(field) for field in fields_out]
    _check(fields_in, fields_out)
    draft = sklearn_estimator.export(model, taken, fields_out, _arrays(sklearn_estimator.in_double(taken), example))
    return _finished(draft.data, draft, fields_in, draft.outputs)


def _from_file(model: Path | bytes, inputs: list[Field], outputs: list[Field], example: Any) -> Exported:
    if bool(inputs) != bool(outputs):
        raise Invalid("Declare inputs and outputs together, or neither: then the server proposes both.")
    _check(inputs, outputs)
    exported = _finished(model, None, inputs, outputs)
    if inputs and example is not None and exported.size <= _PROVED_HERE and find_spec("onnxruntime"):
        try:
            _prove(exported, inputs, example)
        except BaseException:
            exported.close()
            raise
    return exported


def _prove(exported: Exported, inputs: list[Field], example: Any) -> None:
    """Run a file on its example, with one row and with three."""
    arrays = _arrays(inputs, example)
    try:
        session = Session(exported.path)
        tensors = [_tensor(field, index, session.inputs) for index, field in enumerate(inputs)]
        feeds = dict(zip(tensors, arrays, strict=True))
        note = takes_batches(session, feeds)
    except Invalid:
        raise
    except Exception as error:  # ONNX Runtime has no common parent for what it raises
        why = " ".join(str(error).split())[:300].rstrip(". ")
        raise Rejected(
            f"ONNX Runtime cannot run the model on the example: {why}. Check size, mode, layout and dtype of the "
            "inputs.",
            rule="does_not_run",
        ) from error
    exported.batch, exported.note = ("fixed at 1", note) if note else ("dynamic", "")


def _tensor(field: Field, index: int, tensors: Sequence[str]) -> str:
    """The tensor an input goes to: the one it names, else its namesake, else the one at the same place."""
    named = str(getattr(field, "tensor", "")) or field.name
    if named in tensors:
        return named
    if getattr(field, "tensor", "") or index >= len(tensors):
        raise Invalid(f"The model has no tensor for “{field.name}”; its inputs are {', '.join(tensors)}.")
    return tensors[index]


def _finished(data: Path | bytes, draft: Draft | None, inputs: Sequence[Field], outputs: Sequence[Field]) -> Exported:
    folder = tempfile.TemporaryDirectory(prefix="atrium-")
    try:
        cleaned = clean(data, Path(folder.name) / "model.onnx")
    except BaseException:
        folder.cleanup()
        raise
    exported = Exported(
        cleaned.path, cleaned.size, cleaned.sha256, draft.exporter if draft else "file", inputs, outputs,
        removed=cleaned.removed, folded=cleaned.folded, mentions=cleaned.mentions, _folder=folder,
    )  # fmt: skip
    if draft is not None:
        exported.batch, exported.note = draft.batch, draft.note
        if draft.gap is not None:
            exported.difference, exported.tolerance = draft.gap.size, draft.gap.tolerance
    return exported


def _onnx(model: Any) -> Path | bytes:
    if isinstance(model, str | os.PathLike):
        path = Path(model)
        if path.suffix.lower() in _PICKLES:
            raise Rejected(
                f"“{path.name}” is loaded by running code, so no server takes it. Load it here and pass the module or "
                "estimator itself to upload: it becomes ONNX on this machine.",
                rule="format",
            )
        if not path.is_file():
            raise Invalid(f"There is no file “{path}”.")
        return path
    if isinstance(model, bytes | bytearray | memoryview):
        return bytes(model)
    if hasattr(model, "SerializeToString") and hasattr(model, "graph"):
        data: bytes = model.SerializeToString()
        return data
    if isinstance(model, Mapping):
        raise Invalid(
            "A state dict holds weights without their model: build the module, give it the weights with "
            "`module.load_state_dict(…)`, and upload the module itself."
        )
    if isinstance(model, type):
        raise Invalid(f"{model.__name__} is a class; give an object of it, with its weights: {model.__name__}(…).")
    raise Invalid(
        f"An object of {type(model).__name__} cannot be uploaded; give a torch module, a scikit-learn estimator, the "
        "path of an ONNX file, its bytes or a ModelProto."
    )


def _arrays(inputs: Sequence[Field], example: Any) -> list[Array]:
    if example is None:
        return [stand_in(field) for field in inputs]
    values = by_name(inputs, example)
    missing = next((field.name for field in inputs if field.name not in values), None)
    if missing is not None:
        raise Invalid(f"The example lacks “{missing}”; give a value for each input.")
    return [prepare(field, values[field.name]) for field in inputs]


def _listed(fields: Sequence[Field] | None, side: str) -> list[Field] | None:
    """The fields of one side; raises Invalid for what is no list of fields."""
    if fields is None:
        return None
    kinds = "Image, Text, Number, Choice or Table" if side == "inputs" else "Label, Number, Text or Image"
    if not isinstance(fields, list | tuple) or not all(isinstance(field, Field) for field in fields):
        raise Invalid(f"{side} takes a list of {kinds}, such as {side}=[{kinds.split(',')[0]}('name')].")
    return list(fields)


def _check(inputs: Sequence[Field], outputs: Sequence[Field]) -> None:
    for field in inputs:
        field.as_input()
    for field in outputs:
        field.as_output()
