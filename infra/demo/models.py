"""Train the two small scikit-learn models of the demo and write them with their cards and examples.

`python -m infra.demo.models` takes a few seconds. With the same versions of scikit-learn and NumPy it writes the same
bytes; with others the measures stay within a hundredth.
"""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper
from PIL import Image
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import BaseEstimator
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gpu_workers.protocol.interface import Column, ImageInput, Interface, LabelOutput, TableInput

from .manifest import ASSETS, Card, Example, Model, PictureFile, save

Floats = NDArray[np.float32]
CONTACT = "demo@atrium.example"
OPSET = 17


def export(estimator: BaseEstimator, columns: int) -> onnx.ModelProto:
    """An ONNX graph from (N, columns) `values` to (N, classes) `probabilities`, without the label output."""
    model = to_onnx(
        estimator,
        initial_types=[("values", FloatTensorType([None, columns]))],
        options={"zipmap": False},
        target_opset={"": OPSET, "ai.onnx.ml": 3},
    )
    only = onnx.utils.Extractor(model).extract_model(["values"], ["probabilities"])
    only.doc_string = only.graph.doc_string = ""
    only.graph.name = "classifier"
    return only


def taking_pictures(model: onnx.ModelProto, side: int) -> onnx.ModelProto:
    """The same classifier behind a (N, 1, side, side) `picture` that is flattened row by row."""
    graph = model.graph
    graph.node.insert(0, helper.make_node("Flatten", ["picture"], ["values"], axis=1))
    del graph.input[:]
    graph.input.append(helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["N", 1, side, side]))
    onnx.checker.check_model(model)
    return model


def digits(folder: Path) -> Model:
    """Handwritten digits of 8 by 8 pixels: a perceptron with one hidden layer."""
    data = load_digits()
    train, test, train_y, test_y = train_test_split(
        data.data.astype(np.float32), data.target, test_size=0.3, random_state=0, stratify=data.target
    )
    network = MLPClassifier((64,), alpha=1e-2, max_iter=600, random_state=0)
    estimator = make_pipeline(StandardScaler(with_std=False), network).fit(train, train_y)
    scores = estimator.predict_proba(test)
    accuracy = float((scores.argmax(1) == test_y).mean())
    inverted = float((estimator.predict(16 - test) == test_y).mean())
    faint = float((estimator.predict(test / 2) == test_y).mean())
    onnx.save(taking_pictures(export(estimator, 64), 8), folder / "digits.onnx")

    wrong = np.flatnonzero(scores.argmax(1) != test_y)
    surest = wrong[scores[wrong].max(1).argmax()]
    chosen = [int(np.flatnonzero(test_y == digit)[0]) for digit in (3, 8, 5, 0)] + [int(surest)]
    examples = []
    for index, row in enumerate(chosen):
        name = f"digits/digit-{index + 1}.png"
        _write_digit(test[row], folder / name)
        title = f"A handwritten {test_y[row]}" + (", hard to read" if row == surest else "")
        examples.append(Example(f"digit-{index + 1}", title, {"Digit": PictureFile(name)}, (str(test_y[row]),)))
    return Model(
        key="digits",
        name="digits-mlp",
        endpoint="Handwritten digits",
        file="digits.onnx",
        notes="scikit-learn MLPClassifier on load_digits, exported with skl2onnx.",
        interface=Interface(
            inputs=(
                ImageInput(
                    name="Digit",
                    tensor="picture",
                    help="One white digit that fills a black square.",
                    size=(8, 8),
                    interpolation="area",
                    mode="L",
                    scale=16 / 255,
                ),
            ),
            outputs=(LabelOutput(name="Digit", tensor="probabilities", classes=tuple("0123456789")),),
        ),
        card=Card(
            purpose="Reads one handwritten digit.",
            not_for="Not for anything that matters: it has seen 13 writers' digits at 8 by 8 pixels and nothing else.",
            validation=f"{accuracy:.1%} of {len(test)} held-out digits read right ({len(wrong)} wrong). The same"
            " writers may be in both parts, so expect less from a new hand.",
            known_errors="It always answers with a digit, also where there is none. Of the same digits it reads"
            f" {faint:.0%} at half the brightness and {inverted:.0%} in black on white.",
            contact=CONTACT,
        ),
        metrics={
            "accuracy": round(accuracy, 4),
            "test_cases": float(len(test)),
            "errors": float(len(wrong)),
            "faint": round(faint, 4),
        },
        examples=tuple(examples),
    )


def _write_digit(values: Floats, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    grey = np.round(values.reshape(8, 8) * (255 / 16)).astype(np.uint8)
    Image.fromarray(np.kron(grey, np.ones((16, 16), np.uint8))).save(path, optimize=True)


def cancer(folder: Path) -> Model:
    """The Wisconsin diagnostic breast cancer table: logistic regression on standardised columns."""
    data = load_breast_cancer()
    values = data.data.astype(np.float32)
    train, test, train_y, test_y = train_test_split(
        values, data.target, test_size=0.3, random_state=0, stratify=data.target
    )
    estimator = make_pipeline(StandardScaler(), LogisticRegression(C=0.5, max_iter=2000)).fit(train, train_y)
    scores = estimator.predict_proba(test)[:, 0]
    malignant = test_y == 0
    area = float(roc_auc_score(malignant, scores))
    sensitivity = float((scores[malignant] > 0.5).mean())
    specificity = float((scores[~malignant] <= 0.5).mean())
    onnx.save(export(estimator, values.shape[1]), folder / "cancer.onnx")

    missed = np.flatnonzero(malignant & (scores < 0.5))
    doubt = int(np.abs(scores - 0.5).argmin())
    chosen = {
        "benign": (int(np.argsort(scores)[len(scores) // 4]), "A sample with small, regular nuclei"),
        "malignant": (int(np.argsort(scores)[-len(scores) // 5]), "A sample with large, irregular nuclei"),
        "doubt": (doubt, "A sample on the border"),
        "missed": (int(missed[scores[missed].argmin()]), "A sample whose nuclei look ordinary"),
    }
    names = data.target_names
    return Model(
        key="cancer",
        name="breast-cancer-logistic",
        endpoint="Breast mass, cell nuclei",
        file="cancer.onnx",
        notes="scikit-learn LogisticRegression on load_breast_cancer, exported with skl2onnx.",
        interface=Interface(
            inputs=(
                TableInput(
                    name="Nuclei",
                    tensor="values",
                    help="Ten measures of the nuclei in one image: mean, standard error and worst (mean of the three"
                    " largest). The data set does not state its units of length.",
                    columns=tuple(_column(name, values[:, i]) for i, name in enumerate(data.feature_names)),
                ),
            ),
            outputs=(LabelOutput(name="Mass", tensor="probabilities", classes=tuple(map(str, names))),),
        ),
        card=Card(
            purpose="Tells malignant from benign breast masses by measures of cell nuclei in a fine-needle aspirate.",
            not_for="Not for clinical use. The data are 569 masses of one hospital, published in 1995.",
            validation=f"AUROC {area:.3f}, sensitivity for malignant {sensitivity:.1%}, specificity {specificity:.1%}"
            f" at a score of 0.5, on {len(test)} held-out masses ({int(malignant.sum())} malignant).",
            known_errors=f"It missed {len(missed)} of {int(malignant.sum())} malignant masses of the held-out part."
            " A score near 0.5 means that it does not know.",
            contact=CONTACT,
        ),
        metrics={
            "auroc": round(area, 4),
            "sensitivity": round(sensitivity, 4),
            "specificity": round(specificity, 4),
            "test_cases": float(len(test)),
            "missed": float(len(missed)),
        },
        examples=tuple(
            Example(key, title, {"Nuclei": [_short(value) for value in test[row]]}, (str(names[test_y[row]]),))
            for key, (row, title) in chosen.items()
        ),
    )


def _short(value: np.float32) -> float:
    return float(np.format_float_positional(value, unique=True))


def _column(name: str, values: Floats) -> Column:
    """Bounds are the range of the data set; the default is its median."""
    return Column(
        name=str(name),
        minimum=_short(values.min()),
        maximum=_short(values.max()),
        default=float(f"{np.median(values):.4g}"),
    )


def main(folder: Path = ASSETS) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for build in (digits, cancer):
        model = build(folder)
        save(model, f"{model.key}.json", folder)
        print(model.key, model.card.validation)


if __name__ == "__main__":
    main()
