"""Bodies of the API: what is long and wrong is refused by its first errors, before all of it is read."""

from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework import serializers

from atrium.access.api import MOST_ENTRIES, validated
from atrium.access.parsing import MOST_ERRORS
from atrium.errors import Problem


class Entry(serializers.CharField):
    read = 0

    def run_validation(self, data: Any = serializers.empty) -> Any:
        Entry.read += 1
        return super().run_validation(data)


class Given(serializers.Serializer[Any]):
    few = serializers.ListField(child=Entry(), max_length=3, required=False)
    unbounded = serializers.ListField(child=Entry(), required=False)
    objects = serializers.ListField(child=serializers.DictField(), max_length=5000, required=False)


class Endless(list[str]):
    """Refuses to be read to its end."""

    def __iter__(self) -> Iterator[str]:
        for _ in range(1000):
            yield "\x00"
        raise AssertionError("it was read further than its first errors")


def refused(body: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as caught:
        validated(Given, body)
    return [(error.field, error.code) for error in caught.value.errors]


@pytest.mark.parametrize(("name", "most"), [("few", 3), ("unbounded", MOST_ENTRIES)])
def test_a_list_that_is_too_long_is_not_read(name: str, most: int) -> None:
    Entry.read = 0
    assert refused({name: [[]] * (most + 1)}) == [(name, "max_length")]
    assert Entry.read == 0
    assert len(validated(Given, {name: ["x"] * most})[name]) == most


def test_of_entries_that_are_no_objects_the_first_are_told() -> None:
    assert refused({"objects": [{}] + [1] * 4000}) == [(f"objects.{place}", "not_a_dict") for place in range(1, 11)]


def test_what_cannot_be_kept_is_looked_for_no_further_than_told() -> None:
    assert refused({"any": Endless("x")}) == [
        (f"any.{place}", "null_characters_not_allowed") for place in range(MOST_ERRORS)
    ]
