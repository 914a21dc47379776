"""Flagged cases asked anew of another version: when one resolves them, or to try it first."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from apps.endpoints.models import OPEN, Prediction
from apps.endpoints.permissions import can_predict
from apps.endpoints.replaying import require_replayable, tried
from apps.registry.models import Version
from apps.registry.selectors import version_for
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Problem, require
from atrium.tenancy.context import team_context

from .expectations import meets
from .models import Flag, Replay, Thread
from .notices import tell_inbox, tell_reviewers
from .permissions import can_write_inbox
from .selectors import thread_for
from .telling import after_commit
from .words import answer_words

MOST = 20
"""Judged predictions of one case that are asked anew, the latest."""
ENDED: list[Callable[[UUID], None]] = []
"""What apps above do when a prediction that asked anew has ended; called with its id, in the team's context."""


def on_end(act: Callable[[UUID], None]) -> None:
    """Called once by an app when it is ready."""
    ENDED.append(act)


def judged_of(thread: Thread) -> list[Prediction]:
    """Each prediction of the case that somebody judged, once; the latest first."""
    flags = Flag.objects.filter(thread=thread).order_by("-created_at")
    beside = ("prediction__version__model", "prediction__endpoint", "prediction__original")
    found = {flag.prediction_id: flag.prediction for flag in flags.select_related(*beside)}
    return list(found.values())[:MOST]


def try_on(principal: TeamPrincipal, thread_id: UUID, version_id: UUID) -> list[Replay]:
    """Ask a version what reviewers judged, and resolve nothing; they are not told. Raises what forbids it."""
    with team_context(principal), transaction.atomic():
        thread = thread_for(principal, thread_id)
        require(can_write_inbox(principal), "Viewers cannot ask a version.")
        require(can_predict(principal, thread.endpoint), "Your role or token does not allow predictions.")
        version = version_for(principal, version_id)
        all_judged = judged_of(thread)
        for judged in all_judged[:1]:
            require_replayable(judged, version)
        made = [_asked(principal, thread, judged, version, tells=False) for judged in all_judged]
        record(principal, "thread.tried", thread, project_id=thread.project_id, version=str(version.pk))
    return made


def answer_anew(principal: TeamPrincipal, thread: Thread, version: Version) -> None:
    """The version is said to mend the case: its reviewers see what it says now. What cannot be asked is noted.

    In the open context."""
    for judged in judged_of(thread):
        _asked(principal, thread, judged, version, tells=True)


def _asked(principal: TeamPrincipal, thread: Thread, judged: Prediction, version: Version, *, tells: bool) -> Replay:
    """One that was answered is not asked again."""
    known = Replay.objects.select_related("answered").filter(judged=judged, version=version).first()
    made = known or Replay(thread=thread, judged=judged, version=version)
    made.tells = made.tells or tells
    answered = made.answered
    if answered is None or answered.state not in (*OPEN, Prediction.State.SUCCEEDED):
        asked = tried(principal, judged, version)
        if isinstance(asked, Problem):
            made.answered, made.refused = None, asked.message[:300]
        else:
            made.answered, made.refused = asked, ""
    made.save()
    return made


def replay_ended(principal: TeamPrincipal, prediction_id: UUID) -> None:
    """Open pages are told; called by the chore that the end of the job defers."""
    with team_context(principal):
        for made in Replay.objects.select_related("thread").filter(answered=prediction_id):
            thread = made.thread
            told = {"version": str(made.version_id), "told": made.tells}
            done = record(principal, "thread.answered_anew", thread, project_id=thread.project_id, **told)
            after_commit(tell_inbox, thread, done)
            if made.tells:
                after_commit(tell_reviewers, thread, done)
        for act in ENDED:
            act(prediction_id)


@dataclass(frozen=True, slots=True)
class Anew:
    """What a version says of what one reviewer judged. is_met: whether the reviewer's correction is what it says now;
    None where there was none. said: in words, or why there is nothing."""

    version: str
    said: str
    is_met: bool | None

    @property
    def sentence(self) -> str:
        met = {True: " Your correction is met.", False: " Your correction is not met yet.", None: ""}[self.is_met]
        return f"Answered anew by {self.version}: {self.said}.{met}"


def anew_for(flag: Flag, made: Replay) -> Anew | None:
    """For the reviewer; None while it is asked, or where it could not be."""
    answered = made.answered
    if not made.tells or answered is None or answered.state != Prediction.State.SUCCEEDED:
        return None
    said = f"now {answer_words(answered)}"
    return Anew(str(made.version), said, meets(flag.correction, answered.answer))
