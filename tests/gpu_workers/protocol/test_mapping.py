"""Columns of a table become the inputs of a model."""

from typing import Any

import pytest

from gpu_workers.protocol.datasets import Column, Kind, Role
from gpu_workers.protocol.interface import (
    ChoiceInput,
    ImageInput,
    Interface,
    NumberInput,
    NumberOutput,
    TableInput,
    TextInput,
)
from gpu_workers.protocol.interface import Column as Cell
from gpu_workers.protocol.mapping import Unusable, columns_needed, faults, filled, guess, slots

INTERFACE = Interface(
    inputs=(
        ImageInput(name="Film"),
        NumberInput(name="age", unit="years"),
        ChoiceInput(name="view", choices=("AP", "PA"), default="PA"),
        TextInput(name="note", default=""),
        TableInput(name="measures", columns=(Cell(name="worst area"), Cell(name="sex", choices=("female", "male")))),
    ),
    outputs=(NumberOutput(name="risk"),),
)
COLUMNS = (
    Column("case", Kind.TEXT, Role.ID),
    Column("picture", Kind.IMAGE, Role.MEDIA),
    Column("Age", Kind.NUMBER, Role.FEATURE),
    Column("worst_area", Kind.NUMBER, Role.FEATURE),
    Column("sex", Kind.CATEGORY, Role.GROUP),
    Column("note", Kind.CATEGORY, Role.LABEL),
)
MAPPING: dict[str, Any] = {"Film": "picture", "age": "Age", "measures": {"worst area": "worst_area", "sex": "sex"}}
ROW: dict[str, Any] = {"picture": b"\x89PNG", "Age": 61, "worst_area": 2.5, "sex": "Female"}


def test_columns_of_the_same_name_are_guessed_and_the_only_picture() -> None:
    assert guess(INTERFACE, COLUMNS) == MAPPING
    assert faults(INTERFACE, COLUMNS, MAPPING) == []
    assert columns_needed(INTERFACE, MAPPING) == ("picture", "Age", "worst_area", "sex")


def test_what_is_true_of_a_row_fills_nothing_by_itself() -> None:
    assert "note" not in guess(INTERFACE, COLUMNS)


def test_of_two_columns_of_pictures_none_is_guessed() -> None:
    assert "Film" not in guess(INTERFACE, (*COLUMNS, Column("other", Kind.IMAGE, Role.MEDIA)))


def test_a_row_becomes_the_inputs() -> None:
    assert filled(INTERFACE, MAPPING, ROW) == {
        "Film": b"\x89PNG",
        "age": 61.0,
        "measures": {"worst area": 2.5, "sex": "female"},
    }


def test_yes_and_no_are_numbers_and_numbers_are_text_where_text_is_wanted() -> None:
    columns: dict[str, Any] = {"age": "flag", "note": "code"}
    interface = Interface(inputs=(NumberInput(name="age"), TextInput(name="note")), outputs=INTERFACE.outputs)
    assert filled(interface, columns, {"flag": True, "code": 7.0}) == {"age": 1.0, "note": "7"}


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("worst_area", None, "“worst_area” is empty."),
        ("picture", None, "“picture” is empty."),
        ("sex", "unknown", "“sex” is “unknown”, which is none of “female”, “male”."),
    ],
)
def test_a_row_that_cannot_be_given_says_why(column: str, value: str | None, said: str) -> None:
    with pytest.raises(Unusable) as refused:
        filled(INTERFACE, MAPPING, ROW | {column: value})
    assert str(refused.value) == said


def test_an_empty_cell_is_the_default_where_there_is_one() -> None:
    row = ROW | {"view": None}
    assert "view" not in filled(INTERFACE, MAPPING | {"view": "view"}, row)


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"Film": "gone"}, "There is no column “gone”."),
        ({"Film": "Age"}, "“Film” takes pictures; “Age” holds numbers."),
        ({"age": "case"}, "“age” takes numbers or yes or no; “case” holds text."),
        ({"measures": {"sex": "sex"}}, "“worst area” needs a column."),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said(mapping: dict[str, str | dict[str, str]], said: str) -> None:
    assert said in [sentence for _, sentence in faults(INTERFACE, COLUMNS, MAPPING | mapping)]


@pytest.mark.parametrize("mapping", [{"film": "picture"}, {"age": {"a": "Age"}}, {"measures": "Age"}])
def test_an_input_that_there_is_not_is_no_mapping(mapping: dict[str, str | dict[str, str]]) -> None:
    with pytest.raises(ValueError, match="“"):
        faults(INTERFACE, COLUMNS, mapping)


def test_what_has_a_default_is_not_needed() -> None:
    assert [slot.title for slot in slots(INTERFACE) if not slot.needed] == ["view", "note"]
