"""So many requests at once, the callers in turn; who waits too long, or waits for others, holds no place."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from apps.users.models import User
from atrium.access.admission import (
    CROWDED,
    Admission,
    Crowded,
    Places,
    _Callers,
    _Visit,
    _visit,
    admitted,
    resting,
    vouch,
)
from atrium.access.door import token_for
from atrium.access.guests import guest_cookie, key_cookie, visit_of
from atrium.access.principals import Scope as TokenScope
from atrium.asgi import Message, Receive, Scope, Send
from atrium.errors import Problem
from tests.people import Lab

ALICE, BOB = b"alice", b"bob"
PERSON = UUID(int=7)
LONG = 600.0
"""A patience that no test outwaits."""


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


async def entered(places: Places, *callers: bytes) -> list["asyncio.Task[None]"]:
    """They ask one after the other; given are the tasks of their waiting."""
    tasks = [asyncio.ensure_future(places.enter(caller, LONG)) for caller in callers]
    await asyncio.sleep(0)
    return tasks


class TestPlaces:
    def test_are_given_while_there_are_any_and_then_as_others_leave(self) -> None:
        async def act() -> None:
            places = Places(2)
            first, second, third = await entered(places, ALICE, ALICE, ALICE)
            await asyncio.gather(first, second)
            assert not third.done()
            places.leave()
            await third
            assert places.free == 0

        run(act())

    def test_are_given_to_callers_in_turn(self) -> None:
        async def act() -> None:
            places, order = Places(1), []

            async def visit(caller: bytes, name: str) -> None:
                await places.enter(caller, LONG)
                order.append(name)
                places.leave()

            await places.enter(ALICE, LONG)
            asked = ((ALICE, "Alice"), (ALICE, "Alice again"), (BOB, "Bob"))
            visits = [asyncio.ensure_future(visit(*each)) for each in asked]
            await asyncio.sleep(0)
            places.leave()
            await asyncio.gather(*visits)
            assert order == ["Alice", "Bob", "Alice again"]

        run(act())

    def test_who_waits_too_long_is_told_and_takes_none(self) -> None:
        async def act() -> None:
            places = Places(1)
            await places.enter(ALICE, LONG)
            with pytest.raises(Crowded):
                await places.enter(BOB, 0.05)
            places.leave()
            assert places.free == 1

        run(act())

    def test_who_goes_away_while_waiting_takes_none(self) -> None:
        async def act() -> None:
            places = Places(1)
            inside, before, at_its_turn = await entered(places, ALICE, BOB, BOB)
            before.cancel()
            await asyncio.wait([inside, before])
            places.leave()
            at_its_turn.cancel()
            await asyncio.wait([at_its_turn])
            assert places.free == 1
            await places.enter(ALICE, LONG)

        run(act())


class Caller:
    """One request with a body in two pieces, and what was answered."""

    def __init__(self, app: Admission, path: str = "/", token: bytes = ALICE) -> None:
        self.said: list[Message] = []
        self.pieces: asyncio.Queue[Message] = asyncio.Queue()
        headers = [(b"host", b"localhost"), (b"authorization", token), (b"accept", b"application/json")]
        scope: Scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
            "scheme": "http",
        }
        self.task = asyncio.ensure_future(app(scope, self.pieces.get, self._send))

    async def _send(self, message: Message) -> None:
        self.said.append(message)

    def sends(self) -> None:
        self.pieces.put_nowait({"type": "http.request", "body": b"a", "more_body": True})
        self.pieces.put_nowait({"type": "http.request", "body": b"b", "more_body": False})

    def whole(self) -> None:
        self.pieces.put_nowait({"type": "http.request", "body": b""})

    @property
    def status(self) -> int:
        return next((int(message["status"]) for message in self.said if "status" in message), 0)


class Work:
    """An application whose every request works until `done` is set, then answers; `begun` counts them."""

    def __init__(self) -> None:
        self.done, self.begun, self.rests = asyncio.Event(), 0, False
        self.rested = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            more = bool((await receive()).get("more_body"))
        self.begun += 1
        if self.rests:
            with resting():
                await self.rested.wait()
        await self.done.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await self.rested.wait()
        await send({"type": "http.response.body", "body": b""})


async def until(condition: Any) -> None:
    while not condition():  # noqa: ASYNC110 (what it waits for tells nobody)
        await asyncio.sleep(0.001)


class TestAdmission:
    def test_beyond_its_places_it_refuses_with_a_time_to_return(self) -> None:
        async def act() -> None:
            work = Work()
            app = Admission(work, 1)
            first, second = Caller(app), Caller(app, "/api/v1/me")
            first.sends()
            await until(lambda: work.begun == 1)
            second.sends()
            await second.task
            headers = {name.lower(): value for name, value in second.said[0]["headers"]}
            assert (second.status, headers[b"retry-after"]) == (429, b"1")
            assert b"too_many_requests" in second.said[1]["body"]
            work.done.set()
            work.rested.set()
            await first.task
            assert first.status == 200

        run(act())

    def test_a_body_on_its_way_and_an_answer_on_its_way_hold_none(self) -> None:
        async def act() -> None:
            work = Work()
            app = Admission(work, 1)
            slow = Caller(app)
            slow.pieces.put_nowait({"type": "http.request", "body": b"a", "more_body": True})
            await asyncio.sleep(0)
            work.done.set()
            answering, next_one = Caller(app), Caller(app)
            answering.sends()
            await until(lambda: answering.status == 200)
            next_one.sends()
            await until(lambda: next_one.status == 200)
            work.rested.set()
            slow.sends()
            await asyncio.gather(slow.task, answering.task, next_one.task)
            assert slow.status == 200

        run(act())

    def test_who_rests_lets_others_in_and_goes_on_at_once(self) -> None:
        async def act() -> None:
            work = Work()
            work.rests = True
            app = Admission(work, 1)
            callers = [Caller(app) for _ in range(3)]
            for number, caller in enumerate(callers):
                caller.sends()
                await until(lambda number=number: work.begun == number + 1)
            work.rested.set()
            work.done.set()
            await asyncio.gather(*(caller.task for caller in callers))
            assert [caller.status for caller in callers] == [200, 200, 200]

        run(act())

    def test_the_health_page_needs_none(self) -> None:
        async def act() -> None:
            work = Work()
            app = Admission(work, 1)
            first, health = Caller(app), Caller(app, "/health/")
            first.sends()
            await until(lambda: work.begun == 1)
            health.sends()
            await until(lambda: work.begun == 2)
            work.done.set()
            work.rested.set()
            await asyncio.gather(first.task, health.task)

        run(act())


class TestCallers:
    """Whose turn it is: told by what the door knew before."""

    def test_who_makes_tokens_up_is_one_caller(self) -> None:
        """Between two requests of a flood comes the turn of who is known."""

        async def act() -> None:
            order: list[bytes] = []
            go = asyncio.Event()

            async def app(scope: Scope, receive: Receive, send: Send) -> None:
                await receive()
                token = dict(scope["headers"])[b"authorization"]
                if token == ALICE:
                    vouch(PERSON)
                order.append(token)
                await go.wait()
                await send({"type": "http.response.start", "status": 200, "headers": []})

            admission = Admission(app, 1)
            go.set()
            first = Caller(admission, token=ALICE)
            first.whole()
            await first.task
            go.clear()
            order.clear()
            flood = [Caller(admission, token=f"made up {number}".encode()) for number in range(4)]
            for caller in flood:
                caller.whole()
            await until(lambda: order)
            known = Caller(admission, token=ALICE)
            known.whole()
            await asyncio.sleep(0)
            go.set()
            await asyncio.gather(known.task, *(caller.task for caller in flood))
            assert order.index(ALICE) <= 2, order

        run(act())

    def test_what_a_caller_says_in_many_ways_is_one(self) -> None:
        callers = _Callers()
        known, other = [{"headers": [(b"cookie", said)], "client": ("::1", 1)} for said in (b"a; x", b"a; y")]
        assert callers.of(known) == callers.of(other) == b"::1"
        callers.keep(known, PERSON.bytes)
        callers.keep(other, PERSON.bytes)
        assert callers.of(known) == callers.of(other) == PERSON.bytes

    def test_the_longest_unseen_are_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("atrium.access.admission.KNOWN", 2)
        callers = _Callers()
        scopes = [{"headers": [(b"cookie", bytes([said]))], "client": ("::1", 1)} for said in range(3)]
        for scope in scopes:
            callers.keep(scope, PERSON.bytes)
        assert [callers.of(scope) for scope in scopes] == [b"::1", PERSON.bytes, PERSON.bytes]


class TestVouching:
    """The door tells who asks, once it knows, and only then."""

    @pytest.fixture
    def visit(self) -> Iterator[_Visit]:
        visit = _Visit(Places(1))
        mark = _visit.set(visit)
        yield visit
        _visit.reset(mark)

    def test_by_a_token(self, lab: Lab, visit: _Visit) -> None:
        with pytest.raises(Problem):
            token_for("atr_madeup")
        assert not visit.caller
        token = token_for(lab.token(TokenScope.DATA_READ))
        assert visit.caller == token.token_id.bytes

    def test_by_a_session(self, lab: Lab, client: Client, visit: _Visit) -> None:
        client.cookies["sessionid"] = "made-up"
        assert client.get(f"/t/{lab.team.slug}/").status_code == 302
        assert not visit.caller
        client.force_login(User.objects.get(pk=lab.alice.user_id))
        client.get(f"/t/{lab.team.slug}/")
        assert visit.caller == lab.alice.user_id.bytes

    def test_by_a_guests_cookie(self, lab: Lab, visit: _Visit) -> None:
        guest = lab.guest()
        link_id = guest.grant.link_id
        cookies = {"key": key_cookie(link_id, ""), "guest": "made up"}
        visit_of(link_id, cookies)
        assert not visit.caller
        visit_of(link_id, cookies | {"guest": guest_cookie(link_id, guest.guest_id)})
        assert visit.caller == guest.guest_id.bytes


class Socket:
    """A page's socket: whose it is, what it was told, and the messages that are worked on until `done` is set."""

    def __init__(self, places: int = 1) -> None:
        self.said: list[Message] = []
        self.acts: list[asyncio.Task[None]] = []
        self.opened, self.done, self.over = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.begun = 0
        self.admission = Admission(self._app, places)

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun += 1
        await self.opened.wait()
        await send({"type": "websocket.accept"})
        while not self.over.is_set():
            await receive()
            self.acts.append(asyncio.ensure_future(self._act()))

    async def _act(self) -> None:
        async with admitted():
            await self.done.wait()

    def open(self, caller: bytes = ALICE) -> "asyncio.Queue[Message]":
        """Given is what the page sends."""
        messages: asyncio.Queue[Message] = asyncio.Queue()
        scope: Scope = {"type": "websocket", "path": "/", "headers": [(b"cookie", caller)], "client": ("127.0.0.1", 1)}
        task = asyncio.ensure_future(self.admission(scope, messages.get, self._send))
        self.acts.append(task)
        return messages

    async def _send(self, message: Message) -> None:
        self.said.append(message)


class TestSockets:
    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("atrium.access.admission.PEOPLE", 0.05)

    def test_one_that_finds_no_place_is_not_opened(self) -> None:
        async def act() -> None:
            socket = Socket()
            socket.open(ALICE)
            await until(lambda: socket.begun == 1)
            socket.open(BOB)
            await until(lambda: socket.said)
            assert socket.said == [{"type": "websocket.close"}]
            assert socket.begun == 1
            socket.opened.set()
            socket.open(BOB)
            await until(lambda: len(socket.said) == 3)
            assert socket.said[1:] == [{"type": "websocket.accept"}] * 2, "an open one holds no place"
            await ended(socket)

        run(act())

    def test_a_message_holds_one_while_it_is_worked_on_and_others_are_told(self) -> None:
        async def act() -> None:
            socket = Socket()
            socket.opened.set()
            messages = socket.open()
            for _ in range(2):
                messages.put_nowait({"type": "websocket.receive"})
            await until(lambda: len(socket.acts) == 3)
            _, first, second = socket.acts
            with pytest.raises(Problem) as refused:
                await second
            assert (refused.value.code, refused.value.message) == ("too_many_requests", CROWDED)
            socket.done.set()
            await first
            messages.put_nowait({"type": "websocket.receive"})
            await until(lambda: len(socket.acts) == 4)
            await socket.acts[3]
            await ended(socket)

        run(act())

    def test_messages_take_turns_by_caller(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("atrium.access.admission.PEOPLE", LONG)

        async def act() -> None:
            go, order, asked = asyncio.Event(), [], []

            async def message(name: str) -> None:
                asked.append(name)
                async with admitted():
                    order.append(name)
                    await go.wait()

            async def app(scope: Scope, receive: Receive, send: Send) -> None:
                await send({"type": "websocket.accept"})
                await asyncio.gather(*map(message, (await receive())["names"]))

            socket = Socket()
            socket.admission = Admission(app, 1)
            for known in (ALICE, BOB):
                scope: Scope = {"headers": [(b"cookie", known)]}
                socket.admission._callers.keep(scope, known)
            alice, bob = socket.open(ALICE), socket.open(BOB)
            await until(lambda: len(socket.said) == 2)
            for messages, names in ((alice, ["Alice", "Alice again", "Alice at last"]), (bob, ["Bob"])):
                messages.put_nowait({"type": "websocket.receive", "names": names})
                await until(lambda last=names[-1]: last in asked)
            go.set()
            await asyncio.gather(*socket.acts)
            assert order == ["Alice", "Alice again", "Bob", "Alice at last"]

        run(act())


async def ended(socket: Socket) -> None:
    for task in socket.acts:
        task.cancel()
    await asyncio.gather(*socket.acts, return_exceptions=True)
