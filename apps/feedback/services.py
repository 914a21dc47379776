"""Judging predictions, and the conversation that follows."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.endpoints.authors import author_of
from apps.endpoints.models import Prediction
from apps.endpoints.predictions import keep
from apps.endpoints.selectors import is_example, prediction_for
from apps.jobs import idempotency
from apps.registry.models import Version
from apps.registry.selectors import version_for
from apps.teams.models import Membership
from apps.users.models import User
from atrium.access.principals import Guest, Member, System, TeamPrincipal, Token
from atrium.audit.services import record
from atrium.chores import defer
from atrium.errors import FieldError, Invalid, NotFound, require
from atrium.tenancy.context import team_context

from .findings import read_added, read_findings
from .judgements import read_correction, read_marks, read_message, read_verdict
from .mentions import note_mentions
from .models import Flag, Message, Thread
from .notices import tell_inbox, tell_reviewers
from .permissions import can_flag, can_write_in_thread, can_write_inbox
from .replays import answer_anew
from .selectors import thread_for
from .telling import after_commit

UNNAMED = "A reviewer"


def _name_of(principal: TeamPrincipal) -> str:
    """Called inside the team's context. A token speaks for its member."""
    match principal:
        case Token():
            return str(User.objects.get(pk=principal.user_id))
        case Member() | Guest():
            return principal.name or UNNAMED
        case System():
            return UNNAMED


def _thread_of(prediction: Prediction) -> Thread:
    """The case's thread: same endpoint and same original. A resolved one is opened again."""
    thread, is_new = Thread.objects.get_or_create(
        endpoint=prediction.endpoint,
        original_sha256=bytes(prediction.original_sha256),
        defaults={"project": prediction.endpoint.project, "updated_at": timezone.now()},
    )
    if not is_new:
        _open_again(thread)
        thread.waiting, thread.updated_at = True, timezone.now()
        thread.save(update_fields=["status", "resolved_version", "waiting", "updated_at"])
    return thread


def _open_again(thread: Thread) -> None:
    """By whoever has something to say of it; no version has mended it then."""
    thread.status, thread.resolved_version = Thread.Status.OPEN, None


def flag_prediction(
    principal: TeamPrincipal,
    prediction_id: UUID,
    *,
    verdict: str,
    message: str = "",
    correction: Any = None,
    marks: Any = (),
    findings: Any = (),
    added: Any = (),
    key: str = "",
    body: bytes = b"",
) -> Flag:
    """Record one reviewer's judgement of a prediction, joining the case's thread or opening one.

    marks: geometries in fractions of the original, 0..1. findings: what is said of single ones of the answer; added:
    what it lacks. A second call by the same reviewer replaces the first. key, body: the Idempotency-Key and the
    request's body. Raises NotFound for what the principal cannot see, NotPermitted for what it may only look at,
    QuotaExceeded for a guest's draft when all cases of its link are used.
    """
    with team_context(principal):
        prediction = prediction_for(principal, prediction_id, hold=True)
        require(can_flag(principal, prediction, is_example(prediction)), "Your role or link does not allow flags.")
        if prediction.state != Prediction.State.SUCCEEDED:
            raise Invalid(FieldError("prediction", "not_answered", "Only an answered prediction can be judged."))
        judgement = {
            "verdict": read_verdict(verdict),
            "message": read_message(message),
            "correction": read_correction(correction, prediction.version.interface),
            "marks": read_marks(marks),
            "findings": read_findings(findings, prediction),
            "added": read_added(added, prediction),
            "created_at": timezone.now(),
        }
        kind, reviewer = author_of(principal)
        fresh = Flag(prediction=prediction, reviewer_id=reviewer)
        earlier = idempotency.claim(principal, key, body, fresh.pk)
        if earlier is not None:
            return Flag.objects.select_related("thread").get(prediction=prediction, reviewer_id=reviewer)
        thread = _thread_of(prediction)
        flag, _ = Flag.objects.update_or_create(
            prediction=prediction,
            reviewer_id=reviewer,
            defaults=judgement | {"thread": thread, "reviewer_kind": kind, "reviewer_name": _name_of(principal)},
            create_defaults=judgement
            | {"id": fresh.pk, "thread": thread, "reviewer_kind": kind, "reviewer_name": _name_of(principal)},
        )
        if isinstance(principal, Guest) and prediction.author_id == reviewer:
            keep(principal, prediction.pk)  # a draft that is judged is one of the link's cases, as any other kept one
        else:
            Prediction.objects.filter(pk=prediction.pk, kept=False).update(kept=True)
        done = record(
            principal,
            "prediction.flagged",
            prediction,
            project_id=thread.project_id,
            verdict=flag.verdict,
            thread=str(thread.pk),
        )
        after_commit(tell_inbox, thread, done)
    return flag


def write_message(
    principal: TeamPrincipal,
    thread_id: UUID,
    *,
    body: str,
    internal: bool = False,
    to_reviewer: UUID | None = None,
    key: str = "",
    sent: bytes = b"",
) -> Message:
    """Add a sentence to a thread. internal: for the team only. to_reviewer: for one of several reviewers alone.

    A team's sentence is mailed to the reviewers who left an address; members who are named in one for the team only are
    noted, and mailed as they wish. key, sent: the Idempotency-Key and the request's
    body: a repeat returns the message that is there.
    """
    text = read_message(body, "body")
    if not text:
        raise Invalid(FieldError("body", "required", "Write a sentence first."))
    with team_context(principal):
        thread = thread_for(principal, thread_id, hold=True)
        require(can_write_in_thread(principal, thread), "Your role or link does not allow messages.")
        kind, author_id = author_of(principal)
        from_guest = isinstance(principal, Guest)
        guests = set(thread.flags.filter(reviewer_kind="guest").values_list("reviewer_id", flat=True))
        if not from_guest and to_reviewer is not None:
            if to_reviewer not in guests:
                raise Invalid(FieldError("to_reviewer", "unknown", "That reviewer has no flag on this case."))
            guests = {to_reviewer}
        message = Message(
            thread=thread,
            author_kind=kind,
            author_id=author_id,
            author_name=_name_of(principal),
            body=text,
            internal=internal and not from_guest,
            to_reviewer=None if from_guest else to_reviewer,
        )
        earlier = idempotency.claim(principal, key, sent, message.pk)
        if earlier is not None:
            return Message.objects.get(pk=earlier)
        message.save(force_insert=True)
        if message.internal:
            note_mentions(message, author_id)
        else:
            thread.waiting = from_guest
        thread.updated_at = timezone.now()
        if from_guest:
            _open_again(thread)
        thread.save(update_fields=["status", "resolved_version", "waiting", "updated_at"])
        done = record(principal, "thread.wrote", thread, project_id=thread.project_id, internal=message.internal)
        after_commit(tell_inbox, thread, done)
        if not from_guest and not message.internal:
            after_commit(tell_reviewers, thread, done)
            for guest_id in sorted(guests):  # one chore each: an address that fails is tried again alone
                defer(
                    "sharing.mail_reply",
                    team_id=str(thread.team_id),
                    message_id=str(message.pk),
                    guest_id=str(guest_id),
                )
    return message


def assign(principal: TeamPrincipal, thread_id: UUID, membership_id: UUID | None) -> Thread:
    """Give a case to a member of the team, or to nobody."""
    with team_context(principal):
        thread = thread_for(principal, thread_id)
        require(can_write_inbox(principal), "Viewers cannot assign.")
        if membership_id is not None and not Membership.objects.filter(pk=membership_id).exists():
            raise NotFound
        thread.assignee_id = membership_id
        thread.save(update_fields=["assignee"])
        assignee = None if membership_id is None else str(membership_id)
        done = record(principal, "thread.assigned", thread, project_id=thread.project_id, assignee=assignee)
        after_commit(tell_inbox, thread, done)
    return thread


def set_due(principal: TeamPrincipal, thread_id: UUID, day: date | None) -> Thread:
    """By which day the case is to be resolved; None for none."""
    with team_context(principal):
        thread = thread_for(principal, thread_id)
        require(can_write_inbox(principal), "Viewers cannot set a due date.")
        thread.due_on = day
        thread.save(update_fields=["due_on"])
        told = None if day is None else day.isoformat()
        done = record(principal, "thread.set_due", thread, project_id=thread.project_id, due=told)
        after_commit(tell_inbox, thread, done)
    return thread


def set_status(principal: TeamPrincipal, thread_id: UUID, status: str, *, version_id: UUID | None = None) -> Thread:
    """Resolve a case, by a version where one mends it, or open it again. The version is asked what was judged."""
    if status not in Thread.Status.values:
        raise Invalid(FieldError("status", "choice", "A status is open or resolved."))
    with team_context(principal):
        thread = thread_for(principal, thread_id, hold=True)
        require(can_write_inbox(principal), "Viewers cannot change a status.")
        version: Version | None = None if version_id is None else version_for(principal, version_id)
        thread.status, thread.updated_at = Thread.Status(status), timezone.now()
        thread.resolved_version = version if status == Thread.Status.RESOLVED else None
        thread.waiting = thread.waiting and status == Thread.Status.OPEN
        thread.save(update_fields=["status", "updated_at", "resolved_version", "waiting"])
        if thread.resolved_version is not None:
            answer_anew(principal, thread, thread.resolved_version)
        done = record(
            principal,
            f"thread.{'resolved' if status == 'resolved' else 'reopened'}",
            thread,
            project_id=thread.project_id,
            version=str(thread.resolved_version.pk) if thread.resolved_version else None,
        )
        after_commit(tell_inbox, thread, done)
        after_commit(tell_reviewers, thread, done)
    return thread
