"""Renews what the page's tests read: `python -m tests.gpu_workers.debugger`.

The breast-cancer table of scikit-learn with two logistic models, one of them of three features only, and columns of
every kind beside: the answers to a `View` and to a `FindSlices`, as a worker makes them. Then `make format`.
"""

import tempfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gpu_workers.debugger.answer import answer, open_dataset
from gpu_workers.debugger.held import Held
from gpu_workers.protocol.debugger import Answered, ByPerformance, FindSlices, View

from .stored import moments, numbers, stored, texts

FIXTURES = Path(__file__).resolve().parents[3] / "frontend" / "tests" / "fixtures"


def breast_cancer(path: Path) -> Held:
    """569 rows, written to `path`: models "all" and "three" with probabilities of malignant."""
    found = load_breast_cancer()
    malignant = found.target == 0
    random = np.random.default_rng(0)
    rows = len(malignant)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))

    def said(features: Any) -> Any:
        return cross_val_predict(model, found.data[:, features], malignant, cv=5, method="predict_proba")[:, 1]

    taken = 1_700_000_000 + np.arange(rows) * 3600.0
    taken[::40] = np.nan
    table = {
        "case": texts(f"BC-{number:04d}" for number in range(rows)),
        "diagnosis": texts(np.where(malignant, "malignant", "benign")),
        "all": numbers(said(slice(None))),
        "three": numbers(said([4, 9, 19])),
        "clinic": texts(random.choice(["North", "South", "East"], rows, p=[0.6, 0.3, 0.1])),
        "second_reader": moments(taken).is_valid(),
        "taken_at": moments(taken),
    }
    for place in range(0, 30, 3):
        table[str(found.feature_names[place]).replace(" ", "_")] = numbers(found.data[:, place])
    roles = {
        "case": "id",
        "diagnosis": "label",
        "all": "probability:all:malignant",
        "three": "probability:three:malignant",
        "clinic": "group",
        "taken_at": "time",
    }
    return open_dataset(path, stored(path, table, roles))


def answers(held: Held) -> dict[str, Answered]:
    """By the name of their file; the time they took is left out."""
    asked: dict[str, View | FindSlices] = {
        "debugger_view": View(segments=ByPerformance(models=("three",)), a=(2, 3)),
        "debugger_slices": FindSlices("three", least=20),
    }
    return {name: replace(answer(held, question), seconds=0.2) for name, question in asked.items()}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, answered in answers(breast_cancer(Path(folder) / "table.parquet")).items():
            text = msgspec.json.format(msgspec.json.encode(answered), indent=0)
            (FIXTURES / f"{name}.json").write_bytes(text + b"\n")


if __name__ == "__main__":
    main()
