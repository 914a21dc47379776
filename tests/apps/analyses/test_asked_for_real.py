"""A table's whole way: uploaded, read by a worker, asked by the API, exported, and made a dataset of."""

import csv
import io
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from infra.dev.processes import Process
from tests.apps.registry.uploading import Given, send
from tests.people import Lab
from tests.schema import LiveApi
from tests.services import site

PART = 8 * 1024 * 1024
ROWS = 600
NIGHT = {"source": "manual", "where": {"column": "hour", "low": 22}}


def table() -> bytes:
    """A model that is sure and right by day, and sure and wrong from 22 h on."""
    out = io.StringIO()
    out.write("case,finding,p,hour,site\n")
    for row in range(ROWS):
        hour, ill = row // 2 % 24, row % 2
        p = (0.1 + 0.8 * ill) if hour < 22 else (0.9 - 0.8 * ill)
        out.write(f"c{row},{'effusion' if ill else 'none'},{p:.3f},{hour},{'AB'[row % 3 // 2]}\n")
    return out.getvalue().encode()


class Site:
    """The API of a lab in the running site, with a table that was read."""

    def __init__(self) -> None:
        self.lab = Lab.make()
        self.api = LiveApi(site().url, self.lab.token())
        self.dataset = self.told("POST", f"projects/{self.lab.project.pk}/datasets", {"name": "Films"}, 201)["id"]
        file = Given(table())
        roles = {"case": "id", "finding": "label", "p": "probability:reader:effusion"}
        body = {"format": "csv", "size": file.size, "sha256": file.sha256(PART), "filename": "b.csv", "roles": roles}
        announced = self.told("POST", f"datasets/{self.dataset}/versions", body, 201)
        self.version = announced["version"]["id"]
        etags = send(announced["upload"]["parts"], file, PART)
        sent = [{"number": number, "etag": etag} for number, etag in etags.items()]
        self.told("POST", f"dataset-versions/{self.version}/complete", {"parts": sent})
        self.read(self.version)

    def told(self, method: str, path: str, body: Any = None, status: int = 200, **options: Any) -> Any:
        answer = self.api.request(method, path, json=body, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    def read(self, version: str) -> dict[str, Any]:
        """The version once a worker has read it."""
        until = time.monotonic() + 120
        while (shown := self.told("GET", f"dataset-versions/{version}"))["state"] == "reading":
            assert time.monotonic() < until
            time.sleep(0.05)
        assert shown["state"] == "ready", shown
        found: dict[str, Any] = shown
        return found

    def asked(self, question: dict[str, Any]) -> httpx.Response:
        """The answer, however long a busy machine takes."""
        until = time.monotonic() + 120
        while True:
            answer = self.api.request("POST", f"dataset-versions/{self.version}/ask", json=question)
            if answer.status_code != 202:
                return answer
            assert time.monotonic() < until

    def ask(self, question: dict[str, Any], status: int = 200) -> Any:
        answer = self.asked(question)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def there(web_process: Process, worker_process: Process) -> Iterator[Site]:
    made = Site()
    yield made
    made.api.close()


def test_a_view_tells_where_the_model_fails(there: Site) -> None:
    by_hour = {"type": "quantiles", "column": "hour", "parts": 4}
    answer = there.ask({"type": "view", "segments": by_hour, "a": [3]})
    assert (answer["rows"], answer["facts"]["task"], answer["facts"]["models"]) == (ROWS, "binary", ["reader"])
    means = [segment["models"][0]["score"]["mean"] for segment in answer["segments"]]
    assert max(means) == means[3] > 2 * means[0]
    again = there.ask({"segments": by_hour, "type": "view", "a": [3], "b": []})
    assert again == answer  # from the store, to the digit of its seconds


def test_filters_meet_the_rows_that_they_name(there: Site) -> None:
    answer = there.ask({"type": "view", "clauses": [NIGHT]})
    assert answer["selected"] == sum(row // 2 % 24 >= 22 for row in range(ROWS))


def test_slices_are_found(there: Site) -> None:
    answer = there.ask({"type": "slices", "model": "reader", "least": 20})
    assert "hour" in answer["slices"][0]["sentence"]


def test_a_question_that_does_not_fit_is_refused_in_the_workers_words(there: Site) -> None:
    told = there.ask({"type": "view", "segments": {"type": "quantiles", "column": "weight"}}, 422)
    assert told["code"] == "question_refused"
    assert "weight" in told["detail"]


def test_rows_are_taken_away_and_made_a_dataset_of(there: Site) -> None:
    export = {"type": "export", "view": {"type": "view", "clauses": [NIGHT]}, "format": "parquet"}
    answer = there.asked(export)
    rows = answer.json()["rows"]
    file = there.told("GET", f"answers/{answer.headers['Atrium-Answer']}/file")
    assert (file["rows"], file["size"]) == (rows, len(httpx.get(file["url"]).content))
    made = there.told("POST", f"answers/{answer.headers['Atrium-Answer']}/dataset", {"name": "At night"}, 201)
    version = there.read(made["id"])
    assert (version["dataset_name"], version["rows"]) == ("At night", rows)
    assert version["made_from"]["version"] == there.version
    assert {column["name"]: column["role"] for column in version["columns"]}["finding"] == "label"


def test_a_csv_is_what_was_sent(there: Site) -> None:
    export = {"type": "export", "view": {"type": "view", "clauses": [NIGHT]}, "format": "csv"}
    answer = there.asked(export)
    file = there.told("GET", f"answers/{answer.headers['Atrium-Answer']}/file")
    lines = list(csv.DictReader(io.StringIO(httpx.get(file["url"]).text)))
    assert [line["hour"] for line in lines] == [str(row // 2 % 24) for row in range(ROWS) if row // 2 % 24 >= 22]
    assert len(lines) == file["rows"] == answer.json()["rows"]
