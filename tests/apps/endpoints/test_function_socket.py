"""The socket of a live function, by a client that is not ours: what a notebook may not do, and what it is told."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from secrets import token_hex
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from apps.endpoints.live.consumer import BYTES, MESSAGES, QUOTES
from apps.endpoints.live.presence import SEATS, leave_seat, notebooks_of, take_seat
from apps.endpoints.live.services import serve_function
from apps.endpoints.models import Endpoint
from apps.jobs.models import Job
from apps.teams.models import Membership
from apps.teams.services import remove_member
from atrium.access.principals import Role, Scope
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.people import Lab
from tests.schema import LiveApi
from tests.services import site
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("web_process", "dispatch_process")
PATIENCE = 30.0
ECHO = {"inputs": [{"kind": "text", "name": "word"}], "outputs": [{"kind": "text", "name": "said"}]}
PAINTER = {"inputs": ECHO["inputs"], "outputs": [{"kind": "image", "name": "film", "mode": "L"}]}


class Function:
    """A live function of a lab, and whoever answers for it."""

    def __init__(self, lab: Lab, interface: dict[str, Any] = ECHO) -> None:
        self.lab, self.token = lab, lab.token()
        self.endpoint: Endpoint = serve_function(lab.alice, lab.project.pk, name="Echo", interface=interface)[0]
        self.api = LiveApi(site().url, self.token)

    @contextmanager
    def socket(self, token: str | None = None, version: UUID | None = None) -> Iterator[ClientConnection]:
        url = site().url.replace("http", "ws", 1)
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        address = f"{url}/api/v1/versions/{version or self.endpoint.version_id}/serve"
        with connect(address, additional_headers=headers, open_timeout=PATIENCE) as socket:
            yield socket

    @contextmanager
    def notebook(self, name: str = "", **ready: Any) -> Iterator[ClientConnection]:
        """One that is welcome."""
        with self.socket() as socket:
            say(socket, type="ready", notebook=name or token_hex(16), **ready)
            assert heard(socket)["type"] == "welcome"
            yield socket

    def send(self, word: str, wait: float = 0) -> dict[str, Any]:
        path, headers = f"endpoints/{self.endpoint.pk}/predictions", {"Prefer": f"wait={wait:.0f}"}
        answer: dict[str, Any] = self.api.request("POST", path, json={"inputs": {"word": word}}, headers=headers).json()
        return answer

    def ended(self, prediction: dict[str, Any]) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            shown: dict[str, Any] = self.api.request("GET", f"predictions/{prediction['id']}").json()
            return None if shown["state"] == "queued" else shown

        return until(look) or prediction


def say(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message))


def heard(socket: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(socket.recv(timeout=PATIENCE)))


def named(call: dict[str, Any]) -> dict[str, Any]:
    return {"job": call["job"], "attempt": call["attempt"]}


def end_of(socket: ClientConnection) -> tuple[int, dict[str, Any]]:
    """(close code, the last word before it)."""
    last: dict[str, Any] = {}
    try:
        while True:
            last = heard(socket)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0, last


@pytest.fixture
def function(lab: Lab) -> Function:
    return Function(lab)


@pytest.fixture
def other(other_lab: Lab) -> Function:
    return Function(other_lab)


def test_a_call_and_its_answer(function: Function) -> None:
    with function.notebook() as notebook:
        prediction = function.send("hello")
        call = heard(notebook)
        assert (call["type"], call["inputs"]) == ("call", {"word": "hello"})
        assert set(call) == {"type", "job", "attempt", "inputs", "seconds"}  # no key, no address, no team
        say(notebook, type="answered", **named(call), answers={"said": "HELLO"})
        assert heard(notebook) == {"type": "taken", **named(call), "refused": ""}
        assert function.ended(prediction)["answer"] == {"said": {"kind": "text", "value": "HELLO"}}
    with team_context(function.lab.alice):
        what = set(Event.objects.filter(subject_id=function.endpoint.version_id).values_list("what", flat=True))
    assert {"version.declared", "function.joined"} <= what


def test_who_may_not_answer_is_told_so(function: Function, other: Function) -> None:
    lab = function.lab
    cases = {
        "atr_guessed": (4401, "unauthenticated"),
        lab.token(Scope.PREDICT): (4403, "not_permitted"),
        other.token: (4404, "not_found"),
    }
    for token, wanted in cases.items():
        with function.socket(token) as socket:
            code, last = end_of(socket)
            assert (code, last["code"], last["again"]) == (*wanted, False)
    with function.socket(version=lab.version.pk) as socket:
        code, last = end_of(socket)
        assert (code, last["code"]) == (4409, "conflict")


def test_the_answer_to_anothers_job_is_refused(function: Function, other: Function) -> None:
    with function.notebook() as mine, other.notebook() as theirs:
        prediction = other.send("theirs")
        call = heard(theirs)
        say(mine, type="answered", **named(call), answers={"said": "forged"})
        told = heard(mine)
        assert (told["type"], told["job"]) == ("taken", call["job"])
        assert "not, or no longer, this notebook's" in told["refused"]
        say(theirs, type="answered", **named(call), answers={"said": "true"})
        assert other.ended(prediction)["answer"]["said"]["value"] == "true"


def test_who_claims_to_run_anothers_job_is_not_believed(function: Function, other: Function) -> None:
    with other.notebook() as theirs:
        other.send("theirs")
        call = heard(theirs)
        with function.socket() as liar:
            say(liar, type="ready", notebook=token_hex(16), running=[named(call)])
            assert heard(liar)["running"] == []


def test_a_second_notebook_of_the_team_does_not_answer_the_firsts_case(function: Function) -> None:
    with function.notebook() as first:
        prediction = function.send("one")
        call = heard(first)
        with function.notebook(running=[named(call)]) as second:
            say(second, type="answered", **named(call), answers={"said": "second"})
            assert heard(second)["refused"]
        say(first, type="answered", **named(call), answers={"said": "first"})
        assert function.ended(prediction)["answer"]["said"]["value"] == "first"


def test_an_older_attempt_is_refused(function: Function) -> None:
    with function.notebook() as notebook:
        function.send("one")
        call = heard(notebook)
        say(notebook, type="answered", job=call["job"], attempt=call["attempt"] + 1, answers={"said": "x"})
        assert heard(notebook)["refused"]


def test_what_was_begun_goes_on_after_a_cut(function: Function) -> None:
    name = token_hex(16)
    with function.notebook(name) as notebook:
        prediction = function.send("one")
        call = heard(notebook)
        notebook.socket.shutdown(2)  # no goodbye
    with function.socket() as again:
        say(again, type="ready", notebook=name, running=[named(call)])
        assert heard(again)["running"] == [named(call)]
        say(again, type="answered", **named(call), answers={"said": "ONE"})
        assert heard(again)["refused"] == ""
        assert function.ended(prediction)["answer"]["said"]["value"] == "ONE"


def test_a_goodbye_gives_the_case_to_another_at_once(function: Function) -> None:
    with function.notebook() as first:
        prediction = function.send("one")
        call = heard(first)
        with function.notebook() as second:
            say(first, type="leaving")
            assert end_of(first)[0] == 4410
            again = heard(second)
            assert (again["job"], again["attempt"]) == (call["job"], call["attempt"] + 1)
            say(second, type="answered", **named(again), answers={"said": "ONE"})
            assert function.ended(prediction)["answer"]["said"]["value"] == "ONE"


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({}, "gave no “said”"),
        ({"said": None}, "gave no “said”"),
        ({"said": {"a": 1}}, "holds no number"),
        ({"said": "x", "more": 1}, "“more”, which is not declared"),
        ({"said": "x", "m\x00re": 1}, "“m\ufffdre”, which is not declared"),
    ],
)
def test_what_is_not_declared_is_told_to_both(function: Function, answers: dict[str, Any], why: str) -> None:
    with function.notebook() as notebook:
        prediction = function.send("one")
        call = heard(notebook)
        say(notebook, type="answered", **named(call), answers=answers)
        assert why in heard(notebook)["refused"]
        error = function.ended(prediction)["error"]
        assert error["code"] == "model_failed"
        assert why in error["message"] or why in error["detail"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        '{"type": "answered"}',
        '{"type": "ready", "notebook": "short"}',
        '{"type": "alive"}',
        '{"type": "ready", "notebook": "' + "a" * 32 + '", "at_once": 1000000}',
        "[" * 100_000,
    ],
)
def test_what_is_no_message_ends_the_connection(function: Function, text: str) -> None:
    with function.socket() as socket:
        socket.send(text)
        code, last = end_of(socket)
        assert (code, last["code"]) == (4400, "malformed")


def test_a_frame_that_is_too_large_ends_the_connection(function: Function) -> None:
    with function.notebook() as notebook:
        with suppress(ConnectionClosed):  # before all of it is sent
            notebook.send("x" * (17 * 2**20))
        assert end_of(notebook)[0] == 1009


def picture(shade: int) -> str:
    written = BytesIO()
    Image.new("L", (8, 8), shade).save(written, "PNG")
    return f"data:image/png;base64,{b64encode(written.getvalue()).decode()}"


def test_an_attempt_has_one_answer_whoever_says_another(lab: Lab) -> None:
    """Else the second picture would lie where the first is stored, and differ from its hash."""
    function = Function(lab, PAINTER)
    with function.notebook() as notebook:
        prediction = function.send("one")
        call = heard(notebook)
        say(notebook, type="answered", **named(call), answers={"film": picture(1)})
        say(notebook, type="answered", **named(call), answers={"film": picture(2)})
        assert sorted(bool(heard(notebook)["refused"]) for _ in range(2)) == [False, True]
        film = function.ended(prediction)["answer"]["film"]
        stored = function.api.request("GET", film["url"].partition("/api/v1/")[2]).content
        assert Image.open(BytesIO(stored)).getpixel((0, 0)) == 1
        function.send("two")
        call = heard(notebook)
        cache.add(f"live-answer:{call['job']}:{call['attempt']}", "what another line of this notebook said")
        say(notebook, type="answered", **named(call), answers={"film": picture(3)})
        assert heard(notebook)["refused"]


def test_what_the_function_said_is_for_the_team_alone(function: Function) -> None:
    with function.notebook() as notebook:
        prediction = function.send("one")
        say(notebook, type="answered", **named(heard(notebook)), answers={"said": "x", "Miller, 1950": 1})
        error = function.ended(prediction)["error"]
    assert "Miller" not in error["message"]
    assert "Miller, 1950" in error["detail"]


@pytest.mark.parametrize(
    "end", ['"type": "raised", "trace": "\\ud800"', '"type": "answered", "answers": {"said": "\\ud800"}']
)
def test_a_message_that_cannot_be_read_ends_its_call_alone(function: Function, end: str) -> None:
    with function.notebook() as notebook:
        prediction = function.send("one")
        call = heard(notebook)
        notebook.send(f'{{{end}, "job": "{call["job"]}", "attempt": {call["attempt"]}}}')
        assert "cannot be read" in heard(notebook)["refused"]
        assert function.ended(prediction)["error"]["code"] == "model_failed"
        assert function.send("two")["state"] == "queued"
        assert heard(notebook)["inputs"] == {"word": "two"}


def test_who_sends_more_than_it_was_asked_for_is_cut_off(function: Function) -> None:
    with function.notebook() as notebook:
        call = {"job": str(UUID(int=1)), "attempt": 1}
        try:
            for _ in range(BYTES // 2**20 + 2):
                say(notebook, type="told", **call, answers={"said": "x" * 2**20})
        except ConnectionClosed:
            pass
        code, last = end_of(notebook)
        assert (code, last["code"], last["again"]) == (4429, "too_many_requests", True)


@pytest.mark.parametrize("has_names", [False, True])
def test_a_message_beyond_what_is_declared_ends_the_connection(function: Function, has_names: bool) -> None:
    with function.socket() as notebook:
        say(notebook, type="ready", notebook=token_hex(16))
        largest = heard(notebook)["largest"]
        notebook.send('"' * (QUOTES + 1) if has_names else "x" * (largest + 1))
        code, last = end_of(notebook)
        assert (code, last["code"], last["again"]) == (1009, "too_large", True)


def test_a_farewell_that_is_cut_off_leaves_nobody_behind(function: Function) -> None:
    with function.notebook() as first:
        prediction = function.send("one")
        heard(first)
        say(first, type="leaving")
        first.socket.shutdown(2)
        with function.notebook() as second:
            again = heard(second)
            say(second, type="answered", **named(again), answers={"said": "ONE"})
            ended = function.ended(prediction)
    assert (ended["answer"]["said"]["value"], again["attempt"]) == ("ONE", 2)


def test_a_team_has_so_many_connections(function: Function) -> None:
    team, version = function.lab.alice.team_id, function.endpoint.version_id
    names = [token_hex(4) for _ in range(SEATS)]
    assert [take_seat(team, version, name) for name in names] == [True] * SEATS
    assert notebooks_of(team, version) == SEATS
    assert notebooks_of(team, uuid4()) == 0
    assert take_seat(team, version, names[0])  # who has one keeps it
    with function.socket() as socket:
        say(socket, type="ready", notebook=token_hex(16))
        code, last = end_of(socket)
        assert (code, last["code"], last["again"]) == (4429, "too_many_requests", False)
        assert str(SEATS) in last["message"]
    leave_seat(team, version, names[0])
    with function.notebook():
        pass


def test_a_flood_ends_the_connection_and_it_may_come_again(function: Function) -> None:
    with function.notebook() as notebook:
        try:
            for _ in range(3 * MESSAGES):
                say(notebook, type="alive")
        except ConnectionClosed:
            pass
        code, last = end_of(notebook)
        assert (code, last["code"], last["again"]) == (4429, "too_many_requests", True)


def test_who_is_no_longer_a_member_is_cut_off_at_once(function: Function) -> None:
    lab = function.lab
    bob = lab.member("Bob", Role.MEMBER)
    function.token = lab.token(member=bob)
    with function.notebook() as notebook:
        with team_context(lab.alice):
            membership = Membership.objects.get(user_id=bob.user_id)
        remove_member(lab.alice, membership.pk)
        code, last = end_of(notebook)
        assert (code, last["again"]) == (4401, False)


def test_a_case_waits_for_a_day_and_costs_no_device_time(function: Function) -> None:
    kept = function.send("one")
    assert kept["waiting"]["online"] is False
    with team_context(function.lab.alice):
        job = Job.objects.get(subject=kept["id"])
    assert (job.kind, job.pool, job.reserved_ms, job.state) == ("live", "default", 0, "queued")
    assert (job.deadline_at - job.created_at).total_seconds() == pytest.approx(24 * 3600, abs=5)
