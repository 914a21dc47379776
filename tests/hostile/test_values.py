"""Awkward texts, numbers and rows become the tensors they say, or are refused by the name of their field.

From JSON as it comes, through the check of the web side, to the tensor that the model is given.
"""

import json
import math
import random
import string
import unicodedata
from typing import Any

import numpy as np
import pytest

from apps.registry.inputs import check
from atrium.errors import FieldError, Invalid
from gpu_workers.protocol.fields import DType
from gpu_workers.protocol.interface import (
    ChoiceInput,
    Column,
    Input,
    Interface,
    NumberInput,
    NumberOutput,
    TableInput,
    TextInput,
)
from gpu_workers.runner.failure import Mismatch
from gpu_workers.runner.preprocess import prepare
from gpu_workers.runner.tensors import pack, unpack

MUTATED = 1000

TEXTS = {
    "nothing": "",
    "a space": " ",
    "only spaces": "\u00a0\u2003\u3000",
    "lines of every kind": "a\nb\r\nc\rd\u2028e\u2029f\x0bg\x85h",
    "composed": unicodedata.normalize("NFC", "Größe é ﬁ"),
    "decomposed": unicodedata.normalize("NFD", "Größe é ﬁ"),
    "right to left": "ورم في الرئة",
    "both directions": "CT \u202eabc\u202c def",
    "many marks": "Z" + "\u0301" * 200,
    "a family": "👩‍👩‍👧‍👦🏽",
    "a flag": "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "beyond the first plane": "𝔄𠜎😀",
    "no characters": "\ufffe\uffff\U0010ffff",
    "private": "\ue000\uf8ff",
    "zero width": "a\u200bb\u200cc\u200dd\ufeffe",
    "controls": "\x01\x02\x1b[31m\x7f\x9f",
    "markup": "<script>alert(1)</script> & &amp; &lt;",
    "a formula": "=1+1",
    "templates": "{{ 7*7 }} {% x %} ${x} %s %d {0}",
    "quotes": "\"'`´‘’“”\\",
    "a path": "../../etc/passwd",
    "a number": "1e400",
    "a word of JSON": "null",
    "Turkish": "İıSs",
    "long": "ä" * 10_000,
}

# JSON, the type of the tensor, and the number in it.
NUMBERS: list[tuple[str, DType, float]] = [
    ("0", "float32", 0.0),
    ("-0.0", "float32", -0.0),
    ("1e-400", "float64", 0.0),
    ("5e-324", "float64", 5e-324),
    ("1.7976931348623157e308", "float64", 1.7976931348623157e308),
    ("0.1", "float32", 0.10000000149011612),
    ("16777217", "float32", 16777216.0),
    ("3.4028234e38", "float32", 3.4028234663852886e38),
    ("65504", "float16", 65504.0),
    ("0.0001", "float16", 0.00010001659393310547),
    ("9007199254740993", "float64", 9007199254740992.0),
    ("1e2", "int32", 100),
    ("2.5", "int32", 2),
    ("3.5", "int32", 4),
    ("-2.5", "int64", -2),
    ("300", "uint8", 255),
    ("-1", "uint8", 0),
    ("2147483648", "int32", 2147483647),
    ("-1e30", "int64", -(2**63)),
    ("1", "bool", True),
    ("0.5", "bool", True),
]
REFUSED = [
    "NaN", "Infinity", "-Infinity", "1e400", "true", "null", '"1"', "[1]", "{}", '""', "1" + "0" * 400,
    '{"value": 1}', '"NaN"',
]  # fmt: skip

COLUMNS = (
    Column(name="pulse", minimum=20, maximum=250),
    Column(name="site", choices=("ward", "clinic", "home")),
    Column(name="Größe, links", default=1.5),
)
ROWS: list[tuple[str, list[float]]] = [
    ('[72, "ward", 3]', [72, 0, 3]),
    ('[20, "home", null]', [20, 2, 1.5]),
    ("[250.0, 1, -0.0]", [250, 1, 0]),
    ('{"pulse": 80, "site": "clinic"}', [80, 1, 1.5]),
    ('{"site": 2, "Größe, links": 1e-3, "pulse": 1e2}', [100, 2, 0.001]),
    ('{"columns": ["site", "pulse"], "rows": [["ward", 33]]}', [33, 0, 1.5]),
    ('[72, "ward", 123456789.125]', [72, 0, 123456789.125]),
]
ROWS_REFUSED = [
    "[]", "[1, 2]", '[72, "ward", 3, 4]', '[19.999, "ward", 3]', '[251, "ward", 3]', '[72, "Ward", 3]', "[72, 3, 3]",
    "[72, 0.5, 3]", "[72, -1, 3]", '["72", "ward", 3]', "[true, 0, 3]", "[null, 0, 3]", "[[72], 0, 3]", '{"puls": 72}',
    '{"pulse": 72, "site": "ward", "": 1}', '{"columns": [], "rows": []}', '{"columns": ["pulse"], "rows": [[1], [2]]}',
    '{"columns": "pulse", "rows": [[1]]}', '{"columns": [{}], "rows": [[1]]}', "[NaN, 0, 3]",
    "[72, 0, Infinity]", '"72"', "72", "null", '[72, "ward", "3"]',
]  # fmt: skip


def given(field: Input, value: Any) -> Any:
    """The checked value of the only input of an interface."""
    return check(Interface((field,), (NumberOutput(name="y"),)), {field.name: value})[field.name]


def tensor(field: Input, value: Any) -> Any:
    return prepare(field, given(field, value), None)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_arrives_letter_by_letter(text: str) -> None:
    field = TextInput(name="note", max_length=10_000)
    (found,) = unpack(pack(tensor(field, json.loads(json.dumps(text)))))
    assert found == text


@pytest.mark.parametrize("value", ["a\0b", "ä" * 10_001, 5, 1.5, True, [], ["a"], {}, {"value": "a"}])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(Invalid, match="note"):
        given(TextInput(name="note", max_length=10_000), value)


@pytest.mark.parametrize(("written", "dtype", "expected"), NUMBERS)
def test_a_number_becomes_the_nearest_of_its_type(written: str, dtype: DType, expected: float) -> None:
    array = tensor(NumberInput(name="age", dtype=dtype), json.loads(written))
    assert array.dtype == np.dtype(dtype)
    (found,) = array.tolist()
    # float64 ends 512 before the largest int64, which is as near as a number of JSON comes
    assert found == expected
    assert math.copysign(1, found) == math.copysign(1, expected)


@pytest.mark.parametrize("written", REFUSED)
def test_what_is_no_finite_number_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match="age"):
        given(NumberInput(name="age"), json.loads(written))


@pytest.mark.parametrize(("written", "expected"), ROWS)
def test_a_row_stands_in_the_order_of_its_columns(written: str, expected: list[float]) -> None:
    array = tensor(TableInput(name="vitals", columns=COLUMNS, dtype="float64"), json.loads(written))
    assert array.tolist() == [expected]


@pytest.mark.parametrize("written", ROWS_REFUSED)
def test_a_row_that_does_not_fit_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        given(TableInput(name="vitals", columns=COLUMNS), json.loads(written))
    assert all(error.field.startswith("inputs.vitals") for error in refused.value.errors)


@pytest.mark.parametrize("value", ["ward", "", "Größe", "a\nb", "\u202ex"])
def test_a_choice_is_its_own_text_and_its_place(value: str) -> None:
    choices = ("", "ward", "Größe", "a\nb", "\u202ex", "Ward")
    assert tensor(ChoiceInput(name="site", choices=choices), value).tolist() == [value]
    assert tensor(ChoiceInput(name="site", choices=choices, dtype="int64"), value).tolist() == [choices.index(value)]
    for other in (value + " ", value.upper() + "!", 0, True, [value], {"value": value}):
        with pytest.raises(Invalid, match="site"):
            given(ChoiceInput(name="site", choices=choices), other)


@pytest.mark.parametrize(("dtype", "beyond"), [("float32", 3.4028235677973366e38), ("float16", 65520.0)])
def test_a_number_beyond_its_type_does_not_become_infinite(dtype: DType, beyond: float) -> None:
    number = NumberInput(name="age", dtype=dtype)
    row = TableInput(name="age", columns=COLUMNS[2:], dtype=dtype)
    for value in (beyond, -beyond, beyond * 10):
        with pytest.raises(Invalid, match="lies between"):
            given(number, value)
        with pytest.raises(Invalid, match="lies between"):
            given(row, [value])
        with pytest.raises(Mismatch, match=f"beyond what {dtype} holds"):
            prepare(number, value, None)


@pytest.mark.long
def test_a_thousand_odd_values_are_refused_or_arrive(request: pytest.FixtureRequest) -> None:
    chosen = random.Random(20_261_127)
    fields: list[Input] = [
        TextInput(name="v", max_length=40),
        NumberInput(name="v", minimum=-1e6, maximum=1e6, dtype="float64"),
        TableInput(name="v", columns=COLUMNS, dtype="float64"),
        ChoiceInput(name="v", choices=("a", "b")),
    ]
    taken = 0
    refusals: list[FieldError] = []
    for _ in range(MUTATED * (100 if request.config.getoption("--long") else 1)):
        field, value = chosen.choice(fields), odd(chosen, 3)
        try:
            array = tensor(field, value)
        except Invalid as refused:
            refusals += refused.errors
            continue
        taken += 1
        if isinstance(field, TableInput):
            assert array.shape == (1, 3)
            assert np.isfinite(array).all()
        else:
            assert array.tolist() == [value]
    assert refusals
    assert all(error.field.startswith("inputs.v") for error in refusals)
    assert taken > MUTATED // 20


def odd(chosen: random.Random, depth: int) -> Any:
    """A value of JSON, often nearly right."""
    kind = chosen.randrange(9 if depth else 6)
    letters = string.printable + "äé\u202e\u0301😀\0"
    match kind:
        case 0:
            return "".join(chosen.choice(letters) for _ in range(chosen.randrange(60)))
        case 1:
            return chosen.choice((0, 1, -1, 2**63, -(10**400), 1e308, -0.0, 1e-320, math.nan, math.inf))
        case 2:
            return chosen.uniform(-2e6, 2e6)
        case 3:
            return chosen.choice((None, True, False, "", "a", "b", [], {}))
        case 4:
            return [chosen.uniform(0, 300), chosen.choice(("ward", "home", 1, 2.0, 3, "x")), chosen.uniform(-5, 5)]
        case 5:
            return {"pulse": chosen.uniform(0, 300), "site": chosen.choice(("ward", "clinic", "no"))}
        case 6:
            return [odd(chosen, depth - 1) for _ in range(chosen.randrange(5))]
        case 7:
            return {chosen.choice(("pulse", "site", "x", "")): odd(chosen, depth - 1) for _ in range(3)}
        case _:
            return {"columns": odd(chosen, depth - 1), "rows": [odd(chosen, depth - 1)]}
