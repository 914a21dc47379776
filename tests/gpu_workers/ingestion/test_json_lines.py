"""JSON lines: what is kept, and what is said of it."""

import json

import pytest

from gpu_workers.protocol.datasets import Kind
from tests.gpu_workers.ingestion.conftest import Reads


def lines(*values: object) -> str:
    return "".join(json.dumps({"x": value}) + "\n" for value in values)


@pytest.mark.parametrize(
    ("text", "kind", "values", "said"),
    [
        (lines(1, None, 3), Kind.NUMBER, [1, None, 3], ""),
        (lines(1, 2.5), Kind.NUMBER, [1.0, 2.5], ""),
        (lines(True, None), Kind.BOOLEAN, [True, None], ""),
        (lines("a", ""), Kind.CATEGORY, ["a", ""], ""),
        (lines("0123", "5"), Kind.CATEGORY, ["0123", "5"], ""),
        (lines("2020-01-02T10:00:00Z", None), Kind.TIME, ["2020-01-02 10:00:00.000000", None], ""),
        (lines(1, "a", True), Kind.CATEGORY, ["1", "a", "true"], "different kinds"),
        (lines({"a": 1}, {"b": [1]}), Kind.TEXT, ['{"a":1}', '{"b":[1]}'], "JSON text"),
        (lines([1, 2], [3.5, None]), Kind.VECTOR, None, "Vectors of 2 numbers"),
        (lines([1, 2], [3]), Kind.TEXT, ["[1,2]", "[3]"], "different lengths (1 to 2)"),
        (lines(2**63, 1), Kind.CATEGORY, [str(2**63), "1"], "beyond 64 bits"),
        (lines(None, None), Kind.CATEGORY, [None, None], "no value in any row"),
        ('{"x": NaN}\n{"x": 1.5}\n{"x": -Infinity}\n', Kind.NUMBER, [None, 1.5, float("-inf")], "Infinite"),
        ('[{"x": 1}, {"x": 2}]', Kind.NUMBER, [1, 2], ""),
        ('\ufeff{"x": 1}\n\n{"x": 2}\n', Kind.NUMBER, [1, 2], ""),
    ],
)
def test_values(reads: Reads, text: str, kind: Kind, values: list[object] | None, said: str) -> None:
    read = reads(text, "jsonl")
    assert read.reading.verdict == "ready", read.reading.reason
    assert read.column("x").kind is kind
    assert said in read.said("x")
    assert values is None or read.values("x") == values


def test_a_key_that_comes_late_is_a_column(reads: Reads) -> None:
    read = reads(lines(*[1] * 30_000) + '{"x": 2, "late": "y"}\n', "jsonl")
    assert [column.name for column in read.reading.columns] == ["x", "late"]
    assert read.column("late").facts.nulls == 30_000


def test_a_late_text_that_is_no_time(reads: Reads) -> None:
    read = reads(lines(*["2020-01-01"] * 30_000, "never"), "jsonl")
    assert read.values("x")[-1] == "never"


def test_names_with_quotes(reads: Reads) -> None:
    read = reads('{"a\\"b\'c": 1, "x": 2, "x_1": 3}\n', "jsonl")
    assert read.table.to_pylist() == [{"a\"b'c": 1, "x": 2, "x_1": 3}]


@pytest.mark.parametrize(
    ("data", "rule", "words"),
    [
        (b"\n \n", "empty_file", []),
        (b"a,b\n1,2\n", "not_jsonl", ["Row 1", "“a,b”", "one object a line"]),
        (b'{"x": 1}\n[2]\n', "not_jsonl", ["Row 2"]),
        (b'{"x": 1}\n{"x": 2\n{"x": 3}\n', "broken_line", ["Row 2", "character 8"]),
        (b'{"x": 1}\n' * 30_000 + b'{"x":\n', "broken_line", ["Row 30,001"]),
        (b'{"x": 1}\n{"x": "\xff"}\n', "bad_encoding", ["Row 2", "UTF-8"]),
        (b'{"x": 1, "X": 2}\n', "same_keys", ["“X”", "upper and lower case"]),
        (b'{"x": 1}\n{"X": 2}\n', "same_keys", []),
        (b'{"x": 1}\n{"x": 1, "x": 2}\n', "same_keys", ["Row 2", "“x” twice"]),
        (b"{}\n{}\n", "no_columns", []),
        (b'{"x": ' + b"[" * 5000 + b"]" * 5000 + b"}\n", "broken_line", ["nested too deeply"]),
    ],
)
def test_bad_files(reads: Reads, data: bytes, rule: str, words: list[str]) -> None:
    reading = reads(data, "jsonl").reading
    assert (reading.verdict, reading.rule) == ("rejected", rule), reading.reason
    for word in words:
        assert word in reading.reason
