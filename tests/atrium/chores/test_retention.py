"""What a tenant model promises about the life of its rows, a chore keeps.

A model whose rows end after days, with their project's retention or with the audit's must stand in `SWEPT`; one
whose rows hang on another's must be deleted with that. Each promise is tried on a row that is over and on one that is
not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db.models import CASCADE
from django.utils import timezone
from procrastinate.contrib.django import app

from apps.analyses.chores import ANSWER_LIFE
from apps.analyses.chores import sweep_team as sweep_answers
from apps.analyses.models import Answer
from apps.artifacts.models import Artifact
from apps.artifacts.services import keep, stage
from apps.datasets.chores import RUN_LIFE, forget_runs
from apps.datasets.models import PredictionRun
from apps.endpoints.chores import sweep_team as sweep_predictions
from apps.endpoints.models import Prediction, Quarantined
from apps.feedback.bulk import UNDONE_WITHIN
from apps.feedback.chores import sweep_team as sweep_changes
from apps.feedback.models import BulkChange
from apps.jobs.chores import JOB_LIFE, KEY_LIFE
from apps.jobs.chores import sweep_team as sweep_jobs
from apps.jobs.models import IdempotencyKey, Job, Quota, UsageEntry
from apps.sharing.chores import CODES_KEPT
from apps.sharing.chores import sweep_team as sweep_ways_back
from apps.sharing.models import GuestVisit, MailedCode, ReturnLink
from apps.teams.chores import KNOWN_AFTER_ITS_END
from apps.teams.chores import sweep as sweep_all_invitations
from apps.teams.chores import sweep_team as sweep_invitations
from apps.teams.models import Invitation
from apps.webhooks.chores import LOG_LIFE
from apps.webhooks.chores import sweep_team as sweep_deliveries
from apps.webhooks.models import Delivery, Webhook
from atrium.access.principals import Role
from atrium.audit.chores import sweep_team as sweep_events
from atrium.audit.models import Event
from atrium.audit.retention import AUDIT_LIFE
from atrium.tenancy.context import team_context
from atrium.tenancy.models import Retention, TeamModel, tenant_models
from atrium.tenancy.statements import run
from tests.people import Lab
from tests.tables import ready_table, run_of, saved_of

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Swept:
    """chore: the name under which `sweep_team` runs for every team. make: one row, that old; called in the context."""

    chore: str
    sweep_team: Callable[[], bool]
    life: timedelta
    make: Callable[[Lab, timedelta], UUID]


def prediction(lab: Lab, age: timedelta) -> UUID:
    made = lab.prediction(lab.alice)
    Prediction.objects.filter(pk=made.pk).update(created_at=timezone.now() - age)
    return made.pk


def quarantined(lab: Lab, age: timedelta) -> UUID:
    return lab.held(lab.alice, ends_at=timezone.now() + QUARANTINE_LIFE - age).pk


def job(lab: Lab, age: timedelta) -> UUID:
    done = {"kind": "predict", "subject": uuid4(), "priority": 1, "input": {}, "state": "succeeded"}
    then = timezone.now() - age
    return Job.objects.create(**done, deadline_at=then, finished_at=then).pk


def usage(lab: Lab, age: timedelta) -> UUID:
    then = timezone.now() - age
    return UsageEntry.objects.create(kind="predict", outcome="succeeded", day=then.date()).pk


def quota(lab: Lab, age: timedelta) -> UUID:
    day = (timezone.now() - age).date()
    return Quota.objects.create(subject=lab.team.pk, unit=Quota.Unit.DEVICE_MS, limit=1, day=day).pk


def key(lab: Lab, age: timedelta) -> UUID:
    made = IdempotencyKey.objects.create(actor=uuid4(), key="k", body_sha256=b"x", subject=uuid4())
    IdempotencyKey.objects.filter(pk=made.pk).update(created_at=timezone.now() - age)
    return made.pk


def invitation(lab: Lab, age: timedelta) -> UUID:
    made = {"email": "g@example.org", "role": Role.VIEWER, "secret_hash": uuid4().bytes * 2}
    then = timezone.now() - age
    return Invitation.objects.create(**made, invited_by_id=lab.alice.membership_id, expires_at=then).pk


def way_back(lab: Lab, age: timedelta) -> UUID:
    link_id, _ = lab.link()
    visit = GuestVisit.objects.create(link_id=link_id, last_seen_at=timezone.now())
    return ReturnLink.objects.create(guest=visit, secret_hash=uuid4().bytes * 2, expires_at=timezone.now() - age).pk


def code(lab: Lab, age: timedelta) -> UUID:
    link_id, _ = lab.link()
    made = {"email": "g@example.org", "code_hash": b"", "expires_at": timezone.now() - age}
    return MailedCode.objects.create(link_id=link_id, **made).pk


def event(lab: Lab, age: timedelta) -> UUID:
    """As it was written then: the application's role may insert, and changes no row."""
    insert = (
        "INSERT INTO audit_event (id, team_id, who, what, subject_type, data, at) VALUES (%s, %s, %s, %s, '', '{}', %s)"
    )
    made = uuid4()
    run(f"{insert} RETURNING 1", made, lab.team.pk, "system", "test.aged", timezone.now() - age)
    return made


def answer(lab: Lab, age: timedelta) -> UUID:
    made = saved_of(lab.alice, ready_table(lab.alice, lab.project, f"rows-{uuid4().hex[:8]}")).answer_id
    Answer.objects.filter(pk=made).update(last_asked_at=timezone.now() - age)
    return made


def model_run(lab: Lab, age: timedelta) -> UUID:
    table = ready_table(lab.alice, lab.project, f"rows-{uuid4().hex[:8]}")
    return run_of(lab.alice, table, lab.version, state="failed", ended_at=timezone.now() - age).pk


def change(lab: Lab, age: timedelta) -> UUID:
    made = BulkChange.objects.create(project=lab.project, act="due", was={}, became={"due_on": None})
    BulkChange.objects.filter(pk=made.pk).update(made_at=timezone.now() - age)
    return made.pk


def delivery(lab: Lab, age: timedelta) -> UUID:
    hook = Webhook.objects.create(project=lab.project, url="https://example.org/", secret="")
    made = Delivery.objects.create(hook=hook, event="flag.created", body={})
    Delivery.objects.filter(pk=made.pk).update(created_at=timezone.now() - age)
    return made.pk


QUARANTINE_LIFE = timedelta(hours=settings.QUARANTINE_HOURS)
SWEPT: dict[type[TeamModel], Swept] = {
    Prediction: Swept("endpoints.sweep", sweep_predictions, timedelta(days=90), prediction),
    Quarantined: Swept("endpoints.sweep", sweep_predictions, QUARANTINE_LIFE, quarantined),
    Job: Swept("jobs.sweep", sweep_jobs, JOB_LIFE, job),
    IdempotencyKey: Swept("jobs.sweep", sweep_jobs, KEY_LIFE, key),
    UsageEntry: Swept("jobs.sweep", sweep_jobs, AUDIT_LIFE, usage),
    Quota: Swept("jobs.sweep", sweep_jobs, JOB_LIFE, quota),
    Invitation: Swept("teams.sweep", sweep_invitations, KNOWN_AFTER_ITS_END, invitation),
    ReturnLink: Swept("sharing.sweep", sweep_ways_back, KNOWN_AFTER_ITS_END, way_back),
    MailedCode: Swept("sharing.sweep", sweep_ways_back, CODES_KEPT, code),
    PredictionRun: Swept("datasets.sweep", forget_runs, RUN_LIFE, model_run),
    BulkChange: Swept("feedback.sweep", sweep_changes, timedelta(days=UNDONE_WITHIN), change),
    Delivery: Swept("webhooks.sweep", sweep_deliveries, LOG_LIFE, delivery),
    Answer: Swept("analyses.sweep", sweep_answers, ANSWER_LIFE, answer),
    Event: Swept("audit.sweep", sweep_events, AUDIT_LIFE, event),
}
HELD = {Artifact: "deleted with the last row that holds it, by `apps.artifacts.deletion.remove`"}


def models_of(*retentions: Retention) -> list[Any]:
    """The tenant models that declare one of these."""
    return [model for model in tenant_models() if model.Tenancy.retention in retentions]


@pytest.mark.parametrize("model", models_of(Retention.DAYS, Retention.PROJECT, Retention.AUDIT))
def test_what_ends_with_time_is_swept(model: type[TeamModel]) -> None:
    assert model in SWEPT, f"{model.__name__} declares that its rows end, and no chore ends them"


@pytest.mark.parametrize("model", models_of(Retention.PARENT))
def test_what_hangs_on_another_row_goes_with_it(model: type[TeamModel]) -> None:
    keys = [field for field in model._meta.local_fields if field.remote_field is not None]
    falls = any(getattr(field.remote_field, "on_delete", None) is CASCADE for field in keys)
    assert falls or model in SWEPT or model in HELD, f"{model.__name__} hangs on no row whose deletion takes it away"


@pytest.mark.parametrize("model", SWEPT, ids=lambda model: model.__name__)
def test_a_row_goes_when_its_time_is_over_and_not_before(lab: Lab, model: type[TeamModel]) -> None:
    swept = SWEPT[model]
    with team_context(lab.alice):
        over, young = swept.make(lab, swept.life + DAY), swept.make(lab, swept.life - DAY / 2)
        swept.sweep_team()
        rows: Any = model._default_manager.filter(pk__in=[over, young])
        assert set(rows.values_list("pk", flat=True)) == {young}


OTHERS = {"registry.sweep", "datasets.rescue_runs", "users.sweep"}


@pytest.mark.parametrize("chore", sorted({swept.chore for swept in SWEPT.values()} | OTHERS))
def test_its_chore_runs_by_the_clock(chore: str) -> None:
    assert chore in {name for name, _ in app.periodic_registry.periodic_tasks}


def test_a_chore_sweeps_every_team(lab: Lab, other_lab: Lab) -> None:
    made = {}
    for each in (lab, other_lab):
        with team_context(each.alice):
            made[each.team.pk] = invitation(each, KNOWN_AFTER_ITS_END + DAY)
    sweep_all_invitations(0)
    for each in (lab, other_lab):
        with team_context(each.alice):
            assert not Invitation.objects.filter(pk=made[each.team.pk]).exists()


def test_the_audit_cannot_be_shortened(lab: Lab) -> None:
    """What deletes events takes no date: asked a thousand times it leaves what is young."""
    with team_context(lab.alice):
        before = Event.objects.count()
        sweep_events()
        assert Event.objects.count() == before > 0


def test_a_held_artifact_needs_its_holder(lab: Lab) -> None:
    """The reason in `HELD`, tried: a prediction's picture goes with the prediction."""
    with team_context(lab.alice):
        [artifact] = keep([stage(lab.team.pk, b"kept by nobody", "image/png")])
        over = prediction(lab, timedelta(days=91))
        picture = Prediction.objects.get(pk=over).inputs["film"]["original"]
        sweep_predictions()
        assert set(Artifact.objects.filter(pk__in=[picture, artifact.pk])) == {artifact}
