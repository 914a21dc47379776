"""The interface that the client writes is the one that the server and the workers read."""

from typing import Any

import msgspec
import pytest

from atrium_client import Boxes, Card, Choice, Column, Image, Invalid, Label, Number, Table, TableFile, Text, Vector
from atrium_client.interfaces import field_from, interface_json
from gpu_workers.protocol.findings import BoxesOutput
from gpu_workers.protocol.interface import (
    ChoiceInput,
    ImageInput,
    ImageOutput,
    Interface,
    LabelOutput,
    NumberInput,
    TableInput,
    TextOutput,
)
from gpu_workers.protocol.vectors import VectorOutput

INPUTS = [
    Image("frame", size=(224, 200), mode="L", scale=1 / 255, mean=0.5, std=[0.25], tensor="x", help="An apical view"),
    Text("note", max_length=100, default="none"),
    Number("age", unit="years", minimum=0, maximum=120, default=40, dtype="int64"),
    Choice("side", choices=["left", "right"], default="left", dtype="int64"),
    Table("row", columns=["a", Column("b", unit="mm", choices=("x", "y"))], dtype="float64"),
]
OUTPUTS = [
    Label("view", classes=["A2C", "A4C"], activation="softmax"),
    Number("ejection", unit="%", scale=100.0, offset=1.0),
    Text("report", classes=("normal", "not")),
    Image("mask", scale=255.0, layout="NHWC"),
    Vector("embedding", pooling="mean", l2=True),
    Boxes("parts", grid="distances", strides=(8, 64), boxes_tensors=["a", "b"], scores_tensors=["c", "d"]),
]


def test_the_workers_read_what_the_client_writes() -> None:
    read = msgspec.convert(interface_json(INPUTS, OUTPUTS), Interface)
    frame, _, age, side, row = read.inputs
    assert frame == ImageInput(
        name="frame", size=(224, 200), mode="L", scale=1 / 255, mean=(0.5,), std=(0.25,), tensor="x",
        help="An apical view",
    )  # fmt: skip
    assert age == NumberInput(name="age", unit="years", minimum=0, maximum=120, default=40, dtype="int64")
    assert side == ChoiceInput(name="side", choices=("left", "right"), default="left", dtype="int64")
    assert isinstance(row, TableInput)
    assert [(column.name, column.choices) for column in row.columns] == [("a", ()), ("b", ("x", "y"))]
    label, _, text, mask, vector, boxes = read.outputs
    assert label == LabelOutput(name="view", classes=("A2C", "A4C"), activation="softmax")
    assert text == TextOutput(name="report", classes=("normal", "not"))
    assert mask == ImageOutput(name="mask", scale=255.0, layout="NHWC")
    strides: Any = {"strides": (8, 64), "boxes_tensors": ("a", "b"), "scores_tensors": ("c", "d")}
    assert boxes == BoxesOutput(name="parts", grid="distances", **strides)
    assert vector == VectorOutput(name="embedding", pooling="mean", l2=True)


def test_what_is_left_out_is_the_workers_default() -> None:
    read = msgspec.convert(interface_json([Image("x")], [Image("y")]), Interface)
    assert read == Interface(inputs=(ImageInput(name="x"),), outputs=(ImageOutput(name="y"),))


def test_fields_come_back_from_the_server_as_they_went() -> None:
    built = msgspec.to_builtins(msgspec.convert(interface_json(INPUTS, OUTPUTS), Interface))
    again = interface_json(
        [field_from(item) for item in built["inputs"]], [field_from(item) for item in built["outputs"]]
    )
    assert msgspec.convert(again, Interface) == msgspec.convert(interface_json(INPUTS, OUTPUTS), Interface)


@pytest.mark.parametrize(
    ("inputs", "outputs", "word"),
    [
        ([Label("x")], [Label("y")], "cannot be an input"),
        ([Image("x")], [TableFile("y", columns=["a"])], "cannot be an output"),
        ([Image("x", offset=1.0)], [Label("y")], "“offset”.*does not apply to an input"),
        ([Image("x")], [Number("y", minimum=0)], "“minimum”.*does not apply to an output"),
        ([Text("x"), Text("x")], [Text("y")], "used twice"),
    ],
)
def test_what_does_not_fit_its_place_is_told(inputs: list[Any], outputs: list[Any], word: str) -> None:
    with pytest.raises(Invalid, match=word):
        interface_json(inputs, outputs)


def test_a_type_of_a_newer_server_asks_for_an_upgrade() -> None:
    with pytest.raises(Invalid, match=r"hologram.*upgrade"):
        field_from({"kind": "hologram", "name": "heart"})


def test_a_card_keeps_what_it_knows() -> None:
    card = Card(purpose="Names views", contact="a@b.example")
    assert Card.read({**card.json(), "colour": "red"}) == card


def test_a_field_is_shown_as_it_is_written() -> None:
    assert repr(Image("frame", size=(8, 8), mode="L")) == "Image('frame', size=(8, 8), mode='L')"
    assert repr(Label("view", classes=["a", "b"])) == "Label('view', classes=('a', 'b'))"
    table = Table("row", columns=["a", Column("b", unit="mm")])
    assert repr(table) == "Table('row', columns=(Column('a'), Column('b', unit='mm')))"
