"""The step that makes a prediction durable: in one transaction the grant is read again, a stored answer is found, or
Prediction and Job are inserted."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from apps.artifacts.models import Artifact
from apps.artifacts.services import Bytes
from apps.artifacts.services import rows_of as artifact_rows
from apps.jobs import bridges, idempotency
from apps.jobs.models import Quota
from apps.jobs.services import cancel as cancel_job
from apps.jobs.services import expected_ms, note_usage, reserve, submit
from apps.registry.functions import LIVE
from apps.registry.inputs import new_bytes
from atrium.access.door import token_from, token_question
from atrium.access.principals import TeamPrincipal
from atrium.audit.models import Event
from atrium.audit.services import event
from atrium.errors import NotFound, Problem, require
from atrium.tenancy.context import team_context
from atrium.tenancy.durability import wait_for_disk
from atrium.tenancy.statements import insert

from .authors import author_of, link_of
from .models import OPEN, Endpoint, Prediction, PredictionArtifact
from .permissions import can_predict
from .preparation import Asked, Prepared, Serving, digests_of, inputs_of, payload_of
from .selectors import SERVING, prediction_for, serving_endpoint

STORED = """
    SELECT id FROM endpoints_prediction p
    WHERE author_id = %s AND request_sha256 = %s AND ((state = 'succeeded'
        AND EXISTS (SELECT FROM registry_version v WHERE v.id = p.version_id AND v.format <> 'live'))
        OR (state = 'queued'
        AND NOT EXISTS (SELECT FROM jobs_job j WHERE j.subject = p.id AND j.cancel_requested)))
    ORDER BY created_at DESC LIMIT 1
"""
"""A live function's answers are not taken from the store: nobody can say that it is the same function still."""


@dataclass(frozen=True, slots=True)
class Submission:
    """All that is needed to accept a request. id: of the prediction, given when the request came, so that the later of
    two has the larger one. token: the digest of a token that is to be looked at again, b"" where it was just now."""

    id: UUID
    principal: TeamPrincipal
    asked: Asked
    serving: Serving
    prepared: Prepared
    token: bytes = b""

    @property
    def large(self) -> list[Bytes]:
        """What lies in the store before its row is there."""
        return [each for each in new_bytes(self.prepared.files) if not each.is_inline]


class Outdated(Exception):
    """What was remembered of a token or an endpoint is not so any more; nothing was kept."""


def _first_of(principal: TeamPrincipal, earlier: UUID) -> Prediction:
    """What a key stands for; Problem `gone` where it was deleted since."""
    try:
        return prediction_for(principal, earlier)
    except NotFound:
        raise Problem(
            "gone", "What the first call with this Idempotency-Key made was deleted. To ask again, send another key."
        ) from None


def insert_prediction(submission: Submission, reply_to: str, awaited: bool) -> tuple[Prediction, bool]:
    """(the prediction, whether it is new). In this order: Idempotency-Key, permission, stored answer.

    reply_to: the channel on which its end is told. awaited: see `apps.jobs.services.submit`.
    """
    principal, asked = submission.principal, submission.asked
    serving, prepared = submission.serving, submission.prepared
    came_from = asked.came_from or serving.came_from
    case, same = digests_of(serving, prepared, came_from)
    kind, author_id = author_of(principal)
    questions = [(SERVING, serving.endpoint_id), (STORED, author_id, same)]
    if submission.token:
        questions.append(token_question(submission.token))
    with team_context(principal, *questions) as (found, answered, *tokens):
        if submission.token and token_from(tokens[0]) != principal:
            raise Outdated
        earlier = idempotency.claim(principal, asked.key, asked.body, submission.id)
        if earlier is not None:
            wait_for_disk()
            return _first_of(principal, earlier), False
        endpoint = serving_endpoint(principal, serving.endpoint_id, found)
        require(can_predict(principal, endpoint))
        if endpoint.version_id != serving.version_id:
            if submission.token:
                raise Outdated
            raise Problem("conflict", "Another version was promoted just now. Send it again.")
        if answered and (stored := _stored(answered[0][0])):
            idempotency.turn(principal, asked.key, stored.pk)
            return _use_stored(principal, stored, asked.keep), False
        if not asked.keep and serving.original_id is not None:
            _supersede(author_id, endpoint, serving.original_id, submission.id)
        prediction = Prediction(
            id=submission.id,
            endpoint=endpoint,
            version=endpoint.version,
            original_id=serving.original_id,
            author_kind=kind,
            author_id=author_id,
            link_id=link_of(principal),
            inputs=inputs_of(prepared),
            edits=msgspec.to_builtins(prepared.edits),
            came_from=came_from,
            request_sha256=same,
            original_sha256=case,
            kept=asked.keep,
        )
        counted = [_counted(principal, prediction)] if asked.keep else []
        is_live = endpoint.version.format == LIVE
        submit(
            LIVE if is_live else "predict",
            prediction.pk,
            payload_of(principal.team_id, serving.interface, prepared),
            pool=bridges.POOL if is_live else endpoint.pool,
            project_id=endpoint.project_id,
            version_id=endpoint.version_id,
            link_id=prediction.link_id,
            reserve_ms=expected_ms("predict", endpoint.version_id),
            reply_to=reply_to,
            beside=[prediction, *_file_rows(prediction, prepared), *counted],
            awaited=awaited,
        )
    return prediction, True


def note_refusal(submission: Submission) -> None:
    """The ledger's row of a request that found no place, after its transaction was undone."""
    serving = submission.serving
    with team_context(submission.principal):
        note_usage(
            "predict",
            "refused",
            project_id=Endpoint.objects.values_list("project_id", flat=True).get(pk=serving.endpoint_id),
            version_id=serving.version_id,
            link_id=link_of(submission.principal),
        )


def set_kept(principal: TeamPrincipal, prediction: Prediction) -> None:
    """A draft becomes an attempt: one of the link's cases, and a row of the audit."""
    if Prediction.objects.filter(pk=prediction.pk, kept=False).update(kept=True):
        prediction.kept = True
        insert(_counted(principal, prediction))


def _counted(principal: TeamPrincipal, prediction: Prediction) -> Event:
    """Takes one of the link's cases; the audit row of a kept attempt."""
    if prediction.link_id is not None:
        reserve(prediction.link_id, Quota.Unit.CASES, 1)
    return event(principal, "prediction.kept", prediction, project_id=prediction.endpoint.project_id)


def _stored(prediction_id: UUID) -> Prediction | None:
    """None where a sweep took it just now: then it is asked anew."""
    return Prediction.objects.select_related("version__model", "endpoint").filter(pk=prediction_id).first()


def _use_stored(principal: TeamPrincipal, stored: Prediction, keep: bool) -> Prediction:
    note_usage(
        "predict",
        "stored",
        project_id=stored.endpoint.project_id,
        version_id=stored.version_id,
        link_id=stored.link_id,
    )
    if keep and not stored.kept:
        set_kept(principal, stored)
    return stored


def _supersede(author_id: UUID, endpoint: Endpoint, original_id: UUID, by: UUID) -> None:
    """A live edit cancels the older ones of the same case, and those only, however long each took to be prepared."""
    drafts = Prediction.objects.filter(author_id=author_id, endpoint=endpoint, original_id=original_id, pk__lt=by)
    drafts = drafts.filter(kept=False, state__in=OPEN)
    for draft_id in drafts.values_list("pk", flat=True):
        cancel_job(draft_id)


def _file_rows(prediction: Prediction, prepared: Prepared) -> list[Artifact | PredictionArtifact]:
    """Rows of new files, and which files the prediction holds."""
    new = artifact_rows(new_bytes(prepared.files))
    held = [PredictionArtifact(prediction=prediction, artifact_id=file.artifact_id) for file in prepared.files]
    return [*new, *held]
