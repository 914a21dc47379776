"""A table file by REST and from the client: as a file, as JSON, as a frame: one case, answered row by row."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from atrium_client import Atrium, Column, Endpoint, Invalid, Table, TableFile
from infra.dev.processes import Process
from tests.gpu_workers.runner.test_rows import pipeline
from tests.people import Lab
from tests.schema import LiveApi
from tests.services import site

ROWS = [
    {"age": 61.0, "sex": "f", "ward": "north", "crp": 1.25},
    {"age": 7.5, "sex": "m", "ward": "south", "crp": None},
    {"age": 30.0, "sex": "m", "ward": "north", "crp": 3.0},
]
CSV = "age;sex;ward;crp\n61,0;f;north;1,25\n7,5;m;south;\n30,0;m;north;3\n".encode("utf-16")


@pytest.fixture(scope="module")
def served(
    web_process: Process, worker_process: Process, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveApi, Endpoint]]:
    token = Lab.make().token()
    columns = [
        Column("age", unit="years", minimum=0, maximum=120),
        Column("sex", choices=("f", "m")),
        Column("ward", type="text", tensor="ward_in"),
        Column("crp", optional=True),
    ]
    version = (
        Atrium(site().url, token)
        .project("Wards", create=True)
        .upload(
            "wards",
            pipeline(tmp_path_factory.mktemp("wards") / "model.onnx"),
            inputs=[TableFile("patients", columns=columns, tensors="columns", max_rows=5)],
            outputs=[
                Table("scores", each="label", classes=["low", "high"], activation="softmax"),
                Table("sex_out", each="text", classes=["woman", "man"]),
                Table("crp_out", unit="mg/l", scale=2),
            ],
            example=ROWS,
            progress=False,
        )
    )
    api = LiveApi(site().url, token)
    yield api, version.deploy()
    api.close()


def test_it_is_one_case_however_it_comes(served: tuple[LiveApi, Endpoint]) -> None:
    api, endpoint = served
    address = f"endpoints/{endpoint.id}/predictions"
    grid = {"columns": list(ROWS[0]), "rows": [list(row.values()) for row in ROWS]}
    answers = [
        api.request("POST", address, json={"inputs": {"patients": given}})
        for given in (ROWS, grid, "data:text/csv;base64," + b64encode(CSV).decode())
    ]
    answers.append(api.request("POST", address, files={"patients": ("rows.csv", CSV)}, data={}))
    for answer in answers:
        found = answer.json()
        assert (answer.status_code, found["state"]) == (200, "succeeded"), found
        assert found["answer"]["crp_out"]["rows"] == [[2.5], [None], [6.0]]
        assert found["answer"]["sex_out"]["counts"] == [["man", 2], ["woman", 1]]
        assert (found["inputs"]["patients"]["kind"], found["inputs"]["patients"]["count"]) == ("rows", 3)


def test_a_cell_is_set_and_its_row_is_answered_anew(served: tuple[LiveApi, Endpoint]) -> None:
    _, endpoint = served
    first = endpoint.predict(pd.DataFrame(ROWS))
    edit = {"kind": "set", "row": 1, "column": "crp", "value": 4}
    again = endpoint.predict(first, edits=[edit])
    assert first["crp_out"].column("number") == [2.5, None, 6.0]  # type: ignore[union-attr]
    assert again["crp_out"].column("number") == [2.5, 8.0, 6.0]  # type: ignore[union-attr]
    assert str(again["crp_out"]) == "3 rows: mean 5.5, from 2.5 to 8 mg/l"
    assert list(first["scores"].frame()["label"]) == ["high"] * 3  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (b"age;sex;ward;crp\n61;x;north;\n", "Row 2 of “patients”, column “sex”, holds “x”; it is one of “f”, “m”."),
        (b"age;ward;crp\n61;north;\n", "“patients” lacks the column “sex”"),
        (ROWS * 2, "“patients” has 6 rows; 5 are the most here"),
    ],
    ids=["choice", "column", "rows"],
)
def test_what_does_not_fit_is_refused_in_words(served: tuple[LiveApi, Endpoint], value: object, told: str) -> None:
    _, endpoint = served
    with pytest.raises(Invalid, match=told.replace("(", r"\(")):
        endpoint.predict(value)


def test_an_edit_of_a_row_that_is_not_there_is_refused(served: tuple[LiveApi, Endpoint], tmp_path: Path) -> None:
    _, endpoint = served
    path = tmp_path / "rows.csv"
    path.write_bytes(CSV)
    with pytest.raises(Invalid, match="has 3 rows, counted from 0"):
        endpoint.predict(path, edits=[{"kind": "set", "row": 3, "column": "age", "value": 1}])
