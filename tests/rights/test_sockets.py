"""Everybody at every socket of the running web process: who gets in, and what a role may say there."""

import json
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.operations import WRITES_MODELS, Operation
from tests.services import site

from .calls import API, CALLS
from .matrix import expected_of_program, expected_on_page
from .routes import Route, sockets
from .stage import Actor, Stage
from .table import Outcome, Right, of_guest

pytestmark = pytest.mark.usefixtures("web_process")
PATIENCE = 60.0
WORK = f"{API}pools/<uuid:pool_id>/work"
"""A worker's: its key opens it, which none of the actors holds, whatever else they may."""


def told(route: Route, actor: Actor, right: Right) -> Outcome:
    """Connect; where the socket takes cases, ask for an answer: its refusal says what is lacking."""
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in actor.client.cookies.items())
    url = site().url.replace("http", "ws", 1) + route.address(actor.values)
    try:
        headers = {"Cookie": cookies, "Authorization": actor.client.defaults.get("HTTP_AUTHORIZATION", "")}
        with connect(url, additional_headers=headers, origin=Origin(site().url), open_timeout=PATIENCE) as socket:
            if route.pattern.startswith(API):
                socket.send(json.dumps({"type": "alive"}))
            elif right is Right.PREDICT:
                socket.send(json.dumps({"type": "predict", "request": 1, "inputs": {}}))
            elif "inbox" not in route.pattern:
                socket.send(json.dumps({"type": "predict", "request": 1}))  # malformed, and answered by whoever got in
            message = json.loads(socket.recv(timeout=PATIENCE))
            if message["type"] in ("revoked", "closed"):
                socket.recv(timeout=PATIENCE)
            refused = message.get("problem", {}).get("code") == "not_permitted"
            return Outcome.FORBIDDEN if refused else Outcome.ALLOWED
    except InvalidStatus as refusal:
        return Outcome.HIDDEN if refusal.response.status_code == 403 else Outcome.BROKEN
    except ConnectionClosed as closed:
        ends = {4401: Outcome.LOGIN, 4403: Outcome.FORBIDDEN, 4404: Outcome.HIDDEN, 4410: Outcome.GONE}
        ends[4409] = Outcome.ALLOWED  # the version of the stage is an uploaded model: asked after the right
        return ends.get(closed.rcvd.code if closed.rcvd else 0, Outcome.BROKEN)


def expected(stage: Stage, route: Route, right: Right) -> Iterator[tuple[Actor, Outcome]]:
    if route.pattern == WORK:
        yield from ((actor, Outcome.LOGIN) for actor in (*stage.visitors, *stage.tokens, stage.nobody, *stage.guests))
        return
    if route.pattern.startswith(API):
        operation = Operation(WRITES_MODELS, right)
        for actor in (*stage.tokens, *stage.impostors, stage.nobody, stage.visitors[0]):
            yield actor, expected_of_program(route, operation, actor, stage)
        return
    if route.pattern.startswith("t/"):
        for actor in (*stage.visitors, stage.nobody, stage.guests[-1], stage.tokens[-2]):
            wanted = expected_on_page(right, actor, stage)
            yield actor, Outcome.HIDDEN if wanted is Outcome.LOGIN else wanted
        return
    for actor in stage.guests:
        assert actor.guest is not None
        yield actor, of_guest(right, actor.guest.grant.role)
    yield from ((actor, Outcome.GONE) for actor in stage.late)
    yield from ((actor, Outcome.HIDDEN) for actor in (stage.lost, stage.visitors[0], stage.nobody, stage.tokens[-2]))


@pytest.mark.parametrize("route", sockets(), ids=str)
def test_everybody_is_told_what_the_table_says(stage: Stage, route: Route) -> None:
    wrong = []
    for call in CALLS[route.pattern, "SOCKET"]:
        for actor, wanted in expected(stage, route, call.right):
            was = told(route, actor, call.right)
            if was != wanted:
                wrong.append(f"{actor} at {route}, to {call.right}: {wanted} by the table, was {was}")
    assert wrong == []
