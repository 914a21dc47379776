"""Asking an endpoint: from a stranger's values to an answer that is stored.

The steps alternate between short transactions in a thread and waiting without one: read the grant and the endpoint
(`opening`); decode and render (`preparation`); read the grant again, find a stored answer or insert Prediction and Job
(`acceptance`); wait.
"""

import asyncio
from asyncio import to_thread
from functools import partial
from uuid import UUID

from django.db import connection
from uuid6 import uuid7

from apps.artifacts.services import discard, store
from apps.jobs.replies import awaiting, reply_channel
from apps.jobs.services import cancel as cancel_job
from apps.jobs.services import follow
from apps.jobs.waiting import until_settled
from apps.registry.inputs import Suspected
from atrium.access.principals import Guest, TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Problem, require
from atrium.tenancy.context import team_context
from atrium.tenancy.durability import wait_for_disk
from atrium.tenancy.threads import in_database
from gpu_workers.protocol.messages import Settled

from .acceptance import Outdated, Submission, insert_prediction, note_refusal, set_kept
from .authors import author_of
from .inference import take
from .live.presence import is_online
from .models import OPEN, Prediction
from .opening import open_endpoint
from .permissions import can_predict
from .preparation import Asked, Serving, prepared_of
from .quarantine import set_aside
from .selectors import prediction_for

REFUSALS = frozenset({"queue_full", "quota_exceeded"})


async def prepare(
    principal: TeamPrincipal, endpoint_id: UUID, asked: Asked, *, serving: Serving | None = None, token: bytes = b""
) -> Submission:
    """What can be accepted; nothing is kept yet. Raises problems: malformed inputs, missing rights.

    serving: what `open_endpoint` gave for these, where the caller has opened it already. token: see `Submission`.
    """
    prediction_id = uuid7()
    if serving is None:
        serving = await in_database(open_endpoint, principal, endpoint_id, asked)
    try:
        prepared = await prepared_of(serving, asked)
    except Suspected as suspected:
        raise await set_aside(principal, endpoint_id, suspected) from suspected
    return Submission(prediction_id, principal, asked, serving, prepared, token)


async def answered(submission: Submission, wait: float) -> Prediction:
    """Accept it and wait up to `wait` seconds for its answer; the prediction as its row says then.

    Raises problems before anything is kept: missing rights, quota, a full queue; `Outdated` where a token was given.
    """
    if wait > 0 and submission.serving.is_live and not await in_database(is_online, submission.serving.version_id):
        wait = 0  # nobody answers now; it is kept until somebody does
    reply_to = await reply_channel()
    with awaiting(submission.id) as settled:
        prediction, is_new = await _accepted(submission, reply_to, wait > 0)
        if prediction.state in OPEN and wait > 0:
            told = await _told(settled, prediction.pk, wait) if is_new else await _joined(prediction.pk, wait)
            if told is not None and told.outcome is not None:
                take(prediction, told.state, told.outcome)
            else:
                prediction = await in_database(reread, submission.principal, prediction)
    prediction.stored = not is_new
    return prediction


async def ask(
    principal: TeamPrincipal, endpoint_id: UUID, asked: Asked, *, wait: float = 30.0, live_wait: float = 30.0
) -> Prediction:
    """Both steps. live_wait: for a function in a notebook, of which a socket then tells how far it is."""
    submission = await prepare(principal, endpoint_id, asked)
    return await answered(submission, min(wait, live_wait) if submission.serving.is_live else wait)


async def accept(
    principal: TeamPrincipal, endpoint_id: UUID, asked: Asked, *, reply_to: str = ""
) -> tuple[Prediction, bool]:
    """Make a request durable; its answer is announced on the channel `reply_to`. (prediction, whether it is new)."""
    submission = await prepare(principal, endpoint_id, asked)
    prediction, is_new = await _accepted(submission, reply_to, False)
    if submission.serving.is_live and not is_new and prediction.state in OPEN:
        await in_database(_follow, principal, prediction.pk, reply_to)
    return prediction, is_new


def _follow(principal: TeamPrincipal, prediction_id: UUID, reply_to: str) -> None:
    with team_context(principal):
        follow(prediction_id, reply_to)


async def _accepted(submission: Submission, reply_to: str, awaited: bool) -> tuple[Prediction, bool]:
    """What is refused, or there already, leaves no picture in the store."""
    team_id, large = submission.principal.team_id, submission.large
    if large:
        await to_thread(store, team_id, large)
    try:
        prediction, is_new = await in_database(insert_prediction, submission, reply_to, awaited)
    except (Problem, Outdated) as refusal:
        if large:
            await to_thread(discard, team_id, large)
        if isinstance(refusal, Problem) and refusal.code in REFUSALS:
            await in_database(note_refusal, submission)
        raise
    if large and not is_new:
        await to_thread(discard, team_id, large)
    return prediction, is_new


async def _joined(prediction_id: UUID, wait: float) -> Settled | None:
    with awaiting(prediction_id) as settled:
        return await _told(settled, prediction_id, wait)


async def _told(settled: "asyncio.Future[Settled]", prediction_id: UUID, wait: float) -> Settled | None:
    return await until_settled(settled, wait, partial(has_ended, prediction_id))


def has_ended(prediction_id: UUID) -> bool:
    """Asked without a team: one definer function that tells nothing but whether it ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT atrium.prediction_ended(%s)", [prediction_id])
        return bool(cursor.fetchone()[0])


def reread(principal: TeamPrincipal, prediction: Prediction) -> Prediction:
    with team_context(principal):
        found = prediction_for(principal, prediction.pk)
    return _tellable(found)


def _tellable(prediction: Prediction) -> Prediction:
    """One that ended is on the disk by the commit of its end; one still open may not be yet."""
    if prediction.state in OPEN:
        wait_for_disk()
    return prediction


def keep(principal: TeamPrincipal, prediction_id: UUID) -> Prediction:
    """Make a draft an attempt: it stays in the history and counts as one of the link's cases."""
    with team_context(principal):
        prediction = prediction_for(principal, prediction_id)
        require(can_predict(principal, prediction.endpoint))
        if prediction.author_id == author_of(principal)[1]:
            set_kept(principal, prediction)
    return prediction


def cancel(principal: TeamPrincipal, prediction_id: UUID) -> Prediction:
    """Wish that an open prediction ends; one that has ended stays as it is. A guest ends its own only, no example."""
    with team_context(principal):
        prediction = prediction_for(principal, prediction_id)
        require(can_predict(principal, prediction.endpoint))
        require(not isinstance(principal, Guest) or prediction.author_id == principal.guest_id)
        if prediction.state in OPEN:
            cancel_job(prediction.pk)
            record(principal, "prediction.cancelled", prediction, project_id=prediction.endpoint.project_id)
    return prediction
