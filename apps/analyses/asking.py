"""Asking a dataset's version: a stored answer at once, a running one joined, or a new job and its end.

Who asks is resolved anew before an answer that was waited for is handed out: a membership may have ended meanwhile.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.utils import timezone
from uuid6 import uuid7

from apps.datasets.models import DatasetVersion
from apps.datasets.permissions import can_download_data, can_see_data
from apps.datasets.selectors import NEEDS_SCOPE, version_for_ask
from apps.jobs.replies import awaiting, reply_channel
from apps.jobs.services import cancel as cancel_job
from apps.jobs.services import expected_ms, note_usage, submit
from apps.jobs.waiting import until_settled
from atrium.access.principals import TeamPrincipal
from atrium.errors import REGISTER, Problem, Unavailable, require
from atrium.tenancy.context import look_up, team_context
from atrium.tenancy.durability import wait_for_disk
from atrium.tenancy.threads import in_database
from gpu_workers.protocol.debugger import Export, Question

from .answering import payload_of
from .models import Answer
from .permissions import person_of
from .questions import as_json, bare_columns, digest_of, makes_file
from .selectors import answer_for

Asker = Callable[[], tuple[TeamPrincipal, UUID]]
"""Who asks, and which version: read at the door, in a thread with a database."""
Questioner = Callable[[TeamPrincipal], Question]
"""What is asked, read from a body once it is known who sent it."""
NO_EXPORT = "Viewers look at rows, and do not take them away."
REFUSALS = frozenset({"queue_full", "quota_exceeded"})
ENDED = "SELECT 1 FROM analyses_answer WHERE id = %s AND state = 'queued'"
TRIES = 3
POOL = "default"


async def ask(asker: Asker, question_of: Questioner, wait: float) -> Answer:
    """The answer to a question, after at most `wait` seconds: succeeded, or queued still.

    Raises the problem of a question that cannot be asked or answered.
    """
    new_id, reply_to = uuid7(), await reply_channel()
    with awaiting(new_id) as settled:
        principal, answer = await in_database(_accept, asker, question_of, new_id, reply_to, wait > 0)
        if answer.state == Answer.State.QUEUED and wait > 0:
            ended = partial(_has_ended, principal, answer.pk)
            if answer.pk == new_id:
                await until_settled(settled, wait, ended)
            else:
                with awaiting(answer.pk) as joined:
                    await until_settled(joined, wait, ended)
            answer = await in_database(_reread, asker, answer.pk)
    return told(answer)


def told(answer: Answer) -> Answer:
    """The same; raises the problem of one that failed, in the worker's words."""
    if answer.state == Answer.State.CANCELLED:
        raise Problem("cancelled")
    if answer.state == Answer.State.FAILED:
        error = answer.error or {}
        code = error.get("code", "")
        raise Problem(code if code in REGISTER else "internal", error.get("message", ""))
    return answer


def _accept(
    asker: Asker, question_of: Questioner, new_id: UUID, reply_to: str, awaited: bool
) -> tuple[TeamPrincipal, Answer]:
    """Who asks, and the row: what was there, or a new one of this id. The body is looked at last."""
    principal, version_id = asker()
    require(can_see_data(principal), NEEDS_SCOPE)
    try:
        with team_context(principal):
            version = version_for_ask(principal, version_id)
            asked = question_of(principal)
            require(can_download_data(principal) or not isinstance(asked, Export), NO_EXPORT)
            return principal, _found_or_new(version, asked, new_id, reply_to, awaited, person_of(principal))
    except Problem as refusal:
        if refusal.code in REFUSALS:
            _note_refusal(principal, version_id)
        raise


def _found_or_new(
    version: DatasetVersion, asked: Question, new_id: UUID, reply_to: str, awaited: bool, person: UUID | None
) -> Answer:
    columns, columns_sha256 = bare_columns(version)
    digest = digest_of(asked, columns_sha256)
    same = Answer.objects.filter(version=version, asked_sha256=digest)
    for _ in range(TRIES):
        found = same.first()
        if found is not None and found.state in (Answer.State.QUEUED, Answer.State.SUCCEEDED):
            return _met(version, found, person)
        if found is not None:  # it failed or was stopped: asked anew, under an id that its old job does not know
            same.filter(pk=found.pk).delete()
        question = as_json(asked)
        file_id = uuid7() if makes_file(asked, columns) else None
        row = Answer(id=new_id, version=version, asked_sha256=digest, question=question, file_id=file_id)
        row.asker_id = person
        Answer.objects.bulk_create([row], ignore_conflicts=True)  # waits for a twin that asks just now
        if Answer.objects.filter(pk=new_id).exists():
            submit(
                "ask",
                new_id,
                payload_of(version, columns, question, file_id),
                pool=POOL,
                project_id=version.dataset.project_id,
                version_id=version.pk,
                reserve_ms=expected_ms("ask", version.pk),
                reply_to=reply_to,
                awaited=awaited,
            )
            return row
    raise Unavailable("The same is being asked and stopped again and again. Try again in a moment.")


def _met(version: DatasetVersion, found: Answer, person: UUID | None) -> Answer:
    """One that is there already."""
    if found.state == Answer.State.QUEUED and found.asker_id not in (None, person):
        Answer.objects.filter(pk=found.pk).update(asker_id=None)
    note_usage("ask", "stored", project_id=version.dataset.project_id, version_id=version.pk)
    now = timezone.now()
    if now - found.last_asked_at > timedelta(hours=1):
        Answer.objects.filter(pk=found.pk).update(last_asked_at=now)
    return found


def _note_refusal(principal: TeamPrincipal, version_id: UUID) -> None:
    """The ledger's row of a question that found no place, after its transaction was undone."""
    with team_context(principal):
        version = DatasetVersion.objects.only("id", "dataset").select_related("dataset").filter(pk=version_id).first()
        project_id = None if version is None else version.dataset.project_id
        note_usage("ask", "refused", project_id=project_id, version_id=version_id)


def _has_ended(principal: TeamPrincipal, answer_id: UUID) -> bool:
    [queued] = look_up(principal, (ENDED, answer_id))
    return not queued


def _reread(asker: Asker, answer_id: UUID) -> Answer:
    principal, _ = asker()
    return reread(principal, answer_id)


def reread(principal: TeamPrincipal, answer_id: UUID) -> Answer:
    """As its row is now. One that ended is on the disk by the commit of its end; one still open may not be yet."""
    with team_context(principal):
        answer = answer_for(principal, answer_id)
    if answer.state == Answer.State.QUEUED:
        wait_for_disk()
    return answer


def cancel(principal: TeamPrincipal, answer_id: UUID) -> Answer:
    """Who asks needs it no more. One that has ended stays as it is, and so does one that somebody else asked too. The
    same question is then asked anew."""
    with team_context(principal):
        answer = answer_for(principal, answer_id)
        person = person_of(principal)
        open_ones = Answer.objects.filter(pk=answer.pk, state=Answer.State.QUEUED, asker_id=person)
        if person is not None and open_ones.update(state=Answer.State.CANCELLED):
            cancel_job(answer.pk)
            answer.state = Answer.State.CANCELLED
    return answer
