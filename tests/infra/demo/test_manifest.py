"""The manifest is what a loader needs: typed, complete, and true."""

from io import BytesIO

import msgspec
import onnx
import pytest
from PIL import Image

from gpu_workers.protocol.interface import ImageInput, Interface, LabelOutput, TableInput
from infra.demo.answers import answer
from infra.demo.manifest import ASSETS, Model, PictureFile, load

DEMO = load()
models = pytest.mark.parametrize("model", DEMO.models, ids=lambda model: model.key)


@models
def test_the_interface_is_the_protocols(model: Model) -> None:
    assert msgspec.convert(msgspec.to_builtins(model.interface), Interface) == model.interface
    assert all(getattr(model.card, name) for name in model.card.__struct_fields__)


@models
def test_the_graph_fits_its_interface(model: Model) -> None:
    graph = onnx.load_from_string(model.read()).graph
    assert [value.name for value in graph.input] == [field.tensor for field in model.interface.inputs]
    assert [value.name for value in graph.output] == [field.tensor for field in model.interface.outputs]
    batch = graph.input[0].type.tensor_type.shape.dim[0]
    assert batch.dim_value == 0, "the batch must be dynamic"


@models
def test_the_file_is_small_and_tells_nothing_about_where_it_was_made(model: Model) -> None:
    data = model.read()
    assert len(data) < 1_000_000
    graph = onnx.load_from_string(data)
    assert next(one.version for one in graph.opset_import if one.domain == "") <= 22
    assert not [weight.name for weight in graph.graph.initializer if weight.external_data]
    for weight in graph.graph.initializer:
        weight.ClearField("raw_data")
    text = graph.SerializeToString()
    for trace in (b"/home", b"/root", b"/work", b"/usr", b".py", b"site-packages", b"stack_trace", b"torch.nn"):
        assert trace not in text


def test_all_assets_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in ASSETS.rglob("*") if path.is_file()) < 4_000_000


@models
def test_examples_are_what_the_inputs_take(model: Model) -> None:
    assert len(model.examples) >= 4
    assert len({example.title for example in model.examples}) == len(model.examples)
    (field,) = model.interface.inputs
    for example in model.examples:
        (value,) = (example.inputs[field.name],)
        if isinstance(value, PictureFile):
            assert isinstance(field, ImageInput)
            with Image.open(BytesIO(value.read())) as picture:
                assert (picture.format, picture.mode, dict(picture.info)) == ("PNG", "L", {})
        else:
            assert isinstance(field, TableInput)
            for column, number in zip(field.columns, value, strict=True):
                assert column.minimum is not None
                assert column.maximum is not None
                assert column.minimum <= number <= column.maximum


def test_reviews_name_what_exists_and_quote_the_models_answers() -> None:
    for review in DEMO.reviews:
        model = DEMO.model(review.model)
        example = model.example(review.example)
        assert 0 <= review.flagged < len(review.attempts)
        for attempt in review.attempts:
            assert answer(model, example, attempt.edits) == pytest.approx(attempt.answer, abs=0.005)
        (output,) = model.interface.outputs
        assert isinstance(output, LabelOutput)
        for name, label in (review.correction or {}).items():
            assert name == output.name
            assert label in output.classes


def test_verdicts_agree_with_the_truth_of_the_examples() -> None:
    for review in DEMO.reviews:
        if review.verdict == "unsure":
            continue
        original = review.attempts[0].answer
        said = max(original, key=original.__getitem__)
        truth = DEMO.model(review.model).example(review.example).truth
        assert (said in truth) == (review.verdict != "wrong")
        assert not review.correction or set(review.correction.values()) <= set(truth)


def test_the_inbox_shows_every_kind_of_case() -> None:
    assert {review.verdict for review in DEMO.reviews} == {"right", "right_wrong_reason", "wrong", "unsure"}
    assert any(not review.replies for review in DEMO.reviews)
    assert any(review.status == "resolved" for review in DEMO.reviews)
    assert any(reply.internal for review in DEMO.reviews for reply in review.replies)
