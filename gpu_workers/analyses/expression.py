"""Scores that a team writes itself, such as `abs(price - prediction) / max(price, 1)`, over the columns of a table.

A grammar of its own, read by a parser of its own into a tree of array operations; nothing is ever evaluated as
Python. From loose to tight:

    or, and, not · < <= > >= == != (one, not a chain) · + - · * / % · - (sign) · **
    a number · a column: price, or `a name with spaces` · a function (…) · (…)

Functions: abs, sqrt, exp, log (natural), log2, log10, log1p, floor, ceil, round, sign, isnull of one argument; min,
max, coalesce (the first unless it is null) of two; clip(x, low, high) and where(condition, x, y) of three.
Comparisons give 1 or 0, and every number but 0 is true. A null (NaN) makes the result null, in comparisons and
conditions too; only isnull and coalesce see it. Division by 0 gives an infinity or a null as IEEE 754 says.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .arrays import Array, floats, namespace
from .blocks import over_rows

LONGEST = 2000
"""Characters of an expression at most."""
DEEPEST = 50
"""Levels of nesting at most."""

ARGUMENTS = {
    **dict.fromkeys(("abs", "sqrt", "exp", "log", "log2", "log10", "log1p", "floor", "ceil", "round", "sign"), 1),
    **{"isnull": 1, "min": 2, "max": 2, "coalesce": 2, "clip": 3, "where": 3},
}
_NAMES = {"abs": "absolute", "round": "rint", "min": "minimum", "max": "maximum"}
_OPERATORS = {
    "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder", "**": "power",
    "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal", "!=": "not_equal",
    "and": "logical_and", "or": "logical_or",
}  # fmt: skip
_TRUTHS = {"<", "<=", ">", ">=", "==", "!=", "and", "or", "not"}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)|`(?P<quoted>[^`]+)`"
    r"|(?P<sign>\*\*|<=|>=|==|!=|[-+*/%<>(),]))"
)


class ExpressionError(ValueError):
    """An expression that cannot be read. position: of the character at fault, from 0."""

    def __init__(self, sentence: str, position: int) -> None:
        super().__init__(f"{sentence} (at character {position + 1})")
        self.position = position


@dataclass(frozen=True)
class Number:
    value: float


@dataclass(frozen=True)
class Column:
    name: str


@dataclass(frozen=True)
class Call:
    """name: an operator or a function."""

    name: str
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True)
class Chain:
    """Operators of one level from left to right: a long sum is not a deep tree."""

    first: "Node"
    rest: "tuple[tuple[str, Node], ...]"


Node = Number | Column | Call | Chain


@dataclass(frozen=True)
class Expression:
    """An expression that was read. text: as it was written. columns: the names it needs, in their order."""

    text: str
    node: Node
    columns: tuple[str, ...]

    def __call__(self, columns: Mapping[str, Any]) -> Array:
        """Its value in each row, float32 (n,). columns: numbers (n,) by name, of NumPy or CuPy.

        KeyError: a column is not there. ValueError: it names no column, so that there is no number of rows.
        """
        if not self.columns:
            raise ValueError("The expression names no column.")
        arrays = [floats(columns[name]) for name in self.columns]
        xp = namespace(*arrays)
        return over_rows(lambda *block: _value(self.node, dict(zip(self.columns, block, strict=True)), xp), *arrays)


def expression(text: str) -> Expression:
    """Read an expression. ExpressionError: with a sentence that says what is wrong, and where."""
    if len(text) > LONGEST:
        raise ExpressionError(f"An expression has at most {LONGEST:,} characters.", LONGEST)
    reader = _Reader(text)
    node = reader.whole()
    return Expression(text, node, tuple(dict.fromkeys(_columns(node))))


def _columns(node: Node) -> list[str]:
    if isinstance(node, Column):
        return [node.name]
    if isinstance(node, Number):
        return []
    parts = node.arguments if isinstance(node, Call) else (node.first, *(operand for _, operand in node.rest))
    return [name for part in parts for name in _columns(part)]


def _value(node: Node, columns: Mapping[str, Array], xp: Any) -> Any:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Column):
        return columns[node.name]
    if isinstance(node, Chain):
        value = _value(node.first, columns, xp)
        for operator, operand in node.rest:
            value = _called(operator, [value, _value(operand, columns, xp)], xp)
        return value
    return _called(node.name, [_value(argument, columns, xp) for argument in node.arguments], xp)


def _called(name: str, values: list[Any], xp: Any) -> Any:
    match name:
        case "isnull":
            return xp.isnan(values[0]) * 1.0
        case "coalesce":
            return xp.where(xp.isnan(values[0]), values[1], values[0])
        case "clip":
            return xp.minimum(xp.maximum(values[0], values[1]), values[2])
        case "where":
            return xp.where(xp.isnan(values[0]), xp.nan, xp.where(xp.not_equal(values[0], 0), *values[1:]))
        case "sign of":
            return xp.negative(values[0])
        case "not":
            result = xp.equal(values[0], 0)
        case _:
            result = getattr(xp, _OPERATORS.get(name) or _NAMES.get(name, name))(*values)
    if name not in _TRUTHS:
        return result
    null = xp.isnan(values[0])
    for value in values[1:]:
        null = null | xp.isnan(value)
    return xp.where(null, xp.nan, result * 1.0)


class _Reader:
    """Reads tokens from left to right, one level of precedence a method."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, int]] = []
        self.place, self.depth = 0, 0
        end = len(text.rstrip())
        position = 0
        while position < end:
            found = _TOKEN.match(text, position)
            if found is None or found.lastgroup is None:
                position += len(text[position:]) - len(text[position:].lstrip())
                raise ExpressionError(f"“{text[position]}” has no meaning here.", position)
            self.tokens.append((found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)))
            position = found.end()
        self.tokens.append(("end", "the end", end))

    def whole(self) -> Node:
        node = self.either()
        if self.tokens[self.place][0] != "end":
            raise self.unexpected()
        return node

    def unexpected(self) -> ExpressionError:
        kind, text, position = self.tokens[self.place]
        return ExpressionError(f"Did not expect {text if kind == 'end' else f'“{text}”'} here.", position)

    def took(self, *texts: str) -> str | None:
        """The next token where it is one of these, which is then behind us."""
        kind, text, _ = self.tokens[self.place]
        if kind in ("sign", "name") and text in texts:
            self.place += 1
            return text
        return None

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(f"It is nested more than {DEEPEST} deep.", self.tokens[self.place][2])

    def chain(self, operand: Callable[[], Node], *operators: str) -> Node:
        first = operand()
        rest = []
        while operator := self.took(*operators):
            rest.append((operator, operand()))
        return Chain(first, tuple(rest)) if rest else first

    def either(self) -> Node:
        self.deeper()
        node = self.chain(self.both, "or")
        self.depth -= 1
        return node

    def both(self) -> Node:
        return self.chain(self.negation, "and")

    def negation(self) -> Node:
        if self.took("not"):
            self.deeper()
            node: Node = Call("not", (self.negation(),))
            self.depth -= 1
            return node
        return self.comparison()

    def comparison(self) -> Node:
        node = self.sum()
        if operator := self.took("<", "<=", ">", ">=", "==", "!="):
            return Call(operator, (node, self.sum()))
        return node

    def sum(self) -> Node:
        return self.chain(self.product, "+", "-")

    def product(self) -> Node:
        return self.chain(self.signed, "*", "/", "%")

    def signed(self) -> Node:
        if self.took("-"):
            self.deeper()
            node: Node = Call("sign of", (self.signed(),))
            self.depth -= 1
            return node
        node = self.atom()
        if self.took("**"):
            self.deeper()
            node = Call("**", (node, self.signed()))
            self.depth -= 1
        return node

    def atom(self) -> Node:
        kind, text, position = self.tokens[self.place]
        if self.took("("):
            node = self.either()
            self.closed()
            return node
        if kind in ("sign", "end") or text in ("and", "or", "not"):
            raise self.unexpected()
        self.place += 1
        if kind == "number":
            return Number(float(text))
        if kind == "name" and self.took("("):
            return self.call(text, position)
        return Column(text)

    def call(self, name: str, position: int) -> Node:
        if name not in ARGUMENTS:
            raise ExpressionError(f"There is no function “{name}”; there are {', '.join(ARGUMENTS)}.", position)
        arguments = [self.either()]
        while self.took(","):
            arguments.append(self.either())
        self.closed()
        if len(arguments) != ARGUMENTS[name]:
            raise ExpressionError(f"“{name}” takes {ARGUMENTS[name]} arguments, not {len(arguments)}.", position)
        return Call(name, tuple(arguments))

    def closed(self) -> None:
        if not self.took(")"):
            raise self.unexpected()
