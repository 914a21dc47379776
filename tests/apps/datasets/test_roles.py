"""Roles in words, and what fits together."""

import pytest
from msgspec.structs import replace

from apps.datasets.ingestion import settled
from apps.datasets.roles import faults, given_to, read, read_all, words_of, yielded
from atrium.errors import Invalid
from gpu_workers.protocol.datasets import Column, Kind, Role
from tests.tables import COLUMNS


def named(name: str, role: Role, model: str = "", of_class: str = "", kind: Kind = Kind.NUMBER) -> Column:
    return Column(name, kind, role, model, of_class)


class TestWords:
    @pytest.mark.parametrize(
        "words",
        ["label", "ignore", "prediction:forest", "probability:forest", "probability:forest:benign: grade 2"],
    )
    def test_are_read_and_written_alike(self, words: str) -> None:
        role, model, of_class = read("roles.x", words)
        assert words_of(Column("x", Kind.NUMBER, role, model, of_class)) == words

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ("truth", "“truth” is no role"),
            ("label:forest", "stands alone"),
            ("prediction", "Name the model"),
            ("probability: :benign", "Name the model"),
            ("prediction:a:b", "holds no colon"),
            (7, "Give a role as text"),
        ],
    )
    def test_that_are_none_are_told(self, words: object, told: str) -> None:
        with pytest.raises(Invalid, match=told):
            read("roles.x", words)

    def test_every_wrong_column_is_named(self) -> None:
        with pytest.raises(Invalid) as caught:
            read_all({"a": "truth", "b": "label", "c.d": "prediction"})
        assert [error.field for error in caught.value.errors] == ["roles.a", "roles.c.d"]


class TestFaults:
    def test_of_a_sound_table_there_are_none(self) -> None:
        assert faults(COLUMNS) == []

    @pytest.mark.parametrize(
        ("columns", "field", "told"),
        [
            ([named("a", Role.LABEL), named("b", Role.LABEL)], "b", "“a” is it already"),
            ([named("a", Role.PREDICTION, "m"), named("b", Role.PREDICTION, "m")], "b", "by “m” already"),
            ([named("a", Role.PROBABILITY, "m", "x"), named("b", Role.PROBABILITY, "m", "x")], "b", "of “x” by “m”"),
            ([named("a", Role.PROBABILITY, "m", "x"), named("b", Role.PROBABILITY, "m")], "b", "of which class"),
            ([named("a", Role.LAT)], "a", "the longitude"),
            ([named("a", Role.FEATURE, kind=Kind.VECTOR)], "a", "This column holds lists of numbers."),
            ([named("a", Role.PROBABILITY, "m", kind=Kind.CATEGORY)], "a", "A probability is a number."),
            ([named("a", Role.EMBEDDING)], "a", "An embedding is a list"),
        ],
    )
    def test_stand_at_the_column(self, columns: list[Column], field: str, told: str) -> None:
        [fault] = faults(columns)
        assert fault.field == f"roles.{field}"
        assert told in fault.message

    def test_models_do_not_hinder_each_other(self) -> None:
        columns = [named(f"{model}{of}", Role.PROBABILITY, model, of) for model in "mn" for of in "xy"]
        assert faults([*columns, named("o", Role.PROBABILITY, "o"), named("p", Role.PREDICTION, "m")]) == []


class TestSettled:
    """What came with the upload stands before what the worker guessed."""

    def test_a_guess_gives_way(self) -> None:
        columns = yielded(COLUMNS, read_all({"site": "label"}))
        assert [(column.name, column.role) for column in columns if column.role is Role.LABEL] == [("site", Role.LABEL)]
        assert faults(columns) == []

    def test_what_fits_is_taken_and_the_rest_is_told(self) -> None:
        columns, remarks = settled(COLUMNS, {"age": "embedding", "site": "feature", "gone": "label"})
        assert {column.name: column.role for column in columns}["site"] is Role.FEATURE
        assert {column.name: column.role for column in columns}["age"] is Role.FEATURE
        assert len(remarks) == 2
        assert "“gone”" in remarks[0]
        assert "“age” was not taken. An embedding is a list of numbers." in remarks[1]

    def test_two_that_contradict_each_other_end(self) -> None:
        columns, remarks = settled(COLUMNS, {"age": "weight", "p": "weight"})
        assert sum(column.role is Role.WEIGHT for column in columns) == 1
        assert len(remarks) == 1

    def test_what_is_not_named_stays(self) -> None:
        assert given_to(COLUMNS, {}) == COLUMNS
        changed = given_to(COLUMNS, read_all({"site": "ignore"}))
        assert changed == (*COLUMNS[:-1], replace(COLUMNS[-1], role=Role.IGNORE))
