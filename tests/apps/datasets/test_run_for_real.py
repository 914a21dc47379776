"""A model is run over a table by a worker, part after part as chores lead on, and a debugger's question is asked of
what was made."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from apps.datasets.models import DatasetVersion, PredictionRun
from apps.datasets.runs import start_run
from atrium.tenancy.context import team_context
from infra.dev.processes import Process
from tests.apps.registry.uploading import Given, announce, complete, send
from tests.models import doubling
from tests.people import Lab
from tests.schema import LiveApi
from tests.services import site
from tests.waiting import until

PART = 8 * 1024 * 1024
NUMBER: dict[str, Any] = {
    "inputs": [{"kind": "number", "name": "X Value", "tensor": "x", "maximum": 90}],
    "outputs": [{"kind": "number", "name": "y", "unit": "mm"}],
}


def settled(api: LiveApi, path: str, *moving: str) -> dict[str, Any]:
    """What it is once it is in none of these states."""
    until(lambda: api.request("GET", path).json()["state"] not in moving)
    found: dict[str, Any] = api.request("GET", path).json()
    return found


def uploaded_model(api: LiveApi, project: str) -> str:
    model = api.request("POST", f"projects/{project}/models", json={"name": "double"}).json()["id"]
    file = Given(doubling())
    announced = announce(api, model, file, PART, interface=NUMBER)
    complete(api, announced["version"]["id"], send(announced["upload"]["parts"], file, PART))
    version = settled(api, f"versions/{announced['version']['id']}", "inspecting")
    assert version["state"] == "ready", version
    return str(version["id"])


def uploaded_table(api: LiveApi, project: str, data: bytes) -> str:
    dataset = api.request("POST", f"projects/{project}/datasets", json={"name": "rows"}).json()["id"]
    file = Given(data)
    body = {"format": "csv", "size": file.size, "sha256": file.sha256(PART), "roles": {"truth": "label"}}
    announced = api.request("POST", f"datasets/{dataset}/versions", json=body).json()
    etags = send(announced["upload"]["parts"], file, PART)
    path = f"dataset-versions/{announced['version']['id']}"
    sent = [{"number": number, "etag": etag} for number, etag in etags.items()]
    api.request("POST", f"{path}/complete", json={"parts": sent})
    assert settled(api, path, "reading")["state"] == "ready"
    return str(announced["version"]["id"])


@pytest.fixture
def api(web_process: Process, worker_process: Process, chores_process: Process, lab: Lab) -> LiveApi:
    return LiveApi(site().url, lab.token())


def test_a_table_gains_the_predictions_of_a_model(api: LiveApi, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.datasets.plans.ROWS_A_PART", 40)
    rows = [f"{row},{2 * row + row % 2}" for row in range(95)]
    rows[3] = ",6"
    table = uploaded_table(api, str(lab.project.pk), "\n".join(["x_value,truth", *rows, ""]).encode())
    version = uploaded_model(api, str(lab.project.pk))
    with team_context(lab.alice):
        source = DatasetVersion.objects.get(pk=table)
    run = start_run(lab.alice, source.pk, version_id=UUID(version), dataset="scored")
    told = settled(api, f"runs/{run.pk}", "running", "joining")
    assert (told["state"], told["parts"], told["parts_done"], told["rows_done"]) == ("succeeded", 3, 3, 95), told
    assert told["inputs"] == {"X Value": "x_value"}
    assert told["unanswered"] == [
        {"why": "“X Value” lies between -3.40282e+38 and 90.", "rows": 4},
        {"why": "“x_value” is empty.", "rows": 1},
    ]
    made = settled(api, f"dataset-versions/{told['made']}", "reading")
    assert (made["state"], made["dataset_name"], made["number"], made["rows"]) == ("ready", "scored", 1, 95)
    columns = {column["name"]: column for column in made["columns"]}
    assert {name: column["role"] for name, column in columns.items()} == {
        "x_value": "feature",
        "truth": "label",
        "prediction:double": "prediction",
    }
    assert columns["prediction:double"]["facts"]["nulls"] == 5
    assert made["made_from"]["notes"][0].startswith("5 of 95 rows have no answer")
    question = {"type": "view", "segments": {"type": "quantiles", "column": "x_value", "parts": 2}}

    def ask() -> httpx.Response:
        return api.request("POST", f"dataset-versions/{told['made']}/ask", json=question)

    until(lambda: ask().status_code != 202)
    assert ask().json()["facts"]["models"] == ["double"]
    with team_context(lab.alice):
        assert not PredictionRun.objects.get(pk=run.pk).parts.exclude(answers=None).exists()
