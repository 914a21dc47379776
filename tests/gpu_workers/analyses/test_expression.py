"""Expressions that teams write: what they give, what they refuse, and that nothing in them is Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_workers.analyses import ExpressionError, expression
from gpu_workers.analyses.expression import ARGUMENTS, DEEPEST, LONGEST
from tests.gpu_workers.analyses.laws import law

COLUMNS = {"a": [1.0, 2.0, 3.0], "b": [2.0, np.nan, -1.0], "a name": [0.0, 1.0, 2.0], "größe": [1.0, 1.0, 1.0]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a", [1, 2, 3]),
        ("1 + 2 * a", [3, 5, 7]),
        ("(1 + 2) * a", [3, 6, 9]),
        ("a - 1 - 1", [-1, 0, 1]),
        ("8 / a / 2", [4, 2, 4 / 3]),
        ("2 ** a ** 1", [2, 4, 8]),
        ("-a ** 2", [-1, -4, -9]),
        ("a ** -1", [1, 0.5, 1 / 3]),
        ("a % 2", [1, 0, 1]),
        ("`a name` + größe", [1, 2, 3]),
        ("a + b", [3, math.nan, 2]),
        ("a < 2", [1, 0, 0]),
        ("a + 1 >= 3", [0, 1, 1]),
        ("a == 2 or a == 3 and 0", [0, 1, 0]),
        ("not a == 2 and 1", [1, 0, 1]),
        ("b > 0", [1, math.nan, 0]),
        ("not b", [0, math.nan, 0]),
        ("b and a", [1, math.nan, 1]),
        ("isnull(b)", [0, 1, 0]),
        ("coalesce(b, 7)", [2, 7, -1]),
        ("where(a > 1, b, -a)", [-1, math.nan, -1]),
        ("where(b > 0, 1, 2)", [1, math.nan, 2]),
        ("clip(a, 1.5, 2.5)", [1.5, 2, 2.5]),
        ("min(a, 2) + max(a, 2)", [3, 4, 5]),
        ("abs(b)", [2, math.nan, 1]),
        ("sqrt(-a)", [math.nan] * 3),
        ("a / 0", [math.inf] * 3),
        ("log(exp(a)) + log2(4) + log10(1e2) + log1p(0)", [5, 6, 7]),
        ("floor(a / 2) + ceil(a / 2) + round(a) + sign(b)", [3, math.nan, 5]),
        ("1e1 * .5 * 2. + 0 * a", [10, 10, 10]),
    ],
)
def test_gives(text: str, value: list[float]) -> None:
    found = expression(text)(COLUMNS)
    assert found.dtype == np.float32
    assert found == pytest.approx(value, rel=1e-6, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("   ", 0),
        ("a +", 3),
        ("a b", 2),
        ("(a", 2),
        ("a)", 1),
        ("a < b < 1", 6),
        ("a.b", 1),
        ("a[0]", 1),
        ("'a'", 0),
        ("a = 1", 2),
        ("a; b", 1),
        ("lambda: 1", 6),
        ("f(a)", 0),
        ("__import__(a)", 0),
        ("abs(a, b)", 0),
        ("abs()", 4),
        ("`", 0),
        ("a and", 5),
        ("and a", 0),
        ("1__0", 1),
        ("a @ b", 2),
    ],
)
def test_refuses_and_says_where(text: str, position: int) -> None:
    with pytest.raises(ExpressionError) as refused:
        expression(text)
    assert refused.value.position == min(position, len(text.rstrip()) if text.strip() else 0)


def test_says_which_columns_it_needs() -> None:
    assert expression("b + a * b - `a name`").columns == ("b", "a", "a name")
    with pytest.raises(KeyError):
        expression("c")(COLUMNS)
    with pytest.raises(ValueError, match="no column"):
        expression("1 + 1")(COLUMNS)


def test_names_of_functions_may_be_columns() -> None:
    assert expression("abs + log")({"abs": [1.0], "log": [2.0]}).tolist() == [3]


@pytest.mark.parametrize("opening", ["(", "-", "not ", "abs(", "2 ** "])
def test_depth_and_length_are_bounded(opening: str) -> None:
    with pytest.raises(ExpressionError, match="nested more than"):
        expression(opening * (DEEPEST + 1) + "a")
    with pytest.raises(ExpressionError, match="at most"):
        expression("a" * (LONGEST + 1))


def test_a_long_sum_is_no_depth() -> None:
    assert expression("+".join(["a"] * 999))(COLUMNS).tolist() == [999, 1998, 2997]


@law
@given(st.text(alphabet="ab1.+-*/%()<>=!,` orandtlogbsu_\n", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = expression(text)
    except ExpressionError as refused:
        position = refused.position
    else:
        position = 0
        if set(read.columns) <= {"a", "b"} and read.columns:
            assert read({"a": [1.0, 2.0], "b": [0.5, np.nan]}).shape == (2,)
    assert 0 <= position <= len(text)


def test_each_function_is_there() -> None:
    for name, arguments in ARGUMENTS.items():
        assert expression(f"{name}({', '.join('a' * arguments)})")(COLUMNS).shape == (3,)
