"""The rows of a file, as one tensor and as a tensor for each column."""

import json
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from atrium_client import Column, Table, TableFile

from .cases import Case, Prepared
from .packages import DETECTOR, SKL2ONNX
from .tensors import Array, Plain

if TYPE_CHECKING:
    import pandas as pd


def _stacker(folder: Path) -> Prepared:
    """Boosted trees that say what a detector in a street is for, from what others make of it."""
    said = json.loads(DETECTOR.read(folder, "stacker/stacker.json"))
    model = DETECTOR.read(folder, "stacker/stacker_mean3_s0.onnx")
    names, classes = said["feature_names"], said["classes"]
    rows = np.random.default_rng(46).uniform(0, 1, (40, len(names))).round(4)
    (scores,) = Plain(model)(X=rows).values()
    return Prepared(
        model,
        [TableFile("detectors", tensor="X", columns=[Column(name) for name in names], dtype="float64")],
        [Table("function", tensor="Y", each="label", classes=classes)],
        {"detectors": "\n".join([",".join(names), *(",".join(map(str, row)) for row in rows.tolist())]).encode()},
        {"function": _best(scores, classes)},
    )


def _titanic(folder: Path) -> Prepared:
    """A pipeline of scikit-learn over numbers and strings, exported by skl2onnx from the table in its own archive."""
    import pandas as pd

    frame = pd.read_csv(BytesIO(SKL2ONNX.read(folder, "datasets/small_titanic.csv")), dtype=dict.fromkeys(_WORDS, str))
    rows = frame[[*_NUMBERS, *_WORDS]].fillna(dict.fromkeys(_WORDS, ""))
    model = _exported(rows, np.where(frame["survived"] == 1, "survived", "lost"))
    tensors: dict[str, Array] = {name: rows[[name]].to_numpy(np.float32) for name in _NUMBERS}
    tensors |= {name: rows[[name]].to_numpy(object) for name in _WORDS}
    answers = Plain(model).run(tensors)
    columns = [Column(name, type="text" if name in _WORDS else None, optional=True) for name in [*_NUMBERS, *_WORDS]]
    return Prepared(
        model,
        [TableFile("passengers", columns=columns, tensors="columns")],
        [
            Table("fate", tensor="label", each="text"),
            Table("chance", tensor="probabilities", each="label", classes=["lost", "survived"]),
        ],
        {"passengers": rows.to_csv(index=False).encode()},
        {
            "fate": [(str(name),) for name in answers["label"]],
            "chance": _best(answers["probabilities"], ["lost", "survived"]),
        },
    )


def _exported(rows: "pd.DataFrame", known: Array) -> bytes:
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    prepared = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), list(_NUMBERS)),
            ("words", OneHotEncoder(handle_unknown="ignore"), list(_WORDS)),
        ]
    )
    fitted = make_pipeline(prepared, LogisticRegression()).fit(rows, known)
    types = [(name, FloatTensorType([None, 1])) for name in _NUMBERS]
    types += [(name, StringTensorType([None, 1])) for name in _WORDS]
    made = to_onnx(fitted, initial_types=types, options={"zipmap": False}, target_opset={"": 20, "ai.onnx.ml": 3})
    return bytes(made.SerializeToString())


def _best(scores: Array, classes: list[str]) -> list[tuple[str, float]]:
    return [(classes[int(row.argmax())], float(row.max())) for row in scores]


_NUMBERS = ("age", "fare", "sibsp", "parch")
_WORDS = ("pclass", "sex", "embarked", "cabin")
CASES = [
    Case("what a detector is for", DETECTOR, "40 rows of 46 named numbers, a class for each", _stacker),
    Case(
        "who survived",
        SKL2ONNX,
        "rows of four numbers and four strings, some missing, a tensor for each; a text and a class for each row",
        _titanic,
    ),
]
