"""A scikit-learn estimator or pipeline as ONNX by skl2onnx, and the interface that its attributes tell."""

import importlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from atrium_client.errors import Invalid, Rejected
from atrium_client.fields import Choice, Column, Field, Label, Number, Table, Text
from atrium_client.values import column_names

from .draft import Draft, differs
from .estimator_columns import of_steps, parts
from .preparing import Array
from .running import Session, difference, largest, need, takes_batches

_LOCALE = "C.UTF-8"  # skl2onnx's default, en_US.UTF-8, is not everywhere; this one comes with the C library
_LABEL, _SCORES = "label", "probabilities"


def is_estimator(model: object) -> bool:
    """Whether it is a scikit-learn estimator, told by the names of its types: sklearn itself is not imported."""
    return any(
        kind.__module__.startswith("sklearn.") and kind.__name__ == "BaseEstimator" for kind in type(model).__mro__
    )


def propose_inputs(model: Any) -> list[Field]:
    """One Text where the first step reads texts, an input for each feature where steps pick them by name, else one
    Table with a column for each feature. Raises Invalid."""
    first = model.steps[0][1] if hasattr(model, "steps") else model
    if hasattr(first, "build_analyzer"):
        return [Text("text")]
    count = getattr(model, "n_features_in_", None)
    if count is None:
        raise Invalid(f"{type(model).__name__} does not tell its features: fit it first, or declare inputs=[…].")
    if apart := of_steps(model):
        return apart
    names = getattr(model, "feature_names_in_", None)
    columns = [Column(str(name)) for name in (names if names is not None else [f"x{n}" for n in range(count)])]
    return [Table("row", columns=columns)]


def propose_outputs(model: Any) -> list[Field]:
    """A Label over classes_ for a classifier, a Number for a regressor, a Text for a clusterer. Raises Invalid."""
    kind = _kind(model)
    if kind == "classifier" and hasattr(model, "predict_proba"):
        return [Label("prediction", classes=[str(item) for item in model.classes_], tensor=_SCORES)]
    if kind == "classifier":
        return [Text("prediction", tensor=_LABEL)]
    if kind == "clusterer":
        return [Text("cluster", tensor=_LABEL)]
    if kind == "regressor":
        return [Number("value")]
    raise Invalid(f"What {type(model).__name__} answers cannot be told from it; declare outputs=[…].")


def export(model: Any, inputs: Sequence[Field], outputs: Sequence[Field], examples: Sequence[Array]) -> Draft:
    """Convert, compare with the estimator on the examples (one row each, as `in_double`), prove the batch axis.

    Raises Rejected where skl2onnx cannot convert a step, ExportDiffers where the result answers otherwise: it computes
    in single precision unless dtype says float64.
    """
    need("onnx", "onnxruntime", "skl2onnx")
    data = _converted(model, inputs)
    session = Session(data)
    feeds = {
        field.name: array.astype("float32")
        if array.dtype == np.float64 and not getattr(field, "dtype", None)
        else array
        for field, array in zip(inputs, examples, strict=True)
    }
    outputs = _with_tensors(outputs, session.outputs)
    answered = session.run(feeds)
    gaps = [
        difference(name, ours, answered[name]) for name, ours in _original(model, inputs, examples, session.outputs)
    ]
    gap = largest(gaps)
    if gap is not None and gap.too_large:
        raise differs(gap, "skl2onnx")
    note = takes_batches(session, feeds)
    return Draft(
        data, "skl2onnx", batch="fixed at 1" if note else "dynamic", note=note, gap=gap, inputs=inputs, outputs=outputs
    )


def in_double(inputs: Sequence[Field]) -> list[Field]:
    """The inputs in double precision where they declare none, so that the estimator sees the example unrounded."""
    return [
        replace(field, dtype="float64") if isinstance(field, Table | Number) and not field.dtype else field
        for field in inputs
    ]


def _converted(model: Any, inputs: Sequence[Field]) -> bytes:
    import skl2onnx

    options = {id(part): {"locale": _LOCALE} for part in parts(model) if hasattr(part, "build_analyzer")}
    with_zipmap_off = {**options, id(model): {**options.get(id(model), {}), "zipmap": False}}
    types = [(field.name, _tensor_type(field)) for field in inputs]
    _count(model, inputs)
    chosen = [with_zipmap_off, options] if _kind(model) == "classifier" else [options]
    for index, given in enumerate(chosen):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                converted = skl2onnx.to_onnx(model, initial_types=types, options=given)
            result: bytes = converted.SerializeToString()
            return result
        except NameError as error:  # how skl2onnx says that an estimator has no such option
            if index == len(chosen) - 1:
                raise _refusal(error, model, inputs) from error
        except Exception as error:
            raise _refusal(error, model, inputs) from error
    raise AssertionError("unreachable")


def _count(model: Any, inputs: Sequence[Field]) -> None:
    """Raises Invalid where the inputs hold another number of features than the estimator was fitted on."""
    fitted = getattr(model, "n_features_in_", None)
    given = sum(len(field.columns) if isinstance(field, Table) else 1 for field in inputs)
    if fitted is not None and fitted != given:
        raise Invalid(f"The estimator was fitted on {fitted} features, and {given} are declared; declare {fitted}.")


def _refusal(error: Exception, model: Any, inputs: Sequence[Field]) -> Rejected:
    said = " ".join(str(error).split()).partition(". ")[0][:300].rstrip(".")
    if said.startswith("Unable to find column name"):
        names = [str(name) for name in getattr(model, "feature_names_in_", ())]
        return Rejected(
            f"The estimator picks its columns by name ({', '.join(names[:8])}{', …' if len(names) > 8 else ''}). "
            "Declare an input of that name for each, a Number, a Choice or a Text; or the rows of a file: "
            "TableFile('rows', columns=[…], tensors='columns').",
            rule="not_exportable",
        )
    if "input(s) is(are) supported but we got" in said:
        columns = ", ".join(repr(field.name) for field in inputs)
        return Rejected(
            f"The estimator takes all its features as one row; declare it: Table('row', columns=[{columns}]).",
            rule="not_exportable",
        )
    return Rejected(
        f"skl2onnx cannot turn this estimator into ONNX: {said}. "
        "Replace the step it names by one of scikit-learn's own.",
        rule="not_exportable",
    )


def _tensor_type(field: Field) -> Any:
    from skl2onnx.common import data_types

    if isinstance(field, Table):
        kind = "Double" if field.dtype == "float64" else "Int64" if field.dtype == "int64" else "Float"
        return getattr(data_types, f"{kind}TensorType")([None, len(field.columns)])
    if isinstance(field, Number):
        kind = {"float64": "Double", "int64": "Int64", "int32": "Int32"}.get(field.dtype or "", "Float")
        return getattr(data_types, f"{kind}TensorType")([None, 1])
    if isinstance(field, Choice) and field.dtype not in (None, "string"):
        return data_types.Int64TensorType([None, 1])
    if isinstance(field, Text | Choice):
        return data_types.StringTensorType([None, 1])
    raise Invalid(
        f"scikit-learn takes no {type(field).__name__}; declare a Table, a TableFile, a Text, Numbers or Choices."
    )


def _with_tensors(outputs: Sequence[Field], tensors: Sequence[str]) -> list[Field]:
    """Each output with the tensor that holds it: scores for a Label, labels for a Text, the only tensor otherwise."""
    found: list[Field] = []
    for field in outputs:
        tensor = str(getattr(field, "tensor", ""))
        if not tensor and field.name not in tensors:
            each = "label" if isinstance(field, Label) else "text" if isinstance(field, Text) else _each(field)
            wanted = {"label": _SCORES, "text": _LABEL}.get(each, "")
            if wanted in tensors:
                field = replace(field, tensor=wanted)  # type: ignore[call-arg]
        elif tensor and tensor not in tensors:
            raise Invalid(f"“{field.name}” names the tensor “{tensor}”; the export has {', '.join(tensors)}.")
        found.append(field)
    return found


def _each(field: Field) -> str:
    return (field.each or "number") if isinstance(field, Table) else ""


def _original(
    model: Any, inputs: Sequence[Field], examples: Sequence[Array], tensors: Sequence[str]
) -> Iterator[tuple[str, Any]]:
    """What the estimator itself answers for each tensor of the export."""
    given = _features(model, inputs, examples)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if _kind(model) in ("classifier", "clusterer"):
                yield tensors[0], model.predict(given)
                if len(tensors) > 1 and hasattr(model, "predict_proba"):
                    yield tensors[1], model.predict_proba(given)
            elif hasattr(model, "predict"):
                yield tensors[0], model.predict(given)
            else:
                answer = model.transform(given)
                yield tensors[0], answer.toarray() if hasattr(answer, "toarray") else answer
    except (ValueError, TypeError) as error:
        raise Invalid(f"The estimator fails on the example: {error}. Check the inputs and their order.") from error


def _features(model: Any, inputs: Sequence[Field], examples: Sequence[Array]) -> Any:
    """The examples as the estimator takes them: a list of texts, an array, or a DataFrame where it knows names."""
    if len(inputs) == 1 and isinstance(inputs[0], Text):
        return [str(item) for item in examples[0].reshape(-1)]
    names = getattr(model, "feature_names_in_", None)
    # as its author would call it: in double precision (some estimators take nothing else)
    whole = examples[0].astype(np.float64) if examples[0].dtype == np.float32 else examples[0]
    columns = whole if len(examples) == 1 else np.concatenate([array.astype(object) for array in examples], axis=1)
    if names is None:
        return columns
    try:
        pandas = importlib.import_module("pandas")
    except ImportError:
        return columns
    titles = [
        title for field in inputs for title in (column_names(field) if isinstance(field, Table) else [field.name])
    ]
    frame = pandas.DataFrame(columns, columns=titles)
    return frame.infer_objects() if len(examples) > 1 else frame


def _kind(model: Any) -> str:
    """`classifier`, `regressor`, `clusterer` or an empty string."""
    from sklearn.base import is_classifier, is_clusterer, is_regressor

    tests: Mapping[str, Any] = {"classifier": is_classifier, "regressor": is_regressor, "clusterer": is_clusterer}
    return next((name for name, test in tests.items() if test(model)), "")
