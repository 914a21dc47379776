"""Cells of some rows as they are stored, and their pictures as a file."""

import io
from hashlib import sha256
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gpu_workers.debugger import taking
from gpu_workers.debugger.answer import answer, open_dataset
from gpu_workers.debugger.failure import BadQuestion
from gpu_workers.debugger.held import Held
from gpu_workers.protocol.debugger import ByColumn, Export, Piece, Take, TakeAnswer, View

from .stored import moments, numbers, stored, texts

FILMS = [b"\x89PNG\r\n\x1a\n" + bytes([row]) * 5 * row for row in range(1, 8)]
FILMS_OR_NULL = [*FILMS[:3], None, *FILMS[4:]]


@pytest.fixture
def films(tmp_path: Path) -> Held:
    """Seven rows in groups of two, the fourth without a film."""
    path = tmp_path / "films.parquet"
    held = {
        "film": pa.array(FILMS_OR_NULL, pa.binary()),
        "film.name": texts(f"f{row}" for row in range(7)),
        "exact": numbers([0.1, 1e300, float("nan"), float("inf"), 3, 4, 5]),
        "large": pa.array([2**62 + row for row in range(7)]),
        "flag": pa.array([True, None, False, True, True, True, True]),
        "when": moments([1.7e9] * 7),
        "y": texts("abababa"),
    }
    columns = stored(path, held, {"film": "media", "y": "label"})
    pq.write_table(pa.table(held), path, row_group_size=2)
    return open_dataset(path, columns)


def taken(held: Held, asked: Take) -> tuple[TakeAnswer, bytes]:
    into = io.BytesIO()
    return cast(TakeAnswer, answer(held, asked, into)), into.getvalue()


def test_cells_are_neither_cut_nor_rounded(films: Held) -> None:
    told, data = taken(films, Take((3, 0, 1, 2), ("exact", "large", "flag", "when", "film.name")))
    assert told.values == (
        ("inf", 2**62 + 3, True, "2023-11-14T22:13:20Z", "f3"),
        (0.1, 2**62, True, "2023-11-14T22:13:20Z", "f0"),
        (1e300, 2**62 + 1, None, "2023-11-14T22:13:20Z", "f1"),
        (None, 2**62 + 2, False, "2023-11-14T22:13:20Z", "f2"),
    )
    assert (told.size, data) == (0, b"")


def test_pictures_lie_in_the_file_where_the_answer_says(films: Held) -> None:
    rows = (6, 3, 1, 0)
    told, data = taken(films, Take(rows, ("film", "y")))
    assert (told.size, told.sha256) == (len(data), sha256(data).hexdigest())
    for row, (piece, _) in zip(rows, told.values, strict=True):
        if row == 3:
            assert piece is None
            continue
        assert isinstance(piece, Piece)
        found = data[piece.start : piece.start + piece.size]
        assert (found, sha256(found).hexdigest()) == (FILMS[row], piece.sha256)


def test_pictures_beyond_the_bound_are_left_out_and_said(films: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "MOST_TAKEN_BYTES", 32)
    told, data = taken(films, Take((0, 1, 2, 3), ("film",)))
    assert (told.left_out, len(data)) == ((2,), 31)
    assert [values[0] is None for values in told.values] == [False, False, True, True]


def test_pictures_are_not_held_in_memory(films: Held) -> None:
    assert "film" not in films.data


def test_an_export_as_csv_says_what_the_pictures_are(films: Held) -> None:
    into = io.BytesIO()
    answer(films, Export(View(segments=ByColumn("y"))), into)
    first = into.getvalue().decode().splitlines()[1]
    assert first.startswith('"PNG, 13 bytes","f0",0.1,')


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Take((), ("y",)), "between 1 and 50 rows"),
        (Take(tuple(range(51)), ("y",)), "between 1 and 50 rows"),
        (Take((1, 1), ("y",)), "each once"),
        (Take((7,), ("y",)), "from 0 to 6"),
        (Take((-1,), ("y",)), "from 0 to 6"),
        (Take((1,), ("z",)), "no column “z”"),
        (Take((1,), ()), "between 1 and 2,500 columns"),
    ],
)
def test_what_is_not_there_is_refused(films: Held, asked: Take, said: str) -> None:
    with pytest.raises(BadQuestion, match=said):
        taken(films, asked)
