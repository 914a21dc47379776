"""Text and rows are edited as lists of characters and cells are; what does not fit is refused by its own words."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_workers.protocol.edits import Edit, Edits, Flip, Replace, SetCell
from gpu_workers.protocol.interface import Column, NumberInput, TableInput, TextInput
from gpu_workers.protocol.values import Plain, Unfit, edited

NOTE = TextInput(name="note", max_length=40)
COLUMNS = (
    Column(name="age", minimum=0, maximum=120),
    Column(name="sex", choices=("female", "male")),
    Column(name="dose"),
)
ROW = TableInput(name="row", columns=COLUMNS)
VALUES: list[float] = [50, 1, 2.5]
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)


@given(before=TEXT, cut=TEXT, after=TEXT, text=TEXT)
def test_words_are_replaced_by_code_points(before: str, cut: str, after: str, text: str) -> None:
    edit = Replace(start=len(before), end=len(before) + len(cut), text=text)
    if len(before + text + after) > NOTE.max_length:
        with pytest.raises(Unfit, match="at most 40"):
            edited(NOTE, before + cut + after, edit)
        return
    made = edited(NOTE, before + cut + after, edit)
    assert made == before + text + after
    back = Replace(start=len(before), end=len(before) + len(text), text=cut)
    assert edited(NOTE, made, back) == before + cut + after


@given(place=st.integers(0, 2), value=st.floats(0, 1, width=32))
def test_a_cell_is_set_and_no_other(place: int, value: float) -> None:
    value = round(value)
    made = edited(ROW, VALUES, SetCell(column=COLUMNS[place].name, value=value))
    assert made == [value if at == place else cell for at, cell in enumerate(VALUES)]
    assert VALUES == [50, 1, 2.5]


def test_a_choice_is_set_by_its_name() -> None:
    assert edited(ROW, VALUES, SetCell(column="sex", value="female")) == [50, 0, 2.5]


@pytest.mark.parametrize(
    ("value", "edit", "told"),
    [
        ("fever", Replace(start=3, end=6), "has 5 characters by then"),
        ("fever", Replace(start=0, end=0, text="\x00"), "null character"),
        (VALUES, SetCell(column="weight", value=1), "no column “weight”"),
        (VALUES, SetCell(column="age", value=130), "between 0 and 120"),
        (VALUES, SetCell(column="age", value="old"), "finite number"),
        (VALUES, SetCell(column="sex", value="other"), "one of “female”, “male”"),
        (VALUES, SetCell(column="age", value=1, row=1), "one row"),
        (VALUES, SetCell(column="dose", value=float("inf")), "finite number"),
    ],
)
def test_what_does_not_fit_is_told(value: Plain, edit: Edit, told: str) -> None:
    with pytest.raises(Unfit, match=told):
        edited(NOTE if isinstance(value, str) else ROW, value, edit)


@pytest.mark.parametrize("edit", [Flip(axis="x"), SetCell(column="age", value=1)])
def test_an_edit_of_another_kind_is_no_edit_of_text(edit: Edit) -> None:
    with pytest.raises(Unfit, match="no such edit"):
        edited(NOTE, "fever", edit)
    with pytest.raises(Unfit, match="no such edit"):
        edited(NumberInput(name="age"), 3.0, edit)


def test_they_are_read_from_json() -> None:
    read = msgspec.convert(
        [
            {"kind": "replace", "start": 1, "end": 2, "text": "é"},
            {"kind": "set", "row": 0, "column": "age", "value": 7},
        ],
        Edits,
    )
    assert read == (Replace(start=1, end=2, text="é"), SetCell(column="age", value=7.0))
    with pytest.raises(msgspec.ValidationError, match="end must not lie before start"):
        msgspec.convert([{"kind": "replace", "start": 2, "end": 1}], Edits)
