"""Writes a variety of scikit-learn models through skl2onnx, each beside the rows to ask it: `python … FOLDER`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingClassifier, IsolationForest, RandomForestClassifier, VotingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor

ROWS, KINDS = load_iris(return_X_y=True)
ROWS = ROWS.astype(np.float32)
WORDS = np.array([["a", "b"], ["b", "b"], ["a", "c"], ["c", "a"]] * 5, dtype=object)
NOTES = ["no fracture", "a fracture of the rib", "clear lung", "Größe 3 mm, links"] * 5


def of_rows() -> Iterator[tuple[str, Any]]:
    yield "forest", RandomForestClassifier(10, random_state=0).fit(ROWS, KINDS)
    yield "boosting", GradientBoostingClassifier(n_estimators=5, random_state=0).fit(ROWS, KINDS)
    yield "svm", SVC(probability=True, random_state=0).fit(ROWS, KINDS)
    yield "neighbours", KNeighborsClassifier(3).fit(ROWS, KINDS)
    yield "network", MLPClassifier((8,), max_iter=50, random_state=0).fit(ROWS, KINDS)
    yield "bayes", GaussianNB().fit(ROWS, KINDS)
    yield "descent", SGDClassifier(loss="log_loss", random_state=0).fit(ROWS, KINDS)
    yield "one_against_rest", OneVsRestClassifier(LogisticRegression(max_iter=200)).fit(ROWS, KINDS)
    voters = [("a", GaussianNB()), ("b", LogisticRegression(max_iter=200))]
    yield "votes", VotingClassifier(voters, voting="soft", flatten_transform=False).fit(ROWS, KINDS)
    yield "components", make_pipeline(StandardScaler(), PCA(2), LogisticRegression()).fit(ROWS, KINDS)
    yield "polynomial", make_pipeline(SimpleImputer(), PolynomialFeatures(2), Ridge()).fit(ROWS, ROWS[:, 0])
    yield "tree", DecisionTreeRegressor(max_depth=4, random_state=0).fit(ROWS, ROWS[:, :2])
    yield "process", GaussianProcessRegressor().fit(ROWS[::10], ROWS[::10, 0])
    yield "clusters", KMeans(3, n_init=1, random_state=0).fit(ROWS)
    yield "outliers", IsolationForest(n_estimators=10, random_state=0).fit(ROWS)


def main(folder: Path) -> None:
    for name, model in of_rows():
        write(folder, name, to_onnx(model, ROWS[:1], target_opset={"": 18, "ai.onnx.ml": 3}), X=ROWS[::40])
    hot = OneHotEncoder(handle_unknown="ignore").fit(WORDS)
    write(
        folder,
        "one_hot",
        to_onnx(hot, initial_types=[("w", StringTensorType([None, 2]))], target_opset=18),
        w=WORDS[:3],
    )
    counts = make_pipeline(CountVectorizer(), LogisticRegression()).fit(NOTES, [0, 1, 0, 1] * 5)
    write(
        folder,
        "counts",
        to_onnx(counts, initial_types=[("note", StringTensorType([None, 1]))], target_opset=18),
        note=np.array(NOTES[:4], dtype=object).reshape(-1, 1),
    )
    mixed = ColumnTransformer([("n", StandardScaler(), [0, 1]), ("p", "passthrough", [2])]).fit(ROWS[:, :3])
    types = [("a", FloatTensorType([None, 1])), ("b", FloatTensorType([None, 1])), ("c", FloatTensorType([None, 1]))]
    columns = {name: ROWS[::40, [index]] for index, name in enumerate("abc")}
    write(folder, "columns", to_onnx(mixed, initial_types=types, target_opset=18), **columns)
    whole = LogisticRegression(max_iter=200).fit(ROWS.astype(np.int64), KINDS)
    types = [("X", Int64TensorType([None, 4]))]
    write(folder, "whole_numbers", to_onnx(whole, initial_types=types, target_opset=18), X=ROWS[::40].astype(np.int64))


def write(folder: Path, name: str, model: Any, **inputs: Any) -> None:
    (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
    np.savez(
        folder / f"{name}.npz",
        **{key: each.astype(str) if each.dtype == object else each for key, each in inputs.items()},
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
