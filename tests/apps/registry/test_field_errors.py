"""A refused interface, edit or mark names the field and the words that it takes."""

from typing import Any

import pytest

from apps.endpoints.preparation import read_edits
from apps.feedback.judgements import read_marks
from apps.registry.interfaces import read_interface
from atrium.errors import Invalid

IMAGE = {"kind": "image", "name": "film"}
OUTPUT = {"kind": "label", "name": "finding"}


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"inputs": [{**IMAGE, "kind": "picture"}], "outputs": [OUTPUT]}, "inputs.0.kind", "image, sketch, audio"),
        ({"inputs": [{**IMAGE, "mode": "G"}], "outputs": [OUTPUT]}, "inputs.0.mode", "it is one of L, RGB."),
        ({"inputs": [IMAGE], "outputs": [{**OUTPUT, "activation": "relu"}]}, "outputs.0.activation", "softmax"),
    ],
)
def test_an_interface(given: Any, field: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_interface(given)
    [error] = refused.value.errors
    assert error.field == f"interface.{field}"
    assert words in error.message


@pytest.mark.parametrize(
    ("edit", "words"),
    [({"kind": "melt"}, "crop, occlude, blur, noise, draw"), ({"kind": "flip", "axis": "left"}, "one of x, y.")],
)
def test_an_edit(edit: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_edits([edit])


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ({"kind": "star"}, "box, ellipse, line, point, polygon"),
        ({"kind": "box", "x": 0.1}, "kind, points, note, input"),
    ],
)
def test_a_mark(mark: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_marks([mark])
