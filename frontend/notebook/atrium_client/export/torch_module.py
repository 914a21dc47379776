"""A torch module as ONNX: the exporter of torch.export first, the older one that traces where that fails."""

import contextlib
import io
import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from atrium_client.errors import ExportDiffers, Invalid, Rejected
from atrium_client.fields import Field, Image

from .draft import Draft, differs
from .preparing import Array, like
from .running import Session, difference, largest, need, takes_batches

_BATCH = 2  # torch.export takes an axis of length 1 for a constant


def is_module(model: object) -> bool:
    """Whether it is a torch module, told by the names of its types: torch itself is not imported."""
    return any(kind.__module__.startswith("torch.") and kind.__name__ == "Module" for kind in type(model).__mro__)


def export(module: Any, inputs: Sequence[Field], outputs: Sequence[Field], examples: Sequence[Array]) -> Draft:
    """Export in evaluation mode, compare with the module on the examples (batches of one), prove the batch axis.

    The exporter sees noise in the examples' place. Raises Rejected where no exporter manages, ExportDiffers where
    one does but answers otherwise than the module.
    """
    need("onnx", "onnxruntime")
    names = [field.name for field in inputs]
    with _evaluating(module):
        original = _answers(module, examples)
        if len(original) < len(outputs):
            raise Invalid(
                f"The module answers {len(original)} tensors, and {len(outputs)} outputs are declared; "
                "declare one output for each tensor, in their order."
            )
        labels = [field.name for field in outputs] + [f"output_{n}" for n in range(len(outputs), len(original))]
        return _first_that_agrees(module, inputs, names, labels, examples, original)


def _first_that_agrees(
    module: Any, inputs: Sequence[Field], names: list[str], labels: list[str],
    examples: Sequence[Array], original: list[Array],
) -> Draft:  # fmt: skip
    feeds = dict(zip(names, examples, strict=True))
    failures: list[str] = []
    worst: ExportDiffers | None = None
    for title, write, batch in _attempts(module, inputs, names, labels):
        stand_ins = [np.concatenate([like(array)] * batch) for array in examples]
        try:
            with _quiet():
                data = write(stand_ins)
            session = Session(data)
            answered = session.run({name: feeds[name] for name in session.inputs})
        except Exception as error:  # exporters raise whatever their graph passes raise
            failures.append(f"{title}: {_first_line(error)}")
            continue
        if missing := [name for name in names if name not in session.inputs]:
            raise Rejected(
                f"The module does not use its input “{missing[0]}”; leave it out of inputs.", rule="unused_input"
            )
        gaps = [difference(name, ours, answered[name]) for name, ours in zip(labels, original, strict=True)]
        gap = largest(gaps)
        if gap is not None and gap.too_large:
            worst = worst or differs(gap, title)
            continue
        if batch > 1:
            note = takes_batches(session, feeds)
            if note:
                failures.append(f"{title}: {note}")
                continue
        why = "" if batch > 1 else "; ".join(failures)
        return Draft(data, title, batch="fixed at 1" if batch == 1 else "dynamic", note=why, gap=gap)
    if worst is not None:
        raise worst
    raise Rejected(
        "No exporter of torch turns this module into ONNX. " + "; ".join(failures) + ". Replace the operation named, "
        "or export to an ONNX file by hand and upload that.",
        rule="not_exportable",
    )


_Write = Callable[[list[Array]], bytes]


def _attempts(
    module: Any, inputs: Sequence[Field], names: list[str], labels: list[str]
) -> Iterator[tuple[str, _Write, int]]:
    for batch in (_BATCH, 1):
        for title, write in (("torch.export", _by_dynamo), ("TorchScript", _by_tracing)):

            def bound(arrays: list[Array], write: Any = write, dynamic: bool = batch > 1) -> bytes:
                result: bytes = write(module, _tensors(module, arrays), inputs, names, labels, dynamic)
                return result

            yield title, bound, batch


def _by_dynamo(
    module: Any, tensors: tuple[Any, ...], inputs: Sequence[Field], names: list[str], labels: list[str], dynamic: bool
) -> bytes:
    import torch

    kind = torch.export.Dim
    shapes = tuple(
        {0: kind.DYNAMIC if dynamic else kind.STATIC, **dict.fromkeys(_open_axes(field), kind.AUTO)} for field in inputs
    )
    program = torch.onnx.export(
        module, tensors, dynamo=True, dynamic_shapes=shapes, input_names=names, output_names=labels, verbose=False
    )
    assert program is not None
    with tempfile.TemporaryDirectory(prefix="atrium-") as folder:
        path = Path(folder) / "model.onnx"
        program.save(str(path), external_data=False)
        return path.read_bytes()


def _by_tracing(
    module: Any, tensors: tuple[Any, ...], inputs: Sequence[Field], names: list[str], labels: list[str], dynamic: bool
) -> bytes:
    import torch

    axes: Mapping[str, Mapping[int, str]] = {
        field.name: ({0: "batch"} if dynamic else {}) | {axis: f"{field.name}_{axis}" for axis in _open_axes(field)}
        for field in inputs
    }
    if dynamic:
        axes = {**axes, **{label: {0: "batch"} for label in labels}}
    with tempfile.TemporaryDirectory(prefix="atrium-") as folder:
        path = Path(folder) / "model.onnx"
        torch.onnx.export(
            module,
            tensors,
            str(path),
            dynamo=False,
            dynamic_axes=axes,
            input_names=names,
            output_names=labels,
            verbose=False,
        )
        return path.read_bytes()


def _open_axes(field: Field) -> tuple[int, ...]:
    """The axes of height and width, where the interface leaves the size open."""
    if not isinstance(field, Image) or field.size is not None:
        return ()
    return (2, 3) if (field.layout or "NCHW") == "NCHW" else (1, 2)


def _answers(module: Any, examples: Sequence[Array]) -> list[Array]:
    """What the module answers, flattened in order, as arrays."""
    import torch

    try:
        with torch.no_grad():
            answer = module(*_tensors(module, examples))
    except Exception as error:
        shapes = ", ".join(str(array.shape) for array in examples)
        raise Invalid(
            f"The module fails on the example prepared as the interface says (shapes {shapes}): {_first_line(error)}. "
            "Check size, mode, layout and dtype of the inputs."
        ) from error
    return [item.detach().cpu().numpy() for item in _flat(answer)]


def _flat(answer: Any) -> list[Any]:
    if isinstance(answer, Mapping):
        return [item for value in answer.values() for item in _flat(value)]
    if isinstance(answer, tuple | list):
        return [item for value in answer for item in _flat(value)]
    return [answer] if hasattr(answer, "detach") else []


def _tensors(module: Any, arrays: Sequence[Array]) -> tuple[Any, ...]:
    import torch

    if any(array.dtype == object for array in arrays):
        raise Invalid("A torch module takes no strings: turn Text and Choice inputs into numbers (Choice has dtype).")
    first = next(iter(module.parameters()), None) if hasattr(module, "parameters") else None
    device = first.device if first is not None else "cpu"
    return tuple(torch.from_numpy(array.copy()).to(device) for array in arrays)


@contextlib.contextmanager
def _evaluating(module: Any) -> Iterator[None]:
    """Evaluation mode (dropout off, batch statistics fixed), every submodule put back as it was."""
    training = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, was in training:
            part.training = was


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Exporters write pages of advice for their own developers."""
    before = logging.root.manager.disable
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(before)


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:300].rstrip(".")
