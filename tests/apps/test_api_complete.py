"""One story that calls every operation of the API with success, each answer compared with the schema."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from apps.datasets.models import DatasetVersion
from apps.registry.models import Version
from atrium.tenancy.context import team_context
from infra.dev.processes import Process
from tests import studies
from tests.apps.registry.uploading import Given, announce, complete, send
from tests.models import brightness, doubling
from tests.operations import described
from tests.people import INTERFACE, PIXEL, Lab, ready_version
from tests.schema import LiveApi, path_of
from tests.services import site
from tests.waiting import until

FILM = "data:image/png;base64," + b64encode(PIXEL).decode()
PART = 8 * 1024 * 1024


class Told(LiveApi):
    """Remembers which operations answered with success."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url, token)
        self.answered: set[tuple[str, str]] = set()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = super().request(method, path, **options)
        if answer.is_success:
            self.answered.add((method.lower(), path_of(str(answer.request.url)).removeprefix("/api/v1/")))
        return answer

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.request(method, path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.content


@pytest.fixture(scope="module")
def api(web_process: Process, worker_process: Process, chores_process: Process) -> Iterator[Told]:
    lab = Lab.make()
    made = Told(site().url, lab.token())
    made.lab = lab  # type: ignore[attr-defined]
    yield made
    made.close()


def until_decided(api: Told, version: str, under_way: str = "inspecting") -> dict[str, Any]:
    """version: with the name of its list, where that is not `versions`."""
    path = version if "/" in version else f"versions/{version}"
    until(lambda: api.ask("GET", path)["state"] != under_way)
    found: dict[str, Any] = api.ask("GET", path)
    return found


def explanations(api: Told, prediction: str) -> None:
    """Why it was answered so, and what that costs."""
    asked = {"method": "occlusion", "options": {"window": 0.5, "stride": 0.5}}
    path = f"predictions/{prediction}/explanations"
    assert api.ask("POST", f"{path}/cost", asked)["calls"] == 5
    made = api.ask("POST", path, asked, 202)
    found = until_decided(api, f"explanations/{made['id']}", "queued")
    assert (found["state"], found["result"]["kind"]) == ("succeeded", "map")
    assert api.ask("GET", path)["results"] == [found]
    assert api.ask("POST", f"explanations/{made['id']}/cancel", {}, 202)["state"] == "succeeded"


def comparisons(api: Told, model: UUID, endpoint: str, version: str, prediction: str) -> None:
    """Two versions on the same cases; how they are read is told by `tests/apps/comparisons`."""
    file = Given(brightness())
    announced = announce(api, model, file, PART, interface=INTERFACE)
    second = announced["version"]["id"]
    complete(api, second, send(announced["upload"]["parts"], file, PART))
    assert until_decided(api, second)["state"] == "ready"
    body = {"versions": [version, second], "predictions": [prediction]}
    one = f"comparisons/{api.ask('POST', f'endpoints/{endpoint}/comparisons', body, 201)['id']}"
    assert f"comparisons/{api.ask('GET', f'endpoints/{endpoint}/comparisons')['results'][0]['id']}" == one
    assert len(api.ask("POST", f"{one}/cases", {"sources": ["examples"]}, 201)["cases"]) >= 1
    until(lambda: api.ask("GET", one)["progress"]["waiting"] == 0)
    [case, *_] = api.ask("GET", one)["cases"]
    assert [(answer["state"], answer["differs"]) for answer in case["answers"]] == [("succeeded", [])] * 2
    assert api.ask("POST", f"{one}/again", {}, 202)["progress"]["failed"] == 0
    assert api.ask("GET", f"{one}/results")["readings"] == 0
    assert api.ask("GET", f"{one}/readings").startswith(b"\xef\xbb\xbf")
    assert api.ask("PATCH", one, {"closed": True})["closed"] is True
    assert api.ask("DELETE", one, status=204) == b""


def tables(api: Told, project: str) -> None:
    """A dataset, and what is asked of it."""
    dataset = api.ask("POST", f"projects/{project}/datasets", {"name": "Films"}, 201)["id"]
    assert api.ask("GET", f"projects/{project}/datasets")["results"][0]["id"] == dataset
    file = Given(b"case,finding,p\n" + b"".join(b"%d,%s,0.%d\n" % (n, b"yn"[n % 2 :][:1], n % 10) for n in range(60)))
    roles = {"finding": "label", "p": "probability:reader:y"}
    body = {"format": "csv", "size": file.size, "sha256": file.sha256(PART), "roles": roles}
    announced = api.ask("POST", f"datasets/{dataset}/versions", body, 201)
    version = f"dataset-versions/{announced['version']['id']}"
    assert not api.ask("GET", f"{version}/upload")["parts"][0]["done"]
    sent = [{"number": n, "etag": etag} for n, etag in send(announced["upload"]["parts"], file, PART).items()]
    assert api.ask("POST", f"{version}/complete", {"parts": sent})["state"] == "reading"
    assert until_decided(api, version, "reading")["rows"] == 60
    with team_context(api.lab.alice):  # type: ignore[attr-defined]
        DatasetVersion.objects.filter(pk=announced["version"]["id"]).update(state="failed")
    assert api.ask("POST", f"{version}/read")["state"] == "reading"
    assert until_decided(api, version, "reading")["state"] == "ready"
    assert api.ask("PATCH", version, {"notes": "First"})["notes"] == "First"

    export = {"type": "export", "view": {"type": "view"}, "format": "parquet"}
    until(lambda: api.request("POST", f"{version}/ask", json=export).status_code != 202)
    answer = api.request("POST", f"{version}/ask", json=export)
    assert answer.json()["rows"] == 60, answer.text
    one = f"answers/{answer.headers['Atrium-Answer']}"
    assert api.ask("GET", one) == answer.json()
    assert api.ask("POST", f"{one}/cancel", {}, 202)["state"] == "succeeded"
    assert api.ask("GET", f"{one}/file")["rows"] == 60
    made = api.ask("POST", f"{one}/dataset", {"name": "Copy"}, 201)
    assert until_decided(api, f"dataset-versions/{made['id']}", "reading")["rows"] == 60
    assert api.ask("DELETE", f"dataset-versions/{made['id']}", status=204) == b""

    runs(api, project, version)

    where = {"column": "p", "low": 0.5}
    kept = api.ask("POST", f"datasets/{dataset}/slices", {"name": "Sure", "where": where}, 201)
    assert api.ask("GET", f"datasets/{dataset}/slices")["results"] == [kept]
    assert api.ask("DELETE", f"slices/{kept['id']}", status=204) == b""
    saved = api.ask("POST", f"{version}/analyses", {"name": "All", "question": {"type": "view"}}, 201)
    assert api.ask("GET", f"datasets/{dataset}/analyses")["results"] == [saved]
    assert api.ask("PATCH", f"analyses/{saved['id']}", {"note": "Of all rows."})["note"] == "Of all rows."
    assert api.ask("GET", f"analyses/{saved['id']}")["note"] == "Of all rows."
    assert api.ask("DELETE", f"analyses/{saved['id']}", status=204) == b""
    assert api.ask("GET", f"datasets/{dataset}")["name"] == "Films"
    assert api.ask("DELETE", f"datasets/{dataset}", status=204) == b""


def sorting(api: Told, project: str, thread: str, me: str) -> None:
    """Labels, a saved view, and one act on many cases."""
    label = api.ask("POST", f"projects/{project}/labels", {"name": "Artefact"}, 201)
    assert api.ask("PATCH", f"labels/{label['id']}", {"colour": "teal"})["colour"] == "teal"
    changed = api.ask("PATCH", f"threads/{thread}", {"labels": [label["id"]], "due_on": "2026-12-24"})
    assert (changed["labels"][0]["name"], changed["due_on"]) == ("Artefact", "2026-12-24")
    assert api.ask("GET", f"projects/{project}/labels")["results"][0]["id"] == label["id"]
    body = {"name": "Artefacts", "query": {"show": "open", "label": label["id"]}, "shared": True}
    view = api.ask("POST", f"projects/{project}/views", body, 201)
    assert (view["cases"], view["query"]) == (1, body["query"])
    assert api.ask("GET", f"projects/{project}/views")["results"] == [view]
    assert api.ask("GET", f"projects/{project}/threads?view={view['id']}")["results"][0]["id"] == thread
    assert api.ask("GET", f"projects/{project}/threads?mentions=me")["results"] == []
    many = {"act": "assign", "value": "me", "filters": {"label": label["id"]}}
    done = api.ask("POST", f"projects/{project}/threads/many", many)
    assert (done["changed"], done["unchanged"]) == (1, 0)
    assert api.ask("GET", f"threads/{thread}")["assignee"]["id"] == me
    assert api.ask("POST", f"thread-changes/{done['change']}/undo")["changed"] == 1
    assert api.ask("DELETE", f"views/{view['id']}", status=204) == b""
    assert api.ask("DELETE", f"labels/{label['id']}", status=204) == b""


def suite(api: Told, model: str, version: str, prediction: str) -> None:
    """A flagged case becomes one that every version is asked."""
    assert api.ask("GET", f"models/{model}/suite")["cases"] == []
    assert api.ask("PATCH", f"models/{model}/suite", {"refuses": True})["refuses"] is True
    body = {"predictions": [prediction], "expected": {"finding": {"is": "as_before"}}}
    [case] = api.ask("POST", f"models/{model}/suite/cases", body, 201)["cases"]
    assert api.ask("GET", f"versions/{version}/suite-report")["state"] == "not_run"
    run = api.ask("POST", f"versions/{version}/suite-report", {}, 202)["run"]
    until(lambda: api.ask("GET", f"versions/{version}/suite-report")["state"] == "finished")
    report = api.ask("GET", f"versions/{version}/suite-report")
    assert (report["passes"], report["counts"]["passed"]) == (True, 1), report
    assert api.ask("POST", f"suite-runs/{run}/cancel", {})["state"] == "finished"
    wrong = {"expected": {"finding": {"is": "label", "value": "no such class"}}}
    assert api.ask("PATCH", f"suite-cases/{case['id']}", wrong)["expected"] == wrong["expected"]
    assert api.ask("GET", f"versions/{version}/suite-report")["is_old"]
    assert api.ask("DELETE", f"suite-cases/{case['id']}", status=204) == b""


def hooks(api: Told, project: str) -> None:
    """A webhook's whole way is told by `tests/apps/webhooks`."""
    body = {"url": "https://example.org/atrium", "events": ["flag.created"]}
    made = api.ask("POST", f"projects/{project}/webhooks", body, 201)
    hook = f"webhooks/{made['id']}"
    assert made["secret"].startswith("whsec_")
    assert api.ask("GET", f"projects/{project}/webhooks")["results"][0]["url"] == body["url"]
    assert api.ask("PATCH", hook, {"note": "Ours", "is_on": False})["note"] == "Ours"
    assert api.ask("POST", f"{hook}/rotate")["secret"] != made["secret"]
    told = api.ask("POST", f"{hook}/test", status=202)
    assert api.ask("GET", f"{hook}/deliveries")["results"][0]["id"] == told["id"]
    assert api.ask("POST", f"deliveries/{told['delivery']}/redeliver", status=202)["event"] == "webhook.test"
    assert api.ask("GET", hook)["is_on"] is False
    assert api.ask("DELETE", hook, status=204) == b""


def kept_aside(api: Told, lab: Lab) -> None:
    """Two studies in whose pixels somebody is named; a study's whole way is told by `tests/apps/endpoints`."""
    interface = {
        "inputs": [{"kind": "dicom", "name": "study"}],
        "outputs": [{"kind": "number", "name": "size"}],
    }
    project = lab.project.pk
    version = ready_version(lab.alice, lab.project, "studies", interface)
    body = {"name": "Studies", "version": str(version.pk)}
    endpoint = api.ask("POST", f"projects/{project}/endpoints", body, 201)["id"]

    def sent() -> str:
        files = {"study": ("study.dcm", studies.corpus("examples_jpeg2k"), "application/dicom")}
        told = api.request("POST", f"endpoints/{endpoint}/predictions", files=files).json()
        assert told["code"] == "input_quarantined", told
        return f"quarantine/{told['quarantine']['id']}"

    covered, released = sent(), sent()
    listed = api.ask("GET", f"projects/{project}/quarantine")["results"]
    assert {f"quarantine/{held['id']}" for held in listed} == {covered, released}
    boxes = api.ask("GET", covered)["boxes"]
    assert api.ask("GET", f"{covered}/picture").startswith(b"\x89PNG")
    assert api.ask("POST", f"{covered}/cover", {"boxes": boxes})["state"] == "ready"
    assert api.ask("POST", f"{released}/release")["state"] == "ready"
    assert api.ask("DELETE", covered, status=204) == b""


def runs(api: Told, project: str, table: str) -> None:
    """A model is run over a dataset: its whole way is told by `tests/apps/datasets/test_run_for_real.py`."""
    model = api.ask("POST", f"projects/{project}/models", {"name": "Double"}, 201)["id"]
    interface = {"inputs": [{"kind": "number", "name": "x"}], "outputs": [{"kind": "number", "name": "y"}]}
    file = Given(doubling())
    announced = announce(api, model, file, PART, interface=interface)
    complete(api, announced["version"]["id"], send(announced["upload"]["parts"], file, PART))
    version = until_decided(api, announced["version"]["id"])
    run = api.ask("POST", f"{table}/runs", {"version": version["id"], "inputs": {"x": "p"}}, 201)
    assert (run["rows"], run["parts"], run["version_name"]) == (60, 1, "Double v1")
    assert api.ask("GET", f"{table}/runs")["results"][0]["id"] == run["id"]
    assert api.ask("POST", f"runs/{run['id']}/cancel")["state"] == "cancelled"
    assert api.ask("POST", f"runs/{run['id']}/resume")["error"] is None
    assert api.ask("GET", f"runs/{run['id']}")["inputs"] == {"x": "p"}


def test_every_operation_answers_as_the_schema_says(api: Told) -> None:
    lab: Lab = api.lab  # type: ignore[attr-defined]
    assert api.ask("GET", "me")["role"] == "owner"
    assert api.ask("GET", "pools")["results"] == []
    project = api.ask("POST", "projects", {"name": "Story"}, 201)["id"]
    assert api.ask("GET", "projects?slug=story")["results"][0]["id"] == project
    assert api.ask("PATCH", f"projects/{project}", {"description": "One"})["description"] == "One"
    assert api.ask("GET", f"projects/{project}")["slug"] == "story"
    empty = api.ask("POST", "projects", {"name": "Empty"}, 201)["id"]
    assert api.ask("DELETE", f"projects/{empty}", status=204) == b""

    model = api.ask("POST", f"projects/{project}/models", {"name": "Brightness"}, 201)["id"]
    assert api.ask("POST", f"projects/{project}/models", {"name": "Brightness"}, 200)["id"] == model
    file = Given(brightness())
    announced = announce(api, model, file, PART, interface=INTERFACE, example={"film": FILM})
    version = announced["version"]["id"]
    assert not api.ask("GET", f"versions/{version}/upload")["parts"][0]["done"]
    etags = send(announced["upload"]["parts"], file, PART)
    assert complete(api, version, etags)[1]["state"] == "inspecting"
    assert until_decided(api, version)["state"] == "ready"
    with team_context(lab.alice):
        Version.objects.filter(pk=version).update(state="failed")
    api.ask("POST", f"versions/{version}/inspect")
    assert until_decided(api, version)["state"] == "ready"
    assert api.ask("PATCH", f"versions/{version}", {"notes": "First"})["notes"] == "First"
    unused = announce(api, model, file, PART)["version"]["id"]
    assert [v["number"] for v in api.ask("GET", f"models/{model}")["versions"]] == [2, 1]
    assert api.ask("DELETE", f"versions/{unused}", status=204) == b""
    assert api.ask("GET", f"projects/{project}/models")["results"][0]["id"] == model

    body = {"name": "Bright", "version": version}
    endpoint = api.ask("POST", f"projects/{project}/endpoints", body, 201)["id"]
    assert api.ask("PATCH", f"endpoints/{endpoint}", {"version": version, "name": "Brighter"})["notices"] == []
    assert api.ask("GET", f"endpoints/{endpoint}")["name"] == "Brighter"
    assert api.ask("GET", f"projects/{project}/endpoints")["results"][0]["id"] == endpoint
    example = api.ask("POST", f"endpoints/{endpoint}/examples", {"inputs": {"film": FILM}, "title": "Black"}, 201)
    assert api.ask("GET", f"endpoints/{endpoint}/examples")["results"][0]["id"] == example["id"]
    assert api.ask("PATCH", f"examples/{example['id']}", {"title": "All black"})["title"] == "All black"

    answered = api.ask("POST", f"endpoints/{endpoint}/predictions", {"inputs": {"film": FILM}})
    assert (answered["state"], answered["stored"]) == ("succeeded", True)  # the example asked the same
    prediction = answered["id"]
    assert api.ask("GET", f"predictions/{prediction}")["answer"] == answered["answer"]
    assert answered["url"] == f"{site().url}/t/{lab.team.slug}/predictions/{prediction}"
    for picture in (answered["inputs"]["film"]["url"], answered["inputs"]["film"]["thumbnail"]):
        assert picture.startswith(f"{site().url}/api/v1/pictures/")
        assert api.ask("GET", picture).startswith(b"\x89PNG")  # the address as it stands, without a base
    assert api.ask("POST", f"predictions/{prediction}/keep", {})["kept"] is True
    assert api.ask("POST", f"predictions/{prediction}/cancel", {}, 202)["state"] == "succeeded"

    explanations(api, prediction)
    comparisons(api, model, endpoint, version, prediction)
    flag = api.ask("POST", f"predictions/{prediction}/flag", {"verdict": "wrong", "message": "No."}, 201)
    thread = flag["thread"]
    assert api.ask("GET", f"projects/{project}/threads?status=open")["results"][0]["id"] == thread
    assert api.ask("POST", f"threads/{thread}/messages", {"body": "Seen."}, 201)["author"] == "Alice"
    refused = api.ask("PATCH", f"threads/{thread}", {"resolved_by_version": version}, 400)
    assert refused["errors"][0]["field"] == "resolved_by_version"
    sorting(api, project, thread, str(lab.alice.membership_id))
    assert api.ask("POST", f"threads/{thread}/replays", {"version": version}, 202)["status"] == "open"
    until(lambda: api.ask("GET", f"threads/{thread}")["replays"][0]["state"] != "queued")
    [anew] = api.ask("GET", f"threads/{thread}")["replays"]
    assert (anew["state"], anew["answer"], anew["told"]) == ("succeeded", answered["answer"], False)
    suite(api, model, version, prediction)
    body = {"status": "resolved", "resolved_by_version": version, "assignee": str(lab.alice.membership_id)}
    assert api.ask("PATCH", f"threads/{thread}", body)["status"] == "resolved"
    shown = api.ask("GET", f"threads/{thread}")
    assert shown["resolved_by_version"] == {"id": version, "number": 1, "model_name": "Brightness"}
    assert shown["endpoint"] == {"id": endpoint, "name": "Brighter"}
    assert shown["assignee"] == {"id": str(lab.alice.membership_id), "name": "Alice"}
    assert shown["url"] == f"{site().url}/t/{lab.team.slug}/story/inbox/{thread}/"
    assert flag["id"].encode() in api.ask("GET", f"projects/{project}/threads/export?format=csv")
    assert api.ask("GET", f"projects/{project}/threads/export?format=zip").startswith(b"PK")

    assert api.ask("DELETE", f"examples/{example['id']}", status=204) == b""
    assert api.ask("DELETE", f"predictions/{prediction}", status=204) == b""
    assert api.ask("DELETE", f"predictions/{prediction}", status=204) == b""
    assert api.ask("GET", f"predictions/{prediction}", status=404)["code"] == "not_found"

    hooks(api, project)
    kept_aside(api, lab)
    tables(api, project)
    echo = {"inputs": [{"kind": "text", "name": "word"}], "outputs": [{"kind": "text", "name": "said"}]}
    api.ask("POST", f"projects/{project}/functions", {"name": "Echo", "interface": echo}, 201)

    link = api.ask("POST", f"endpoints/{endpoint}/links", {"role": "try", "expires": "2h", "quota": 3}, 201)
    assert api.ask("GET", f"endpoints/{endpoint}/links")["results"][0]["cases_left"] == 3
    embed = ["https://clinic.example"]
    assert api.ask("PATCH", f"links/{link['id']}", {"embed": embed})["embed"] == embed
    assert api.ask("DELETE", f"links/{link['id']}", status=204) == b""
    kinds = {row["kind"] for row in api.ask("GET", "usage")["results"]}
    assert {"predict", "inspect", "ingest", "ask"} <= kinds
    what = {row["what"] for row in api.ask("GET", "audit?limit=200")["results"]}
    assert {"version.announced", "endpoint.created", "prediction.kept", "link.revoked", "thread.resolved"} <= what

    assert described() - api.answered == set()


def test_lists_come_in_pages_by_a_cursor(api: Told) -> None:
    lab = Lab.make()
    mine = Told(site().url, lab.token())
    names = {f"P{number}" for number in range(5)}
    for name in names:
        mine.ask("POST", "projects", {"name": name}, 201)
    seen: list[str] = []
    page = mine.ask("GET", "projects?limit=2")
    assert page["previous"] is None
    while True:
        seen += [row["name"] for row in page["results"]]
        assert len(page["results"]) <= 2
        if page["next"] is None:
            break
        page = mine.ask("GET", page["next"].partition("/api/v1/")[2])
    assert len(seen) == len(set(seen)) == 6
    assert set(seen) == names | {"Films"}
    back = mine.ask("GET", page["previous"].partition("/api/v1/")[2])
    assert [row["name"] for row in back["results"]] == seen[2:4]
    mine.close()


def test_each_answer_says_its_version_and_its_id(api: Told) -> None:
    for path in ("me", "projects", "nothing"):
        answer = api.http.get(path)
        assert answer.headers["Atrium-Version"]
        assert answer.headers["Request-Id"]
    too_much = api.http.post("projects", content=bytes(35 * 1024 * 1024), headers={"Content-Type": "application/json"})
    assert (too_much.status_code, bool(too_much.headers["Atrium-Version"])) == (413, True)


def test_a_body_without_a_declared_length_is_bounded_too(api: Told) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield bytes(1024 * 1024)

    try:
        answer = api.http.post("projects", content=chunks(), headers={"Content-Type": "application/json"})
    except httpx.WriteError:  # refused before all of it was sent, and closed
        return
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
