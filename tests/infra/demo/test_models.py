"""The two scikit-learn models: they can be made again, and their cards say what they measure."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from sklearn.datasets import load_breast_cancer, load_digits

from infra.demo.answers import answer, scores
from infra.demo.manifest import Model, load
from infra.demo.models import cancer, digits

DEMO = load()


@pytest.mark.parametrize("build", [digits, cancer], ids=lambda build: build.__name__)
def test_making_it_again_gives_the_same_measures(build: object, tmp_path: Path) -> None:
    assert callable(build)
    made: Model = build(tmp_path)
    kept = DEMO.model(made.key)
    assert made.metrics == pytest.approx(kept.metrics, abs=0.01)
    assert made.interface == kept.interface
    assert onnx.load(tmp_path / made.file).graph.input == onnx.load_from_string(kept.read()).graph.input


def test_digits_are_read_from_pictures() -> None:
    model = DEMO.model("digits")
    right = [max(score, key=score.__getitem__) for score in (answer(model, one) for one in model.examples)]
    truth = [example.truth[0] for example in model.examples]
    assert right[:4] == truth[:4]
    assert right[4] != truth[4], "the last example is the one that it gets wrong"


def test_a_digits_picture_holds_the_data_sets_values() -> None:
    model = DEMO.model("digits")
    (accuracy,) = (model.metrics["accuracy"],)
    data = load_digits()
    said = [
        max(score, key=score.__getitem__)
        for score in (
            scores(model.read(), model.interface, np.asarray(one[None, None], np.float32)) for one in data.images
        )
    ]
    assert np.mean(np.asarray(said, int) == data.target) >= accuracy


def test_cancer_examples_are_rows_of_the_data_set_with_their_truth() -> None:
    model = DEMO.model("cancer")
    data = load_breast_cancer()
    rows = data.data.astype(np.float32)
    for example in model.examples:
        row = np.asarray(example.inputs["Nuclei"], np.float32)
        (index,) = np.flatnonzero((rows == row).all(1))
        assert example.truth == (str(data.target_names[data.target[index]]),)
    by_key = {example.key: answer(model, example)["malignant"] for example in model.examples}
    assert by_key["malignant"] > 0.9
    assert by_key["benign"] < 0.1
    assert 0.3 < by_key["doubt"] < 0.7
    assert by_key["missed"] < 0.5
