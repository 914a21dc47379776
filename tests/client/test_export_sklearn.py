"""Estimators and pipelines of scikit-learn, with the interface that they tell themselves."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

from atrium_client import (
    Choice,
    Column,
    ExportDiffers,
    Image,
    Invalid,
    Label,
    Number,
    Rejected,
    Table,
    TableFile,
    Text,
)
from atrium_client.export import export
from atrium_client.export.running import Session

X, Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(max_iter=500),
        make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
        RandomForestClassifier(10, random_state=0),
        GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1]}, cv=2),
    ],
    ids=["logistic", "scaled", "forest", "searched"],
)
def test_classifiers_answer_scores_over_their_classes(estimator: Any) -> None:
    estimator.fit(X, NAMES)
    with export(estimator, example=[X[60]]) as exported:
        assert exported.inputs == [Table("row", columns=["x0", "x1", "x2", "x3"])]
        label = exported.outputs[0]
        assert label == Label("prediction", classes=["setosa", "versicolor", "virginica"], tensor="probabilities")
        assert exported.batch == "dynamic"
        scores = Session(exported.path).run({"row": X.astype(np.float32)})["probabilities"]
        assert isinstance(scores, np.ndarray)  # zipmap is off
        assert np.allclose(scores, estimator.predict_proba(X), atol=1e-4)


def test_a_classifier_without_probabilities_answers_its_label() -> None:
    with export(LinearSVC().fit(X, NAMES), example=[X[60]]) as exported:
        assert exported.outputs == [Text("prediction", tensor="label")]


def test_a_regressor_answers_a_number() -> None:
    data, target = load_diabetes(return_X_y=True)
    with export(
        LinearRegression().fit(data, target), example=data[0], outputs=[Number("risk", unit="points")]
    ) as exported:
        assert exported.outputs == [Number("risk", unit="points")]
        assert exported.difference is not None


def test_a_clusterer_answers_its_cluster() -> None:
    with export(KMeans(3, n_init=1, random_state=0).fit(X), example=[X[0]]) as exported:
        assert exported.outputs == [Text("cluster", tensor="label")]


def test_a_text_classifier_takes_text_and_needs_no_installed_locale() -> None:
    texts = ["good film", "bad film", "great movie", "awful movie"] * 3
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, ["pos", "neg"] * 6)
    with export(model, example="A GOOD movie") as exported:
        assert exported.inputs == [Text("text")]
        assert b"en_US" not in exported.path.read_bytes()
        given = np.array([["great film"], ["awful film"]], dtype=object)
        scores = Session(exported.path).run({"text": given})["probabilities"]
        assert np.allclose(scores, model.predict_proba(["great film", "awful film"]), atol=1e-5)


def test_columns_of_two_kinds_are_inputs_of_their_own() -> None:
    data = np.array([[1.0, "f"], [2.0, "m"], [3.0, "f"], [9.0, "m"]] * 4, dtype=object)
    model = make_pipeline(
        ColumnTransformer([("age", StandardScaler(), [0]), ("sex", OneHotEncoder(handle_unknown="ignore"), [1])]),
        LogisticRegression(),
    ).fit(data, [0, 1, 0, 1] * 4)
    inputs = [Number("age"), Choice("sex", choices=["f", "m"])]
    with export(model, inputs=inputs, outputs=[Label("risk", classes=["low", "high"])], example=[2, "m"]) as exported:
        assert exported.batch == "dynamic"
        assert exported.outputs == [Label("risk", classes=["low", "high"], tensor="probabilities")]


WARDS = pd.DataFrame(
    {"age": [61.5, 70.25, 48.0, 81.0] * 4, "sex": ["f", "m", "m", "f"] * 4, "note": ["fell twice", "well"] * 8}
)
ASKED = {"age": np.array([[70.25]], np.float32), "sex": np.array([["m"]], object), "note": np.array([["well"]], object)}


@pytest.fixture(scope="module")
def by_name() -> Any:
    """A pipeline whose steps pick the columns of a frame by their names."""
    picked = ColumnTransformer(
        [
            ("sex", OneHotEncoder(handle_unknown="ignore"), ["sex"]),
            ("words", TfidfVectorizer(), "note"),
            ("age", StandardScaler(), ["age"]),
        ]
    )
    return make_pipeline(picked, LogisticRegression()).fit(WARDS, [0, 1, 0, 1] * 4)


def test_columns_that_are_picked_by_name_are_proposed(by_name: Any) -> None:
    with export(by_name, example=[WARDS.iloc[1]]) as exported:
        assert exported.inputs == [Number("age"), Choice("sex", choices=["f", "m"]), Text("note")]
        scores = Session(exported.path).run(ASKED)["probabilities"]
        assert np.allclose(scores, by_name.predict_proba(WARDS[1:2]), atol=1e-5)


def test_other_names_are_refused_with_those_that_the_steps_pick(by_name: Any) -> None:
    with pytest.raises(Rejected, match=r"by name \(age, sex, note\)\. Declare an input of that name for each"):
        export(by_name, inputs=[Table("row", columns=["age", "sex", "note"])], example=[[1, 0, 0]])


def test_rows_of_a_file_go_to_an_estimator_column_by_column(by_name: Any) -> None:
    rows = TableFile(
        "patients",
        columns=["age", Column("sex", choices=["f", "m"]), Column("note", type="text")],
        tensors="columns",
    )
    with export(by_name, inputs=[rows], example=[WARDS.head(3)]) as exported:
        assert exported.inputs == [rows]
        assert exported.outputs == [Table("prediction", each="label", classes=["0", "1"], tensor="probabilities")]
        assert exported.difference is not None
        scores = Session(exported.path).run(ASKED)["probabilities"]
        assert np.allclose(scores, by_name.predict_proba(WARDS[1:2]), atol=1e-5)
    declared = [Table("risk", each="label", classes=["low", "high"])]
    with export(by_name, inputs=[rows], outputs=declared, example=WARDS.to_dict("records")) as exported:
        assert exported.outputs == [Table("risk", each="label", classes=["low", "high"], tensor="probabilities")]
    with pytest.raises(Invalid, match=r"give the example of “patients” as a frame"):
        export(by_name, inputs=[rows], example=["rows.csv"])


def test_rows_of_numbers_are_one_tensor() -> None:
    rows = TableFile("flowers", columns=["a", "b", "c", "d"])
    with export(
        LogisticRegression(max_iter=500).fit(X, Y), inputs=[rows], example=[pd.DataFrame(X, columns=list("abcd"))]
    ) as exported:
        assert exported.batch == "dynamic"
        assert len(Session(exported.path).run({"flowers": X[:5].astype(np.float32)})["probabilities"]) == 5


def test_feature_names_are_the_columns() -> None:
    cancer = load_breast_cancer()
    model = LinearRegression().fit(cancer.data, cancer.target)
    model.feature_names_in_ = cancer.feature_names  # as fitting on a DataFrame leaves it
    with export(model, example=dict(zip(cancer.feature_names, cancer.data[0], strict=True))) as exported:
        assert exported.inputs == [Table("row", columns=list(cancer.feature_names))]


def test_a_row_that_rounding_sends_the_other_way_stops_it() -> None:
    """Behind a scaler, some rows lie so close to a tree's threshold that single precision answers otherwise."""
    model = make_pipeline(StandardScaler(), RandomForestClassifier(10, random_state=0)).fit(X, Y)
    with export(model, example=[X[0]]) as exported:
        scores = Session(exported.path).run({"row": X.astype(np.float32)})["probabilities"]
    turned = int(np.abs(scores - model.predict_proba(X)).max(1).argmax())
    with pytest.raises(ExportDiffers, match=r"is off by \S+, \S+ is allowed. Nothing was uploaded"):
        export(model, example=[X[turned]])


class Odd(ClassifierMixin, BaseEstimator):  # type: ignore[misc, unused-ignore]
    def fit(self, data: Any, target: Any) -> "Odd":
        self.classes_, self.n_features_in_ = np.unique(target), 4
        return self

    def predict(self, data: Any) -> Any:
        return self.classes_[np.zeros(len(data), int)]


def test_what_skl2onnx_does_not_know_is_refused_with_the_way_out() -> None:
    with pytest.raises(Rejected, match=r"skl2onnx cannot turn this estimator.*Replace the step"):
        export(Odd().fit(X, Y), example=[X[0]])


def test_features_one_by_one_where_it_takes_a_row_are_refused_with_the_way_out() -> None:
    fitted = LogisticRegression(max_iter=500).fit(X[:, :2], Y)
    with pytest.raises(Rejected, match=r"all its features as one row.*Table\('row', columns=\['one', 'two'\]\)"):
        export(fitted, inputs=[Number("one"), Number("two")], example=[1.0, 2.0])


def test_an_estimator_without_features_asks_for_inputs() -> None:
    with pytest.raises(Invalid, match="fit it first"):
        export(LogisticRegression())


def test_a_picture_is_no_input_of_an_estimator() -> None:
    with pytest.raises(Invalid, match="takes no Image"):
        export(LogisticRegression(max_iter=500).fit(X, Y), inputs=[Image("x", size=(2, 2))])


def test_a_wrong_count_of_columns_is_told() -> None:
    with pytest.raises(Invalid, match="fitted on 4 features, and 2 are declared"):
        export(LogisticRegression(max_iter=500).fit(X, Y), inputs=[Table("row", columns=["a", "b"])])


def test_a_wrong_row_is_told() -> None:
    with pytest.raises(Invalid, match="4 columns; 3 values"):
        export(LogisticRegression(max_iter=500).fit(X, Y), example=[[1, 2, 3]])
