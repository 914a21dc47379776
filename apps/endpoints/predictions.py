"""Asking an endpoint: from a stranger's values to an answer that is stored.

The steps alternate between short transactions in a thread and waiting without one: read the grant and the endpoint;
decode and render; read the grant again, find a stored answer or insert Prediction and Job; wait; read back.
"""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from uuid6 import uuid7

from apps.artifacts.models import Artifact
from apps.artifacts.services import rows_of as artifact_rows
from apps.jobs import idempotency
from apps.jobs.hints import awaiting, reply_channel
from apps.jobs.models import Quota
from apps.jobs.services import cancel as cancel_job
from apps.jobs.services import expected_ms, note_usage, reserve, submit
from apps.registry.inputs import Picture
from apps.registry.interfaces import field_error, read_interface
from atrium.access.principals import Guest, Member, System, TeamPrincipal, Token
from atrium.audit.models import Event
from atrium.audit.services import event, record
from atrium.errors import FieldError, Invalid, NotFound, Problem, require
from atrium.tenancy.context import look_up, team_context
from atrium.tenancy.durability import wait_for_disk
from atrium.tenancy.statements import insert
from atrium.tenancy.threads import in_database
from gpu_workers.protocol.edits import Edit, Edits

from .models import Endpoint, Prediction, PredictionArtifact
from .permissions import can_predict
from .preparation import Asked, Prepared, Serving, digests_of, inputs_of, payload_of, prepared_of
from .selectors import SERVING, prediction_for, serving_endpoint

OPEN = (Prediction.State.QUEUED, Prediction.State.RUNNING)
POLL_SECONDS = 1.0
REFUSALS = frozenset({"queue_full", "quota_exceeded"})
STORED = """
    SELECT id FROM endpoints_prediction
    WHERE author_id = %s AND request_sha256 = %s AND state IN ('succeeded', 'queued', 'running')
    ORDER BY created_at DESC LIMIT 1
"""
ENDING = "SELECT state, kept, answer, error, timings, finished_at FROM endpoints_prediction WHERE id = %s"


def author_of(principal: TeamPrincipal) -> tuple[str, UUID]:
    match principal:
        case Guest():
            return "guest", principal.guest_id
        case Member() | Token():
            return "member", principal.user_id
        case System():
            return "system", principal.team_id


def link_of(principal: TeamPrincipal) -> UUID | None:
    return principal.grant.link_id if isinstance(principal, Guest) else None


def read_edits(value: Any) -> tuple[Edit, ...]:
    try:
        edits: tuple[Edit, ...] = msgspec.convert(value or (), Edits)
    except msgspec.ValidationError as error:
        raise Invalid(field_error(error, "edits", Edits)) from error
    return edits


# ---- step 1: the grant, the endpoint, and what the request refers to ----


def open_endpoint(principal: TeamPrincipal, endpoint_id: UUID, asked: Asked) -> Serving:
    """The endpoint as it is now, and earlier pictures that the request names; raises where it may not be asked."""
    [found] = look_up(principal, (SERVING, endpoint_id))
    endpoint = serving_endpoint(principal, endpoint_id, found)
    require(can_predict(principal, endpoint), "Your role or link does not allow own cases.")
    originals, original_id = _originals(principal, endpoint, asked)
    return Serving(endpoint.pk, read_interface(endpoint.version.interface), endpoint.version_id, originals, original_id)


def _originals(
    principal: TeamPrincipal, endpoint: Endpoint, asked: Asked
) -> tuple[dict[str, tuple[dict[str, Any], Artifact | None]], UUID | None]:
    """(by input what earlier predictions hold of it, the id of their case), for values that are `{prediction: id}`."""
    named = {
        name: value["prediction"]
        for name, value in asked.values.items()
        if isinstance(value, Mapping) and set(value) == {"prediction"}
    }
    if not named:
        return {}, None
    originals: dict[str, tuple[dict[str, Any], Artifact | None]] = {}
    with team_context(principal):
        for name, prediction_id in named.items():
            earlier = _earlier(principal, endpoint, name, prediction_id)
            stored = earlier.inputs.get(name)
            if stored is None:
                raise Invalid(FieldError(f"inputs.{name}", "unknown", "That prediction has no such input."))
            picture = Artifact.objects.get(pk=stored["original"]) if stored["kind"] == "image" else None
            originals[name] = (stored, picture)
    return originals, earlier.original_id or earlier.pk


def _earlier(principal: TeamPrincipal, endpoint: Endpoint, name: str, prediction_id: Any) -> Prediction:
    try:
        earlier = prediction_for(principal, UUID(str(prediction_id)))
    except (NotFound, ValueError):
        raise Invalid(FieldError(f"inputs.{name}.prediction", "not_found", "There is no such prediction.")) from None
    if earlier.endpoint_id != endpoint.pk:
        raise Invalid(FieldError(f"inputs.{name}.prediction", "invalid", "It was made on another endpoint."))
    return earlier


# ---- step 2 is `apps.endpoints.preparation`; step 3: the durable row ----


def _insert(
    principal: TeamPrincipal,
    serving: Serving,
    prepared: Prepared,
    asked: Asked,
    prediction_id: UUID,
    reply_to: str,
    awaited: bool,
) -> tuple[Prediction, bool]:
    """(the prediction, whether it is new). In this order: Idempotency-Key, permission, stored answer."""
    case, same = digests_of(serving, prepared)
    kind, author_id = author_of(principal)
    questions = ((SERVING, serving.endpoint_id), (STORED, author_id, same))
    with team_context(principal, *questions) as (found, answered):
        earlier = idempotency.claim(principal, asked.key, asked.body, prediction_id)
        if earlier is not None:
            wait_for_disk()
            return prediction_for(principal, earlier), False
        endpoint = serving_endpoint(principal, serving.endpoint_id, found)
        require(can_predict(principal, endpoint))
        if endpoint.version_id != serving.version_id:
            raise Problem("conflict", "Another version was promoted just now. Send it again.")
        if answered:
            idempotency.turn(principal, asked.key, answered[0][0])
            return _use_stored(principal, answered[0][0], asked.keep), False
        if not asked.keep:
            _supersede(author_id, endpoint, serving.original_id)
        prediction = Prediction(
            id=prediction_id,
            endpoint=endpoint,
            version=endpoint.version,
            original_id=serving.original_id,
            author_kind=kind,
            author_id=author_id,
            link_id=link_of(principal),
            inputs=inputs_of(prepared),
            edits=msgspec.to_builtins(prepared.edits),
            request_sha256=same,
            original_sha256=case,
            kept=asked.keep,
        )
        counted = [_counted(principal, prediction)] if asked.keep else []
        submit(
            "predict",
            prediction.pk,
            payload_of(principal.team_id, serving.interface, prepared),
            pool=endpoint.pool,
            project_id=endpoint.project_id,
            version_id=endpoint.version_id,
            link_id=prediction.link_id,
            reserve_ms=expected_ms(endpoint.version_id),
            reply_to=reply_to,
            beside=[prediction, *_picture_rows(prediction, prepared), *counted],
            awaited=awaited,
        )
    return prediction, True


def _use_stored(principal: TeamPrincipal, prediction_id: UUID, keep: bool) -> Prediction:
    stored = Prediction.objects.select_related("version__model", "endpoint").get(pk=prediction_id)
    note_usage(
        "predict",
        "stored",
        project_id=stored.endpoint.project_id,
        version_id=stored.version_id,
        link_id=stored.link_id,
    )
    if keep and not stored.kept:
        _set_kept(principal, stored)
    return stored


def _supersede(author_id: UUID, endpoint: Endpoint, original_id: UUID | None) -> None:
    """A newer live edit cancels the older ones of the same case."""
    drafts = Prediction.objects.filter(author_id=author_id, endpoint=endpoint, original_id=original_id)
    drafts = drafts.filter(kept=False, state__in=OPEN)
    for draft_id in drafts.values_list("pk", flat=True):
        cancel_job(draft_id)


def _picture_rows(prediction: Prediction, prepared: Prepared) -> list[Artifact | PredictionArtifact]:
    """Rows of new pictures, and which pictures the prediction holds."""
    pictures = [
        value for value in [*prepared.given.values(), *prepared.rendered.values()] if isinstance(value, Picture)
    ]
    new = artifact_rows(picture.staged for picture in pictures if picture.staged is not None)
    held = [PredictionArtifact(prediction=prediction, artifact_id=picture.artifact_id) for picture in pictures]
    return [*new, *held]


def _counted(principal: TeamPrincipal, prediction: Prediction) -> Event:
    """Takes one of the link's cases; the audit row of a kept attempt."""
    if prediction.link_id is not None:
        reserve(prediction.link_id, Quota.Unit.CASES, 1)
    return event(principal, "prediction.kept", prediction, project_id=prediction.endpoint.project_id)


def _set_kept(principal: TeamPrincipal, prediction: Prediction) -> None:
    if Prediction.objects.filter(pk=prediction.pk, kept=False).update(kept=True):
        prediction.kept = True
        insert(_counted(principal, prediction))


# ---- what pages, sockets and the API call ----


async def ask(
    principal: TeamPrincipal, endpoint_id: UUID, asked: Asked, *, serving: Serving | None = None, wait: float = 30.0
) -> Prediction:
    """Accept a request and wait up to `wait` seconds for its answer; the prediction as its row says then.

    serving: what `open_endpoint` gave for these, where the caller has opened it already.
    Raises problems before anything is kept: malformed inputs, missing rights, quota, a full queue.
    """
    serving, prepared = await _prepared(principal, endpoint_id, asked, serving)
    prediction_id = uuid7()
    reply_to = await reply_channel()  # only now: what is refused above leaves no reader behind
    with awaiting(prediction_id) as settled:
        prediction, is_new = await _kept(principal, serving, prepared, asked, prediction_id, reply_to, wait > 0)
        if prediction.state in OPEN and wait > 0:
            await _settled(settled, prediction.pk, wait) if is_new else await _joined(prediction.pk, wait)
            settle = refreshed if is_new else reread
            prediction = await in_database(settle, principal, prediction)
    prediction.stored = not is_new
    return prediction


async def accept(
    principal: TeamPrincipal, endpoint_id: UUID, asked: Asked, *, reply_to: str = ""
) -> tuple[Prediction, bool]:
    """Make a request durable; its answer is announced on the channel `reply_to`. (prediction, whether it is new)."""
    serving, prepared = await _prepared(principal, endpoint_id, asked, None)
    return await _kept(principal, serving, prepared, asked, uuid7(), reply_to, False)


async def _prepared(
    principal: TeamPrincipal, endpoint_id: UUID, asked: Asked, serving: Serving | None
) -> tuple[Serving, Prepared]:
    if serving is None:
        serving = await in_database(open_endpoint, principal, endpoint_id, asked)
    return serving, await prepared_of(principal.team_id, serving, asked, read_edits(asked.edits))


async def _kept(
    principal: TeamPrincipal,
    serving: Serving,
    prepared: Prepared,
    asked: Asked,
    prediction_id: UUID,
    reply_to: str,
    awaited: bool,
) -> tuple[Prediction, bool]:
    try:
        return await in_database(_insert, principal, serving, prepared, asked, prediction_id, reply_to, awaited)
    except Problem as problem:
        if problem.code in REFUSALS:
            await in_database(_note_refusal, principal, serving)
        raise


def _note_refusal(principal: TeamPrincipal, serving: Serving) -> None:
    """The ledger's row of a request that found no place, after its transaction was undone."""
    with team_context(principal):
        note_usage(
            "predict",
            "refused",
            project_id=Endpoint.objects.values_list("project_id", flat=True).get(pk=serving.endpoint_id),
            version_id=serving.version_id,
            link_id=link_of(principal),
        )


async def _settled(settled: "asyncio.Future[Any]", subject: UUID, wait: float) -> None:
    """Until the dispatcher tells, or, where its word was lost, until the row shows it."""
    deadline = asyncio.get_running_loop().time() + wait
    while (left := deadline - asyncio.get_running_loop().time()) > 0:
        done, _ = await asyncio.wait([settled], timeout=min(POLL_SECONDS, left))
        if done:
            return
        ended = await in_database(_is_done, subject)
        if ended:
            return


async def _joined(prediction_id: UUID, wait: float) -> None:
    with awaiting(prediction_id) as settled:
        await _settled(settled, prediction_id, wait)


def _is_done(prediction_id: UUID) -> bool:
    """Asked without a team: one definer function that tells nothing but whether it ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT atrium.prediction_ended(%s)", [prediction_id])
        return bool(cursor.fetchone()[0])


def reread(principal: TeamPrincipal, prediction: Prediction) -> Prediction:
    with team_context(principal):
        found = prediction_for(principal, prediction.pk)
    return _tellable(found)


def refreshed(principal: TeamPrincipal, prediction: Prediction) -> Prediction:
    """The prediction that this process just inserted, with what the dispatcher wrote to its row since."""
    [found] = look_up(principal, (ENDING, prediction.pk))
    if not found:
        raise NotFound
    prediction.state, prediction.kept, *written, prediction.finished_at = found[0]
    prediction.answer, prediction.error, prediction.timings = (
        None if text is None else msgspec.json.decode(text) for text in written
    )
    return _tellable(prediction)


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
            _set_kept(principal, prediction)
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
