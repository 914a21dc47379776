"""Values for an interface: what is taken, as what, and what is refused with which word."""

import math
from typing import Any

import msgspec
import pytest

from apps.registry.inputs import check
from atrium.errors import Invalid, Problem
from gpu_workers.protocol.interface import Interface

OUTPUTS = [{"kind": "text", "name": "any"}]
TABLE = {
    "kind": "table",
    "name": "row",
    "columns": [
        {"name": "age", "minimum": 0, "maximum": 120, "unit": "years"},
        {"name": "sex", "choices": ["female", "male"]},
        {"name": "dose", "default": 2.5},
    ],
}


def interface(*fields: dict[str, Any]) -> Interface:
    return msgspec.convert({"inputs": list(fields), "outputs": OUTPUTS}, Interface)


def number(**options: Any) -> Interface:
    return interface({"kind": "number", "name": "x"} | options)


def text(**options: Any) -> Interface:
    return interface({"kind": "text", "name": "x"} | options)


def choice(**options: Any) -> Interface:
    return interface({"kind": "choice", "name": "x", "choices": ["a", "b"]} | options)


IMAGE = interface({"kind": "image", "name": "x"})


@pytest.mark.parametrize(
    ("taken_by", "given", "value"),
    [
        (number(), {"x": 3}, 3.0),
        (number(), {"x": -0.5}, -0.5),
        (number(minimum=0, maximum=1), {"x": 0}, 0.0),
        (number(minimum=0, maximum=1), {"x": 1}, 1.0),
        (number(default=7), {}, 7.0),
        (number(default=7), {"x": None}, 7.0),
        (number(dtype="float64"), {"x": 10**300}, 1e300),
        (text(), {"x": ""}, ""),
        (text(), {"x": "naïve 🙂"}, "naïve 🙂"),
        (text(max_length=3), {"x": "abc"}, "abc"),
        (text(default="none"), {}, "none"),
        (choice(), {"x": "b"}, "b"),
        (choice(default="a"), {}, "a"),
        (interface(TABLE), {"row": [40, "male", 1]}, [40.0, 1.0, 1.0]),
        (interface(TABLE), {"row": [40, 0, None]}, [40.0, 0.0, 2.5]),
        (interface(TABLE), {"row": {"age": 40, "sex": "female"}}, [40.0, 0.0, 2.5]),
        (interface(TABLE), {"row": {"age": 40, "sex": 1, "dose": None}}, [40.0, 1.0, 2.5]),
        (interface(TABLE), {"row": {"columns": ["sex", "age"], "rows": [["male", 3]]}}, [3.0, 1.0, 2.5]),
        (interface({"kind": "table", "name": "row", "columns": [{"name": "a", "default": 1}]}), {}, [1.0]),
        (IMAGE, {"x": b"bytes of a file"}, b"bytes of a file"),
        (IMAGE, {"x": "data:image/png;base64,aGVsbG8="}, b"hello"),
    ],
)
def test_is_taken(taken_by: Interface, given: dict[str, Any], value: Any) -> None:
    checked = check(taken_by, given)
    assert checked == {taken_by.inputs[0].name: value}


@pytest.mark.parametrize(
    ("refused_by", "given", "field", "code"),
    [
        (number(), {}, "x", "required"),
        (number(), {"x": True}, "x", "number"),
        (number(), {"x": "3"}, "x", "number"),
        (number(), {"x": math.nan}, "x", "number"),
        (number(), {"x": math.inf}, "x", "number"),
        (number(), {"x": -math.inf}, "x", "number"),
        (number(), {"x": 10**400}, "x", "number"),
        (number(), {"x": [1]}, "x", "number"),
        (number(), {"x": b"1"}, "x", "number"),
        (number(minimum=0), {"x": -1e-9}, "x", "range"),
        (number(maximum=5), {"x": 6}, "x", "range"),
        (text(), {"x": 3}, "x", "text"),
        (text(), {"x": b"bytes"}, "x", "text"),
        (text(), {"x": "a\x00b"}, "x", "text"),
        (text(max_length=3), {"x": "abcd"}, "x", "max_length"),
        (text(), {"x": "a" * 10_001}, "x", "max_length"),
        (choice(), {"x": "c"}, "x", "choice"),
        (choice(), {"x": ["a"]}, "x", "choice"),
        (choice(), {"x": 0}, "x", "choice"),
        (interface(TABLE), {"row": [40, "male"]}, "row", "row"),
        (interface(TABLE), {"row": "40,male,1"}, "row", "row"),
        (interface(TABLE), {"row": [None, "male", 1]}, "row.age", "required"),
        (interface(TABLE), {"row": {"sex": "male"}}, "row.age", "required"),
        (interface(TABLE), {"row": [121, "male", 1]}, "row.age", "range"),
        (interface(TABLE), {"row": [1, "other", 1]}, "row.sex", "choice"),
        (interface(TABLE), {"row": [1, 2, 1]}, "row.sex", "range"),
        (interface(TABLE), {"row": [1, 0.5, 1]}, "row.sex", "choice"),
        (interface(TABLE), {"row": [math.nan, 0, 1]}, "row.age", "number"),
        (interface(TABLE), {"row": {"age": 1, "sex": 0, "height": 3}}, "row", "unknown"),
        (interface(TABLE), {"row": {"columns": ["age"], "rows": []}}, "row", "row"),
        (interface(TABLE), {"row": {"columns": ["age"], "rows": [[1], [2]]}}, "row", "row"),
        (interface(TABLE), {"row": {"columns": ["age"], "rows": [[1, 2]]}}, "row", "row"),
        (interface(TABLE), {"row": {"columns": 1, "rows": [[1]]}}, "row", "row"),
        (IMAGE, {"x": "hello"}, "x", "image"),
        (IMAGE, {"x": "data:image/png;base64,@@@"}, "x", "image"),
        (IMAGE, {"x": "data:image/png;base64,é"}, "x", "image"),
        (IMAGE, {"x": 7}, "x", "image"),
        (number(default=1), {"y": 1}, "y", "unknown"),
    ],
)
def test_is_refused(refused_by: Interface, given: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(refused_by, given)
    assert [(error.field, error.code) for error in refused.value.errors] == [(f"inputs.{field}", code)]
    assert refused.value.errors[0].message.endswith((".", "…."))


def test_all_that_is_wrong_is_told_at_once() -> None:
    both = interface({"kind": "number", "name": "a"}, {"kind": "text", "name": "b"})
    with pytest.raises(Invalid) as refused:
        check(both, {"a": "x", "b": 1, "c": 2})
    assert [error.field for error in refused.value.errors] == ["inputs.c", "inputs.a", "inputs.b"]
    assert "“a”, “b”" in refused.value.errors[0].message


def test_more_than_an_input_holds_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(Problem) as refused:
        check(IMAGE, {"x": bytes(25 * 1024 * 1024 + 1)})
    assert refused.value.code == "input_too_large"
