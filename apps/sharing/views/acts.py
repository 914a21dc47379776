"""What is done on a bench, whoever sits at it: a guest below a link, or a member below an endpoint."""

from asyncio import to_thread
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse

from apps.endpoints.api.predict import answer, read_request
from apps.endpoints.models import Prediction
from apps.endpoints.predictions import ask, cancel, keep
from apps.endpoints.selectors import endpoint_for, prediction_for
from apps.explanations.models import Explanation
from apps.explanations.presentation import cost_shown, explanation_shown, explanations_shown
from apps.explanations.selectors import explanation_for, explanations_of
from apps.explanations.services import cancel as cancel_explanation
from apps.explanations.services import cost_before, explain
from apps.feedback.services import flag_prediction, write_message
from apps.sharing.bench import Place, cases_before, prediction_view
from apps.sharing.conversations import thread_of, thread_view
from atrium.access.limits import limit
from atrium.access.principals import Guest, Member
from atrium.errors import NotFound, Problem
from atrium.errors.documents import respond
from atrium.errors.middleware import problem_from
from atrium.pages.forms import optional_id
from atrium.tenancy.context import team_context

PREDICTIONS_A_MINUTE = 240
FLAGS_A_MINUTE = 30
EXPLANATIONS_A_MINUTE = 30
JUDGEMENT = ("verdict", "message", "correction", "marks", "findings", "added")
LIVE_SECONDS = 1.0
"""How long a form waits for a function in a notebook; after that the bench's socket tells how far it is."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody at the bench of one endpoint. counted_as: by what limits count, never an address."""

    principal: Guest | Member
    place: Place
    endpoint_id: UUID
    counted_as: str


def limited(seat: Seat, what: str, count: int) -> None:
    """What is tried and judged goes on while Valkey is away; nobody is counted then."""
    limit(what, seat.counted_as, count=count, seconds=60, unless_away=True)


def _prediction(seat: Seat, prediction_id: UUID) -> Prediction:
    """A prediction of this bench's endpoint; a member may see others, but not here."""
    prediction = prediction_for(seat.principal, prediction_id)
    if prediction.endpoint_id != seat.endpoint_id:
        raise NotFound
    return prediction


def shown(seat: Seat, prediction_id: UUID) -> dict[str, Any]:
    with team_context(seat.principal):
        return prediction_view(seat.principal, _prediction(seat, prediction_id), seat.place)


async def predict(request: HttpRequest, take_seat: Callable[[], Seat]) -> HttpResponse:
    """Asynchronous, since it waits: see `apps.endpoints.api.predict`. take_seat runs in a thread with a database."""
    try:
        if request.method != "POST":
            raise Problem("method_not_allowed")
        seat = await database_sync_to_async(take_seat)()
        asked = await to_thread(read_request, request)  # up to some 34 MB
        prediction = await ask(seat.principal, seat.endpoint_id, asked, live_wait=LIVE_SECONDS)
        view = await database_sync_to_async(shown)(seat, prediction.pk)
    except Exception as error:  # every way out of this view is a problem document
        return respond(problem_from(error), request)
    response = answer(prediction, view, view["url"])
    response["Cache-Control"] = "no-store"
    return response


def own_cases(seat: Seat, request: HttpRequest) -> dict[str, Any]:
    """The latest, or those before the attempt that the address names as `before`."""
    before = optional_id(request.GET.get("before", ""), "before", "Name one of your attempts by its id.")
    with team_context(seat.principal):
        endpoint = endpoint_for(seat.principal, seat.endpoint_id)
        return cases_before(seat.principal, endpoint, seat.place, before)


def keep_attempt(seat: Seat, prediction_id: UUID) -> dict[str, Any]:
    with team_context(seat.principal):
        keep(seat.principal, _prediction(seat, prediction_id).pk)
    return shown(seat, prediction_id)


def cancel_attempt(seat: Seat, prediction_id: UUID) -> dict[str, Any]:
    with team_context(seat.principal):
        cancel(seat.principal, _prediction(seat, prediction_id).pk)
    return shown(seat, prediction_id)


def explanations(seat: Seat, prediction_id: UUID) -> dict[str, Any]:
    """What was found about a prediction, the oldest first."""
    with team_context(seat.principal):
        found = list(explanations_of(seat.principal, _prediction(seat, prediction_id).pk).order_by("id"))
        return {"results": explanations_shown(found, seat.place.addresses, team=seat.place.is_team)}


def cost_of(seat: Seat, prediction_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    with team_context(seat.principal):
        return cost_shown(cost_before(seat.principal, _prediction(seat, prediction_id).pk, body))


def ask_why(seat: Seat, prediction_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    with team_context(seat.principal):
        return _why_shown(seat, explain(seat.principal, _prediction(seat, prediction_id).pk, body))


def explanation(seat: Seat, explanation_id: UUID) -> dict[str, Any]:
    with team_context(seat.principal):
        return _why_shown(seat, _explanation(seat, explanation_id))


def stop_explaining(seat: Seat, explanation_id: UUID) -> dict[str, Any]:
    with team_context(seat.principal):
        return _why_shown(seat, cancel_explanation(seat.principal, _explanation(seat, explanation_id).pk))


def _explanation(seat: Seat, explanation_id: UUID) -> Explanation:
    """One about a prediction of this bench's endpoint."""
    found = explanation_for(seat.principal, explanation_id)
    if found.prediction.endpoint_id != seat.endpoint_id:
        raise NotFound
    return found


def _why_shown(seat: Seat, found: Explanation) -> dict[str, Any]:
    return explanation_shown(found, seat.place.addresses, team=seat.place.is_team)


def judge(seat: Seat, prediction_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Flag a prediction; the flag and the case's thread as the bench shows them."""
    judgement = {name: body[name] for name in JUDGEMENT if name in body}
    judgement.setdefault("verdict", "")
    with team_context(seat.principal):
        prediction = _prediction(seat, prediction_id)
        flag = flag_prediction(seat.principal, prediction.pk, **judgement)
        view = prediction_view(seat.principal, prediction, seat.place)
        return {"flag": view["flag"], "thread": thread_view(seat.principal, flag.thread)}


def read_thread(seat: Seat, prediction_id: UUID) -> dict[str, Any]:
    """The conversation about a case of one's own."""
    with team_context(seat.principal):
        thread = thread_of(seat.principal, _prediction(seat, prediction_id))
        return {"messages": []} if thread is None else thread_view(seat.principal, thread)


def write_in_thread(seat: Seat, prediction_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Raises NotFound where one has not judged the case."""
    with team_context(seat.principal):
        thread = thread_of(seat.principal, _prediction(seat, prediction_id))
        if thread is None:
            raise NotFound
        write_message(seat.principal, thread.pk, body=body.get("body", ""))
        return thread_view(seat.principal, thread)
