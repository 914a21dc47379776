"""Words, secrets, names of files and pixels go through every process; none is found in any log, and one id is in both.

A canary is a word that nobody else writes. The pixels' canary is the picture itself, in the forms in which a library
might write bytes out.
"""

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Any
from uuid import UUID

import httpx
import pytest
from django.db import DataError, connection
from django.http import HttpResponse
from django.test import RequestFactory
from numpy import frombuffer, uint8
from websockets.sync.client import connect
from websockets.typing import Origin

from apps.endpoints.models import Endpoint
from apps.jobs.models import Job
from atrium.errors import Problem
from atrium.errors.middleware import present
from atrium.telemetry.logs import trace
from atrium.telemetry.middleware import RequestMiddleware
from atrium.tenancy.context import team_context
from atrium_client.png import encode
from gpu_workers import logs as logs_of_workers
from infra.dev.processes import Process
from tests.apps.sharing.links import Browser
from tests.browsing import loopback, signed_in
from tests.journeys.served import Served
from tests.services import SESSION, site


def logs() -> dict[str, str]:
    """Every log of the session's processes: PostgreSQL's, Valkey's, the store's, and ours."""
    return {str(path): path.read_text(errors="replace") for path in Path(os.environ[SESSION]).rglob("log/*.log")}


def lines(name: str, since: int = 0) -> list[bytes]:
    """The lines of one of our logs, from a place in it on."""
    with (site().folder / "log" / f"{name}.log").open("rb") as log:
        log.seek(since)
        return log.read().splitlines()


def ends() -> dict[str, int]:
    """How long each of our logs is."""
    return {path.stem: path.stat().st_size for path in (site().folder / "log").glob("*.log")}


@dataclass
class Planted:
    """What must not be found, by what it is. begun: how long our logs were before."""

    begun: dict[str, int] = field(default_factory=ends)
    canaries: dict[str, str] = field(default_factory=dict)

    def new(self, what: str, value: str | None = None) -> str:
        self.canaries[what] = value or f"canary{token_hex(8)}"
        return self.canaries[what]

    def found(self) -> list[tuple[str, str]]:
        return [(what, name) for name, text in logs().items() for what, word in self.canaries.items() if word in text]


@pytest.fixture(scope="module")
def served(
    web_process: Process, worker_process: Process, chores_process: Process, tmp_path_factory: pytest.TempPathFactory
) -> Served:
    """All processes, a model of pictures and one that answers a text with itself."""
    return Served.make(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def api(served: Served) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {served.lab.token()}"}
    with httpx.Client(base_url=f"{site().url}/api/v1/", headers=headers, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def planted(served: Served, api: httpx.Client) -> Planted:
    """All there is to do was done with canaries, rightly and wrongly."""
    planted = Planted()
    planted.new("a token", api.headers["Authorization"].removeprefix("Bearer "))
    prediction = ask(planted, served, api)
    judge(planted, served, api, prediction)
    contradict(planted, api)
    knock(planted, served)
    return planted


def ask(planted: Planted, served: Served, api: httpx.Client) -> str:
    """Predict from a text, and from a picture that is sent in each way; returns the prediction of the text."""
    form = {"age": 61, "sex": "male", "vitals": [80, "home"], "note": planted.new("a text")}
    answer = api.post(f"endpoints/{served.forms.id}/predictions", json={"inputs": form}, headers={"Prefer": "wait=40"})
    assert answer.json()["answer"]["echo"]["value"] == form["note"], answer.text
    wrong = {**form, "age": planted.new("a text for a number")}
    assert api.post(f"endpoints/{served.forms.id}/predictions", json={"inputs": wrong}).status_code == 400

    pixels = token_bytes(32 * 32)
    picture = encode(frombuffer(pixels, uint8).reshape(32, 32))
    for name, value in (
        ("as hex", pixels[:16].hex()),
        ("as numbers", ", ".join(str(pixel) for pixel in pixels[:8])),
        ("as Python writes them", repr(pixels[:16])[2:-1]),
        ("as base64", b64encode(picture).decode()[200:240]),
    ):
        planted.new(f"pixels {name}", value)
    address = f"endpoints/{served.films.id}/predictions"
    file = (f"{planted.new('a file name')}.png", picture, "image/png")
    assert api.post(address, files={"film": file}, headers={"Prefer": "wait=40"}).status_code == 200
    url = f"data:image/png;base64,{b64encode(picture).decode()}"
    assert api.post(address, json={"inputs": {"film": url}}, headers={"Prefer": "wait=40"}).status_code == 200
    broken = (f"{planted.new('a broken file name')}.png", picture[:-200], "image/png")
    assert api.post(address, files={"film": broken}).status_code >= 400
    return str(answer.json()["id"])


def judge(planted: Planted, served: Served, api: httpx.Client, prediction: str) -> None:
    """Flag it, write to its thread, share its endpoint."""
    flag: dict[str, Any] = {"verdict": "wrong", "message": planted.new("a message"), "correction": None, "marks": []}
    assert api.post(f"predictions/{prediction}/flag", json=flag).status_code == 201
    [thread] = api.get(f"projects/{served.project.id}/threads").json()["results"]
    assert api.post(f"threads/{thread['id']}/messages", json={"body": planted.new("a reply")}).status_code == 201
    link = {"role": "review", "expires": "30d", "label": planted.new("a label"), "passcode": planted.new("a passcode")}
    made = api.post(f"endpoints/{served.forms.id}/links", json=link)
    assert made.status_code == 201, made.text
    secret = planted.new("a link", made.json()["url"].rpartition("/")[2])
    with elsewhere() as visitor:
        assert visitor.get(f"/l/{secret}").status_code == 303
        assert visitor.get(f"/l/{planted.new('a guessed link')}").status_code == 404


def contradict(planted: Planted, api: httpx.Client) -> None:
    """Name two things alike, say what cannot be read, ask for what is not there."""
    named = {"name": planted.new("a name")}
    assert api.post("projects", json=named).status_code == 201
    assert api.post("projects", json=named).status_code == 409
    unread, kind = f'{{"name": {planted.new("no JSON")}', {"Content-Type": "application/json"}
    assert api.post("projects", content=unread, headers=kind).status_code == 400
    assert api.get(f"projects/{UUID(int=0)}?slug={planted.new('a query')}").status_code == 404
    with connection.cursor() as cursor, pytest.raises(DataError):
        cursor.execute("SELECT %s::int", [planted.new("a value that PostgreSQL refuses")])


def knock(planted: Planted, served: Served) -> None:
    """Log in with a wrong password, guess a passcode, forge a token."""
    with elsewhere() as visitor:
        visitor.get("/accounts/login/")
        form = {"login": served.email, "password": planted.new("a password")}
        told = {**form, "csrfmiddlewaretoken": visitor.cookies["csrftoken"]}
        assert visitor.post("/accounts/login/", data=told).status_code == 200
    forged = {"Authorization": f"Bearer {planted.new('a forged token', f'atr_{token_hex(32)}')}"}
    with elsewhere() as stranger:
        assert stranger.get("/api/v1/me", headers=forged).status_code == 401
    browser = Browser(*served.lab.link(passcode=planted.new("another passcode")))
    token = "a" * 32
    headers = {"Cookie": f"{browser.cookies()}; csrftoken={token}", "X-CSRFToken": token, "Origin": site().url}
    guess = {"passcode": planted.new("a guessed passcode")}
    with elsewhere() as visitor:
        assert visitor.post(f"{browser.url}passcode", data=guess, headers=headers).status_code == 403


def elsewhere() -> httpx.Client:
    """A visitor whose address no limit knows yet."""
    return httpx.Client(transport=httpx.HTTPTransport(local_address=loopback()), base_url=site().url, timeout=60)


def test_none_is_found_in_any_log(planted: Planted) -> None:
    assert {Path(name).stem for name in logs()} >= {"postgres", "valkey", "s3", "inputs", "web", "dispatch", "worker"}
    assert planted.found() == []


def test_they_would_be_found(planted: Planted) -> None:
    """The search sees a canary that a process did log."""
    log = site().folder / "log" / "canaries.log"
    log.write_text(f"somebody logged {planted.canaries['a text']}\n")
    assert planted.found() == [("a text", str(log))]
    log.unlink()


@pytest.mark.parametrize("name", ["web", "dispatch", "chores", "worker"])
def test_every_line_of_ours_is_json(planted: Planted, name: str) -> None:
    told = [json.loads(line) for line in lines(name, planted.begun[name])]
    assert all({"event", "level", "logger", "timestamp"} <= set(line) for line in told)


def test_one_id_leads_from_an_answer_to_the_workers_line(served: Served, api: httpx.Client) -> None:
    form = {"age": 62, "sex": "male", "vitals": [80, "home"], "note": token_hex(8)}
    answer = api.post(f"endpoints/{served.forms.id}/predictions", json={"inputs": form}, headers={"Prefer": "wait=40"})
    assert answer.json()["state"] == "succeeded"
    request = answer.headers["Request-Id"]
    with team_context(served.lab.alice):
        job = Job.objects.get(subject=answer.json()["id"])
    assert job.request == request
    [line] = [json.loads(line) for line in lines("worker") if request.encode() in line]
    assert (line["job"], line["version"]) == (str(job.pk), answer.json()["version"]["id"])


def test_an_exception_is_logged_without_its_words() -> None:
    canary = f"canary{token_hex(8)}"
    try:
        try:
            int(canary)
        except ValueError as error:
            raise ConnectionError("the store is away") from error
    except ConnectionError as error:
        told = (
            logs_of_workers.trace(error, logs_of_workers.TELLING),
            trace(None, "", {"exc_info": error})["exception"],
        )
    for text in told:
        assert canary not in text
        assert "ValueError" in text
        assert "ConnectionError: the store is away" in text
        assert Path(__file__).name in text


def test_what_a_page_asks_for_by_its_socket_has_an_id_too(served: Served) -> None:
    with team_context(served.lab.alice):
        endpoint = Endpoint.objects.select_related("project").get(pk=served.forms.id)
    address = f"/t/{served.lab.team.slug}/{endpoint.project.slug}/endpoints/{endpoint.slug}/bench/socket"
    cookie = {"Cookie": f"sessionid={signed_in(served.lab.alice).cookies['sessionid'].value}"}
    form = {"age": 63, "sex": "male", "vitals": [80, "home"], "note": token_hex(8)}
    ask = {"type": "predict", "request": 1, "inputs": form, "edits": [], "keep": True}
    there = site().url.replace("http", "ws") + address
    with connect(there, origin=Origin(site().url), additional_headers=cookie) as socket:
        socket.send(json.dumps(ask))
        said = json.loads(socket.recv(40))
    assert said["type"] == "accepted", said
    with team_context(served.lab.alice):
        assert UUID(Job.objects.get(subject=said["prediction"]["id"]).request)


def test_an_error_page_shows_the_id() -> None:
    answer = RequestMiddleware(lambda request: present(Problem("internal"), request))(RequestFactory().get("/"))
    assert isinstance(answer, HttpResponse)
    assert answer["Request-Id"] in answer.content.decode()
