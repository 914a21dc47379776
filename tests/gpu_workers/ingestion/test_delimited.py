"""CSV: what is kept, and what is said of it."""

import pytest

from gpu_workers.protocol.datasets import Kind
from tests.gpu_workers.ingestion.conftest import Reads

LATE = 20_000  # rows, more than are looked at first


@pytest.mark.parametrize(
    ("text", "kind", "values", "said"),
    [
        ("1\n2\n", Kind.NUMBER, [1, 2], ""),
        ("1.5\n-2e3\n", Kind.NUMBER, [1.5, -2000.0], ""),
        ('1\n""\n3\n', Kind.NUMBER, [1, None, 3], ""),
        ("NA\n2.5\nN/A\n", Kind.NUMBER, [None, 2.5, None], "“NA” are read as missing"),
        ("1.5\nnan\ninf\n-Infinity\n", Kind.NUMBER, [1.5, None, float("inf"), float("-inf")], "Infinite in 2 rows"),
        ("7\n7\n", Kind.NUMBER, [7, 7], "one value only"),
        ("true\nFALSE\nNA\n", Kind.BOOLEAN, [True, False, None], ""),
        ("1\n2\nabc\n", Kind.CATEGORY, ["1", "2", "abc"], "row 4 has “abc”"),
        ("01067\n10115\n", Kind.CATEGORY, ["01067", "10115"], "begin with a zero"),
        ("1_000\n2\n", Kind.CATEGORY, ["1_000", "2"], "“_”"),
        ("9007199254740993\n1\n", Kind.NUMBER, [9007199254740993, 1], ""),
        ("123456789012345678901\n1\n", Kind.CATEGORY, ["123456789012345678901", "1"], "beyond 64 bits"),
        ("NA\nNamibia\n", Kind.CATEGORY, ["NA", "Namibia"], ""),
        ("2020-02-03\n2020-02-04\n", Kind.TIME, ["2020-02-03 00:00:00.000000", "2020-02-04 00:00:00.000000"], "UTC"),
        ("2020-02-03T10:00:00+02:00\n", Kind.TIME, ["2020-02-03 08:00:00.000000"], ""),
        ("3.2.2020\n24.12.2020\n", Kind.TIME, ["2020-02-03 00:00:00.000000", "2020-12-24 00:00:00.000000"], "DD.MM."),
        ("1/2/2020\n24/12/2020\n", Kind.TIME, ["2020-02-01 00:00:00.000000", "2020-12-24 00:00:00.000000"], "DD/MM/"),
        ("1/2/2020\n2/1/2020\n", Kind.CATEGORY, ["1/2/2020", "2/1/2020"], "cannot be told apart"),
        ("2020-02-03\nnever\n2020-02-04\n", Kind.CATEGORY, ["2020-02-03", "never", "2020-02-04"], "Times and text"),
        ("infinity\nepoch\n", Kind.CATEGORY, ["infinity", "epoch"], ""),
    ],
)
def test_values(reads: Reads, text: str, kind: Kind, values: list[object], said: str) -> None:
    read = reads(f"x,rest\n{text.replace(chr(10), ',r' + chr(10))}")
    assert read.column("x").kind is kind, read.said("x")
    assert read.values("x") == values
    assert said in read.said("x")


@pytest.mark.parametrize("within", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_name_of_two_lines_ends_no_line(reads: Reads, within: str, end: str) -> None:
    """As spreadsheet programs write a heading with a break in its cell: \\n in there, \\r\\n after each line."""
    read = reads(end.join([f'case,"age{within}in years"', "a,30", f'"b{within}b",41', ""]))
    assert read.reading.rows == 2, read.reading
    assert read.values("age in years") == [30, 41]
    assert read.values("case") == ["a", f"b{within}b"]
    assert read.reading.preview[1][0] == "b↵b"
    assert ("Lines end in different ways." in read.reading.notes) is (within != end)


@pytest.mark.parametrize(
    ("first", "last", "kind", "value", "said"),
    [
        ("1", "1.5", Kind.NUMBER, 1.5, ""),
        ("1", "9007199254740993", Kind.NUMBER, 9007199254740993, ""),
        ("1", "NA", Kind.NUMBER, None, "missing"),
        ("1", "abc", Kind.CATEGORY, "abc", f"row {LATE + 2:,} has “abc”"),
        ("true", "1", Kind.CATEGORY, "1", f"row {LATE + 2:,} has “1”"),
        ("2020-01-01", "never", Kind.CATEGORY, "never", f"row {LATE + 2:,} has “never”"),
        ("2020-01-01", "-", Kind.TIME, None, "missing"),
        ("", "7.5", Kind.NUMBER, 7.5, ""),
        ("1/2/2020", "24/12/2020", Kind.TIME, "2020-12-24 00:00:00.000000", "DD/MM/YYYY"),
    ],
)
def test_a_late_row_that_tells_otherwise(
    reads: Reads, first: str, last: str, kind: Kind, value: object, said: str
) -> None:
    read = reads("x,rest\n" + f"{first},r\n" * LATE + f"{last},r\n")
    assert read.reading.rows == LATE + 1
    assert (read.column("x").kind, read.values("x")[-1]) == (kind, value)
    assert said in read.said("x")


def test_many_columns_with_late_fractions(reads: Reads) -> None:
    names = [f"x{place}" for place in range(6)]
    rows = ["1,1,1,1,1,1"] * LATE
    for place in range(6):
        rows.append(",".join("1.5" if other == place else "1" for other in range(6)))
    read = reads("\n".join([",".join(names), *rows]))
    assert all(1.5 in read.values(name) for name in names)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a;b\n1,5;x\n2;y\n", "semicolons"),
        (b"a\tb\n1.5\tx\n2\ty\n", "tabs"),
        (b"a|b\n1.5|x\n2|y\n", "bars"),
        (b"\xef\xbb\xbfa,b\n1.5,x\n2,y\n", ""),
        ("a,b\n1.5,x\n2,y\n".encode("utf-16"), ""),
        (b"a,b\r\n1.5,x\r\n2,y\r\n", ""),
        (b"a,b\r1.5,x\r2,y", ""),
        (b"\n\na,b\n1.5,x\n2,y\n\n", ""),
        (b"a,b\n1.5,x\r\n2,y\n", "Lines end in different ways"),
    ],
)
def test_dialects(reads: Reads, data: bytes, said: str) -> None:
    read = reads(data)
    assert read.reading.verdict == "ready", read.reading.reason
    assert [read.values("a"), read.values("b")] == [[1.5, 2.0], ["x", "y"]]
    assert said in " ".join(read.reading.notes)


@pytest.mark.parametrize("rows", [1, LATE])
def test_latin_1(reads: Reads, rows: int) -> None:
    read = reads(b"a,b\n" + b"1,x\n" * rows + "2,größer\n".encode("latin-1"))
    assert read.values("b")[-1] == "größer"
    assert "Latin-1" in " ".join(read.reading.notes)


def test_names(reads: Reads) -> None:
    read = reads("a,a,,A,b\n1,2,3,4,5\n")
    assert [column.name for column in read.reading.columns] == ["a", "a (2)", "column 3", "A (3)", "b"]
    assert read.table.to_pylist() == [{"a": 1, "a (2)": 2, "column 3": 3, "A (3)": 4, "b": 5}]
    assert "Column 3 has no name" in " ".join(read.reading.notes)


def test_quotes(reads: Reads) -> None:
    read = reads('"a\nb",c\n1,"two\nlines"\n2,"with ""marks"", and a comma"\n')
    assert read.values("c") == ["two\nlines", 'with "marks", and a comma']


def test_numbers_without_names(reads: Reads) -> None:
    read = reads("1,2.5\n3,4.5\n")
    assert read.values("column 2") == [2.5, 4.5]
    assert "numbered" in " ".join(read.reading.notes)


def test_commas_that_may_part_thousands(reads: Reads) -> None:
    read = reads("a;b\n1,500;x\n2,250;y\n")
    assert read.values("a") == ["1,500", "2,250"]
    assert "thousands or decimals" in read.said("a")


def test_thousands_of_columns(reads: Reads) -> None:
    names = [f"f{place}" for place in range(3000)]
    rows = [",".join(str(place * row / 8) for place in range(3000)) for row in range(3)]
    read = reads("\n".join([",".join(names), *rows]))
    assert [column.name for column in read.reading.columns] == names
    assert read.values("f2999") == [0.0, 2999 / 8, 2999 / 4]
    assert len(read.reading.preview[0]) == 3000


@pytest.mark.parametrize(
    ("data", "rule", "words"),
    [
        (b"", "empty_file", ["empty", "a line of names"]),
        (b"\n\n", "empty_file", ["no line", "a line of names"]),
        (b"a,b\n", "no_rows", ["no rows"]),
        (b"a,b\n1,2\n3\n", "ragged_row", ["Row 3", "“3”", "1 values", "header has 2"]),
        (b"a,b\n1,2\n3,4,5\n", "ragged_row", ["Row 3", "3 values"]),
        (b"a,b\n" + b"1,2\n" * LATE + b"3\n", "ragged_row", [f"Row {LATE + 2:,}"]),
        (b'a,b\n1,"x\n2,y\n', "bad_quotes", ["Row 2", "column 2 (“b”)", "quotation mark"]),
        (b"a,b\n1,\x81\x85\n", "bad_encoding", ["UTF-8"]),
        (b"\xfe\xff\0a\0,\0b", "bad_encoding", ["big-endian", "Save it as UTF-8"]),
        (bytes(range(256)) * 4, "not_csv", ["not text"]),
        (b"\x1f\x8b\x08" + b"x" * 99, "other_format", ["gzip", "Unpack"]),
        (b"PK\x03\x04" + b"x" * 99, "other_format", ["Excel"]),
        (b"PAR1" + b"x" * 99, "other_format", ["a Parquet file", "Upload it as Parquet"]),
        (b'{"a": 1}\n', "other_format", ["JSON"]),
        (b"a,b\n1," + b"x" * 5_000_000 + b"\n", "line_too_long", ["Row 2"]),
    ],
)
def test_bad_files(reads: Reads, data: bytes, rule: str, words: list[str]) -> None:
    reading = reads(data).reading
    assert (reading.verdict, reading.rule) == ("rejected", rule), reading.reason
    for word in words:
        assert word in reading.reason
    assert not reading.columns


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_spreadsheets_own_line_about_the_delimiter_is_no_row(reads: Reads, end: str) -> None:
    found = reads(end.join(["sep=;", "a;b", "1,5;x,y", "2;z", ""]))
    assert found.table.to_pydict() == {"a": [1.5, 2.0], "b": ["x,y", "z"]}


@pytest.mark.parametrize("page", ["<!DOCTYPE html><html>a,b\n1,2", "\n <html>\n<body>"])
def test_a_web_page_is_told_as_one(reads: Reads, page: str) -> None:
    found = reads(page).reading
    assert (found.rule, "web page" in found.reason) == ("other_format", True)


@pytest.mark.parametrize("value", ["1.234,5", "1'234", "12 345", "12%", "€12", "(5)"])
def test_numbers_that_are_written_for_people_are_told(reads: Reads, value: str) -> None:
    found = reads(f"a;b\n{value};x\n{value};x\n")
    assert "Write plain numbers" in found.said("a")
    assert not found.said("b").startswith("Looks")
