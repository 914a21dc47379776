"""Tables however they are written become the same rows; what is wrong is told with row and column."""

import io
import json
import mmap
import struct
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gpu_workers.inputs.refusal import Refusal
from gpu_workers.inputs.rows import decode, opened, render, thumbnail
from gpu_workers.protocol.edits import Edits
from gpu_workers.protocol.interface import FileColumn, TableFileInput, decoding
from gpu_workers.rows import Rows, packed, unpacked

FIELD = TableFileInput(
    name="patients",
    columns=(
        FileColumn(name="age", unit="years", minimum=0, maximum=120),
        FileColumn(name="sex", choices=("f", "m")),
        FileColumn(name="note", type="text", optional=True),
        FileColumn(name="crp", optional=True),
    ),
    max_rows=5,
)
OPTIONS = decoding(FIELD)
CELLS: list[list[Any]] = [[61.5, 7.0], ["f", "m"], ["said “no”,\nthen yes; über", ""], [1.25, None]]
RECORDS = [dict(zip(["age", "sex", "note", "crp"], row, strict=True)) for row in zip(*CELLS, strict=True)]
CSV = 'age,sex,note,crp\n61.5,f,"said “no”,\nthen yes; über",1.25\n7,m,,\n'
GERMAN = 'age;sex;note;crp\n61,5;f;"said “no”,\nthen yes; über";1,25\n7;m;;\n'
LATIN = CSV.replace("“", '""').replace("”", '""')


def arrow(table: pa.Table, *, as_file: bool, compression: str | None = None) -> bytes:
    sink = pa.BufferOutputStream()
    new = pa.ipc.new_file if as_file else pa.ipc.new_stream
    with new(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def table(**changed: Any) -> pa.Table:
    return pa.table({"age": CELLS[0], "sex": CELLS[1], "note": CELLS[2], "crp": CELLS[3]} | changed)


WRITTEN = {
    "csv": CSV.encode(),
    "a mark of byte order": b"\xef\xbb\xbf" + CSV.encode(),
    "line ends of Windows outside of quotes": CSV.replace("\n", "\r\n").replace(",\r\nthen", ",\nthen").encode(),
    "semicolons and decimal commas": GERMAN.encode(),
    "a line that tells the delimiter": b"sep=;\n" + GERMAN.encode(),
    "tabs": CSV.replace("“no”,\n", "\0").replace(",", "\t").replace("\0", "“no”,\n").encode(),
    "UTF-16": CSV.encode("utf-16"),
    "UTF-16 in big-endian order": b"\xfe\xff" + CSV.encode("utf-16-be"),
    "empty lines before, between and behind": b"\n\n" + CSV.replace("\n7", "\n\n7").encode() + b"\n,,,\n",
    "columns in another order, and one more": (
        b'crp,x,"note",sex,age\n1.25,1,"said \xe2\x80\x9cno\xe2\x80\x9d,\nthen yes; \xc3\xbcber",f,61.5\n,2,,m,7\n'
    ),
    "names in capitals, with spaces": CSV.replace("age,sex", " Age ,SEX").encode(),
    "choices in capitals": CSV.replace(",f,", ",F,").encode(),
    "missing values by their usual names": CSV.replace("7,m,,", "7,m,,NA").encode(),
    "JSON lines": "\n".join(json.dumps(record) for record in RECORDS).encode(),
    "an array of objects": json.dumps(RECORDS).encode(),
    "numbers as text, a key left out": json.dumps(
        [{**RECORDS[0], "age": "61.5"}, {"age": 7, "sex": "m", "note": ""}]
    ).encode(),
    "columns and rows": json.dumps(
        {"columns": list(RECORDS[0]), "rows": [list(record.values()) for record in RECORDS]}
    ).encode(),
    "Parquet": parquet(table()),
    "Parquet of other types": parquet(
        table(age=pa.array([61.5, 7], pa.float32()), sex=pa.array(["f", "m"]).dictionary_encode())
    ),
    "Parquet with a name in capitals and spaces": parquet(table().rename_columns(["age", " SEX ", "note", "crp"])),
    "an Arrow stream": arrow(table(), as_file=False),
    "an Arrow file": arrow(table(), as_file=True, compression="zstd"),
}


@pytest.mark.parametrize("data", WRITTEN.values(), ids=WRITTEN.keys())
def test_the_same_rows_however_they_are_written(data: bytes) -> None:
    made = decode(data, OPTIONS, "patients")
    assert opened(made.data).cells == CELLS
    assert {**made.facts, "notes": []} == {"count": 2, "names": ["age", "sex", "note", "crp"], "notes": []}


def test_latin_1_is_read_and_said() -> None:
    made = decode(LATIN.encode("latin-1"), OPTIONS, "patients")
    assert opened(made.data).cells[2][0] == 'said "no",\nthen yes; über'
    assert any("Latin-1" in note for note in made.facts["notes"])


def test_what_was_changed_is_said() -> None:
    notes = decode(b"x;age;sex;note;crp\n1;1,5;f;;\n", OPTIONS, "patients").facts["notes"]
    assert notes == [
        "Values are parted by semicolons.",
        "Not used: “x”.",
        "Decimal commas of “age” are read as points.",
    ]


def test_a_file_without_names_is_taken_by_the_order_of_its_columns() -> None:
    options = decoding(TableFileInput(name="t", columns=(FileColumn(name="a"), FileColumn(name="b"))))
    assert opened(decode(b"1,2\n3,4\n", options).data).cells == [[1, 3], [2, 4]]


def test_a_bound_beyond_the_tensors_type_is_the_types() -> None:
    columns = (FileColumn(name="a", minimum=-1e50, maximum=1e50),)
    with pytest.raises(Refusal, match=r"holds 1e\+40; it lies between -3.40282e\+38 and 3.40282e\+38"):
        decode(b"a\n1e40\n", decoding(TableFileInput(name="t", columns=columns)))


NO_UTF_8 = pa.StringArray.from_buffers(2, *map(pa.py_buffer, (struct.pack("<3i", 0, 2, 2), b"\xff\xfe")))
FAR = pa.array([2**62, 0])
BEYOND = {
    "string": parquet(table(note=NO_UTF_8)),
    "timestamp[s]": arrow(table(note=FAR.cast(pa.timestamp("s"))), as_file=True),
    "duration[s]": arrow(table(note=FAR.cast(pa.duration("s"))), as_file=True),
    "timestamp[s, tz=Nowhere]": arrow(table(note=FAR.cast(pa.timestamp("s", "Nowhere"))), as_file=True),
}
"""By their type what Arrow's own checks let through and Python cannot hold."""
DEEP = b'[{"age":' + b"[" * 100_000
CASES: list[tuple[Any, str, str]] = [
    (b"", "input_damaged", "empty file"),
    (b"age,sex,note,crp\n", "input_damaged", "holds no rows"),
    (b"age,note,crp\n1,,\n", "input_unsupported", "lacks the column “sex”; it has “age”, “note”, “crp”."),
    (b"age,height,note,crp\n1,2,,\n", "input_unsupported", "lacks the column “sex”; it has “age”, “height”"),
    (b"age,sex,note,crp,age\n1,f,,,2\n", "input_damaged", "2 columns called “age”"),
    (
        parquet(pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["age", "age"])),
        "input_damaged",
        "2 columns called",
    ),
    (b"age,sex,note,crp\n1,f,,\nmuch,f,,\n", "input_damaged", "Row 3 of “patients”, column “age”, holds “much”"),
    (b"age,sex,note,crp\n1,x,,\n", "input_damaged", "column “sex”, holds “x”; it is one of “f”, “m”."),
    (b"age,sex,note,crp\n121,f,,\n", "input_damaged", "holds 121; it lies between 0 and 120 years"),
    (b"age,sex,note,crp\n,f,,\n", "input_damaged", "column “age”, is empty"),
    (b"age,sex,note,crp\n1,f,,1e39\n", "input_damaged", "holds 1e+39; it lies between"),
    (b"age,sex,note,crp\n1,f,,inf\n", "input_damaged", "no number"),
    (b"age;sex;note;crp\n1;f;;1,234\n", "input_damaged", "whose comma may part thousands or decimals"),
    (b"age;sex;note;crp\n1;f;;1.234,5\n", "input_damaged", "Write it without signs of thousands"),
    (b"age;sex;note;crp\n1;f;;12 %\n", "input_damaged", "no number"),
    (b"age;sex;note;crp\n1;f;;1'234.5\n", "input_damaged", "Write it without signs of thousands"),
    (b"age,sex,note,crp\n1_0,f,,\n", "input_damaged", "“1_0”, which is no number"),
    (b"age,sex,note,crp\n" + b"1,f,,\n" * 6, "input_too_large", "more than 5 rows; 5 are the most"),
    (parquet(table().slice(0, 1).take([0] * 6)), "input_too_large", "6 rows"),
    (arrow(table().take([0] * 6), as_file=True), "input_too_large", "5 are the most"),
    (json.dumps(RECORDS * 3).encode(), "input_too_large", "6 rows"),
    (b"age,sex,note,crp\n1,f\n", "input_damaged", "Row 2 of “patients” has 2 values where the header has 4"),
    (b'age,sex,note,crp\n1,f,"not closed,\n', "input_damaged", "quotation mark"),
    (b"age,sex,note,crp\n1,f," + b"x" * 10_001 + b",\n", "input_damaged", "10,001 characters"),
    (b'age,sex,note,crp\n1,f,"' + b"x" * 2_000_000 + b'",\n', "input_too_large", "not closed"),
    (b"age,sex,note,crp\n1,f," + b"y" * 5000 + b"\x00,\n", "input_damaged", "null character"),
    (b",".join([b"x"] * 20_000) + b"\n", "input_too_large", "20,000 columns"),
    (json.dumps([{**RECORDS[0], "note": {"a": 1}}]).encode(), "input_damaged", "nested value"),
    (b'{"columns": ["age"], "rows": [[1, 2]]}', "input_damaged", "2 values for 1 columns"),
    (b'{"age": 1}\n{"age": \n', "input_damaged", "Row 2 of “patients” is no JSON object"),
    (DEEP, "input_damaged", "“patients” is"),
    (b"PK\x03\x04" + bytes(60), "input_unsupported", "an Excel file"),
    (b"<!doctype html><html>", "input_unsupported", "web page"),
    *(
        (written, "input_damaged", f"column “note”, holds a value of {kind} that cannot be read")
        for kind, written in BEYOND.items()
    ),
    (parquet(table())[:-20], "input_damaged", "Parquet"),
    (b"PAR1" + bytes(200), "input_damaged", "Parquet"),
    (arrow(table(), as_file=True)[:300], "input_damaged", "Arrow"),
    (bytes(range(256)) * 4, "input_damaged", "not text"),
]


@pytest.mark.parametrize(("data", "code", "told"), CASES, ids=[told for _, _, told in CASES])
def test_what_is_no_such_table_is_told(data: bytes, code: str, told: str) -> None:
    with pytest.raises(Refusal) as refused:
        decode(data, OPTIONS, "patients")
    assert refused.value.code == code
    assert told in refused.value.message


def edited(*edits: dict[str, Any]) -> Rows:
    made = decode(WRITTEN["csv"], OPTIONS, "patients")
    return unpacked(render(made.data, msgspec.convert(edits, Edits)).data)


def test_a_cell_that_is_set_is_read_as_those_of_the_file() -> None:
    found = edited(
        {"kind": "set", "row": 1, "column": "age", "value": 8},
        {"kind": "set", "row": 0, "column": "sex", "value": "M"},
        {"kind": "set", "row": 0, "column": "crp", "value": ""},
        {"kind": "set", "row": 1, "column": "note", "value": "new"},
    )
    assert found.cells == [[61.5, 8], ["m", "m"], [CELLS[2][0], "new"], [None, None]]
    assert found.declared == FIELD.columns


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"row": 2, "column": "age", "value": 8}, "has 2 rows"),
        ({"row": 0, "column": "height", "value": 8}, "no column “height”"),
        ({"row": 0, "column": "age", "value": 121}, "between 0 and 120"),
        ({"row": 0, "column": "age", "value": ""}, "Row 1 of the table, column “age”, is empty"),
        ({"row": 1, "column": "sex", "value": "x"}, "one of “f”, “m”"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_cell_that_cannot_be_set_is_told(edit: dict[str, Any], told: str) -> None:
    with pytest.raises(Refusal, match=told):
        edited({"kind": "set", **edit})


def test_the_same_rows_give_the_same_bytes_and_a_small_picture() -> None:
    made = decode(WRITTEN["csv"], OPTIONS, "patients")
    assert packed(unpacked(made.data)) == made.data == decode(WRITTEN["Parquet"], OPTIONS, "patients").data
    assert thumbnail(made.data, 160).kind == "image"


def long_texts(rows: int) -> pa.Array:
    """So many megabytes of one letter, held once."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * 1_000_000]))


def small_parquet(rows: int) -> bytes:
    """A few hundred bytes whose column “age” unpacks to so many megabytes."""
    out = io.BytesIO()
    pq.write_table(pa.table({"age": long_texts(rows), "sex": ["f"] * rows}), out, store_schema=False)
    return out.getvalue()


def small_arrow(rows: int) -> bytes:
    """The same of null characters, compressed; the pages that are read here are all the system's one empty page."""
    pages = mmap.mmap(-1, rows * 1_000_000, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    ends = pa.py_buffer(np.arange(0, (rows + 1) * 1_000_000, 1_000_000, dtype=np.int32).tobytes())
    ages = pa.Array.from_buffers(pa.string(), rows, [None, ends, pa.py_buffer(pages)])
    return arrow(pa.table({"age": ages, "sex": ["f"] * rows}), as_file=True, compression="zstd")


@pytest.mark.parametrize("make", [lambda: small_parquet(1000), lambda: arrow(table().take([0] * 5), as_file=True)])
def test_nothing_that_is_not_asked_for_is_unpacked(make: Callable[[], bytes]) -> None:
    options = decoding(TableFileInput(name="t", columns=(FileColumn(name="sex", type="text"),), max_rows=1000))
    assert opened(decode(make(), options).data).count in (5, 1000)
