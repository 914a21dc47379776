"""Words and cells changed by edits: the case stays the same one, the model sees what they made of it."""

from collections.abc import Iterator
from typing import cast

import pytest

from apps.endpoints.models import Prediction
from atrium.tenancy.context import team_context
from atrium_client import Atrium, Column, Number, NumberResult, Table, Text
from infra.dev.processes import Process
from tests.browsing import signed_in, text_of
from tests.models import echo
from tests.people import Lab
from tests.schema import LiveApi
from tests.services import site

GIVEN = {"note": "fever, no cough", "row": {"columns": ["age", "sex"], "rows": [[50, "male"]]}}
WORDS = {"kind": "replace", "start": 7, "end": 9, "text": "dry"}
CELLS = {"kind": "set", "row": 0, "column": "age", "value": 61}


class Telling:
    """A lab whose endpoint says a note again, and sums a row."""

    def __init__(self) -> None:
        self.lab = Lab.make()
        self.token = self.lab.token()
        project = Atrium(site().url, self.token).project("Notes", create=True)
        version = project.upload(
            "echo",
            echo(),
            inputs=[Text("note"), Table("row", columns=[Column("age"), Column("sex", choices=("female", "male"))])],
            outputs=[Text("said"), Number("total")],
            example={"note": "well", "row": {"age": 1, "sex": "male"}},
        )
        self.endpoint = version.deploy()
        self.address = f"endpoints/{self.endpoint.id}/predictions"
        self.api = LiveApi(site().url, self.token)


@pytest.fixture(scope="module")
def telling(web_process: Process, worker_process: Process) -> Iterator[Telling]:
    made = Telling()
    yield made
    made.api.close()


def test_the_model_sees_what_edits_made_and_the_case_is_the_same(telling: Telling) -> None:
    lab = telling.lab
    first = telling.api.request("POST", telling.address, json={"inputs": GIVEN}).json()
    assert (first["answer"]["said"]["value"], first["answer"]["total"]["value"]) == ("fever, no cough", 51)
    assert "rendered" not in first["inputs"]["note"]
    body = {"inputs": {name: {"prediction": first["id"]} for name in GIVEN}, "edits": [WORDS, CELLS]}
    second = telling.api.request("POST", telling.address, json=body).json()
    assert (second["answer"]["said"]["value"], second["answer"]["total"]["value"]) == ("fever, dry cough", 62)
    assert second["original"] == first["id"]
    assert second["inputs"]["note"] == {"kind": "text", "value": "fever, no cough", "rendered": "fever, dry cough"}
    assert second["inputs"]["row"] == {"kind": "table", "value": [50, 1], "rendered": [61, 1]}
    with team_context(telling.lab.alice):
        rows = Prediction.objects.in_bulk([first["id"], second["id"]], field_name="pk")
    digests = {bytes(row.original_sha256) for row in rows.values()}
    asked = {bytes(row.request_sha256) for row in rows.values()}
    assert (len(digests), len(asked)) == (1, 2)
    page = text_of(signed_in(lab.alice).get(f"/t/{lab.team.slug}/predictions/{second['id']}"))
    assert "Words become “dry”" in page
    assert "age = 61" in page
    assert "fever, dry cough" in page


def test_the_client_sends_them_with_an_earlier_answer(telling: Telling) -> None:
    answer = telling.endpoint.predict({"note": "fever", "row": [1, 0]}, edits=[CELLS | {"off": True}])
    assert cast(NumberResult, answer["total"]).value == 1
    again = telling.endpoint.predict(answer, edits=[CELLS])
    assert (cast(NumberResult, again["total"]).value, str(again["said"])) == (61, "fever")


def test_an_edit_that_does_not_fit_is_refused_by_its_place(telling: Telling) -> None:
    for edit, told in (
        ({"kind": "replace", "start": 0, "end": 99, "text": ""}, "characters by then"),
        ({"kind": "set", "column": "height", "value": 1}, "no column “height”"),
        ({"kind": "mask", "start_s": 0, "end_s": 1}, "no such"),
    ):
        answer = telling.api.request("POST", telling.address, json={"inputs": GIVEN, "edits": [WORDS, edit]})
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["field"].startswith("edits.1")) == (400, True)
        assert told in error["message"]
