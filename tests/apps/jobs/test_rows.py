"""The dispatcher's statements, as its own role: fencing, release, deadlines, the ledger, and what it may not touch."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection
from django.utils import timezone

from apps.endpoints.models import Prediction
from apps.jobs.dispatcher import rows
from apps.jobs.dispatcher.endings import Ending, finish
from apps.jobs.dispatcher.rows import Claimed
from apps.jobs.models import Job, Quota, UsageEntry, Worker
from apps.jobs.services import cancel
from atrium.tenancy.context import team_context
from gpu_workers.protocol.answers import LabelAnswer, TextAnswer
from gpu_workers.protocol.messages import Failure
from tests.apps.jobs.conftest import reread, subject_of, waiting_job
from tests.conftest import AsDispatcher
from tests.people import Lab

LEASE = timedelta(seconds=10)
ANSWERS = {"finding": LabelAnswer((("effusion", 0.75), ("none", 0.25)))}
PAST = timedelta(seconds=-1)


def ended(job: Job, attempt: int = 1, **fields: Any) -> Ending:
    fields.setdefault("answers", ANSWERS)
    fields.setdefault("timings", {"run": 30.0, "batch": 1})
    return Ending(job.pk, attempt, fields.pop("state", "succeeded"), **fields)


def claim(as_dispatcher: AsDispatcher, job: Job) -> int | None:
    """The attempt, or None where it could not be claimed."""
    claimed: list[Claimed] = as_dispatcher(rows.claim, [(job.pk, "worker-1")], LEASE)
    return claimed[0].attempt if claimed else None


def ledger(lab: Lab, job: Job) -> list[str]:
    with team_context(lab.alice):
        return list(UsageEntry.objects.filter(job_id=job.pk).values_list("outcome", flat=True))


class TestClaim:
    def test_takes_a_queued_job_once(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab)
        assert claim(as_dispatcher, job) == 1
        assert claim(as_dispatcher, job) is None
        as_dispatcher(finish, [ended(job)])
        assert claim(as_dispatcher, job) is None
        assert (reread(lab, job).state, reread(lab, job).attempt) == ("succeeded", 1)


class TestFinish:
    def test_writes_the_job_its_subject_and_the_ledger(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab)
        assert claim(as_dispatcher, job) == 1
        [result] = as_dispatcher(finish, [ended(job)])
        assert (result.subject, result.state) == (job.subject, "succeeded")
        prediction = subject_of(lab, job)
        assert prediction.state == Prediction.State.SUCCEEDED
        assert (prediction.answer or {})["finding"]["scores"][0] == ["effusion", 0.75]
        assert reread(lab, job).state == "succeeded"
        assert ledger(lab, job) == ["succeeded"]

    def test_leaves_nothing_of_the_input_behind(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab)
        claim(as_dispatcher, job)
        as_dispatcher(finish, [ended(job)])
        assert reread(lab, job).input == {}

    def test_twice_is_once(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab)
        claim(as_dispatcher, job)
        assert len(as_dispatcher(finish, [ended(job), ended(job, state="failed")])) == 1
        assert as_dispatcher(finish, [ended(job, state="failed")]) == []
        assert subject_of(lab, job).state == "succeeded"
        assert ledger(lab, job) == ["succeeded"]

    def test_of_a_job_that_nobody_runs_is_dropped(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab)
        assert as_dispatcher(finish, [ended(job, attempt=0)]) == []
        assert subject_of(lab, job).state == "queued"

    @pytest.mark.parametrize("late_comes_first", [True, False])
    def test_of_an_earlier_attempt_is_dropped(
        self, as_dispatcher: AsDispatcher, lab: Lab, late_comes_first: bool, caplog: pytest.LogCaptureFixture
    ) -> None:
        """By the statement itself: what only stumbles over it later would say so in the log."""
        job = waiting_job(lab)
        claim(as_dispatcher, job)
        as_dispatcher(rows.release, [(job.pk, 1)], 3)
        assert claim(as_dispatcher, job) == 2
        late = ended(job, 1, state="failed", answers=None, error=Failure("model_crashed", "Late."))
        assert as_dispatcher(finish, [late]) == []
        group = [late, ended(job, 2)] if late_comes_first else [ended(job, 2), late]
        [result] = as_dispatcher(finish, group)
        assert result.state == "succeeded"
        assert subject_of(lab, job).state == "succeeded"
        assert ledger(lab, job) == ["succeeded"]
        assert [record.getMessage() for record in caplog.records] == []

    def test_of_three_teams_is_one_statement(self, as_dispatcher: AsDispatcher) -> None:
        labs = [Lab.make() for _ in range(3)]
        jobs = [waiting_job(each) for each in labs]
        for job in jobs:
            claim(as_dispatcher, job)
        assert len(as_dispatcher(finish, [ended(job) for job in jobs])) == 3
        assert [ledger(each, job) for each, job in zip(labs, jobs, strict=True)] == [["succeeded"]] * 3

    def test_that_cannot_be_stored_fails_alone(self, as_dispatcher: AsDispatcher, lab: Lab, other_lab: Lab) -> None:
        """A model's text with a null character, which PostgreSQL refuses, must not hold up another team's answer."""
        bad, good = waiting_job(lab), waiting_job(other_lab)
        for job in (bad, good):
            claim(as_dispatcher, job)
        results = as_dispatcher(finish, [ended(bad, answers={"finding": TextAnswer("a\x00b")}), ended(good)])
        assert {result.subject: result.state for result in results} == {
            bad.subject: "failed",
            good.subject: "succeeded",
        }
        assert (subject_of(lab, bad).error or {})["code"] == "internal"
        assert subject_of(other_lab, good).state == "succeeded"

    def test_of_a_deleted_subject_still_ends_the_job(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab)
        claim(as_dispatcher, job)
        with team_context(lab.alice):
            Prediction.objects.filter(pk=job.subject).delete()
        assert len(as_dispatcher(finish, [ended(job)])) == 1
        assert reread(lab, job).state == "succeeded"


class TestQuota:
    def used(self, lab: Lab) -> int:
        with team_context(lab.alice):
            return Quota.objects.get(subject=lab.team.pk, unit=Quota.Unit.DEVICE_MS).used

    def test_is_settled_by_what_was_used(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab, reserve_ms=100)
        assert self.used(lab) == 100
        claim(as_dispatcher, job)
        as_dispatcher(finish, [ended(job, timings={"run": 90.0, "batch": 3})])
        assert self.used(lab) == 30

    def test_is_given_back_by_what_never_ran(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab, reserve_ms=100)
        as_dispatcher(finish, [ended(job, attempt=0, state="cancelled", answers=None, timings=None, queued_too=True)])
        assert self.used(lab) == 0
        assert ledger(lab, job) == ["cancelled"]


class TestRelease:
    def test_queues_again_alone_and_keeps_the_attempt(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab)
        claim(as_dispatcher, job)
        [waiting], dead = as_dispatcher(rows.release, [(job.pk, 1)], 3)
        assert (waiting.id, waiting.solo, dead) == (job.pk, True, [])
        assert (reread(lab, job).state, reread(lab, job).attempt) == ("queued", 1)

    def test_of_another_attempt_changes_nothing(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab)
        claim(as_dispatcher, job)
        assert as_dispatcher(rows.release, [(job.pk, 2)], 3) == ([], [])
        assert reread(lab, job).state == "running"

    def test_after_three_attempts_ends_as_worker_lost(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab)
        for attempt in (1, 2, 3):
            assert claim(as_dispatcher, job) == attempt
            again, dead = as_dispatcher(rows.release, [(job.pk, attempt)], 3)
            assert bool(again) == (attempt < 3)
        as_dispatcher(finish, dead)
        assert (subject_of(lab, job).error or {})["code"] == "worker_lost"
        assert ledger(lab, job) == ["failed"]

    def test_of_what_was_given_back_counts_no_attempt(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab)
        for attempt in (1, 2, 3, 4):
            assert claim(as_dispatcher, job) == attempt
            assert as_dispatcher(rows.give_back, [(job.pk, attempt - 1)]) == []  # of another attempt
            [waiting] = as_dispatcher(rows.give_back, [(job.pk, attempt)])
            assert (waiting.id, waiting.solo) == (job.pk, False)
        for attempt in (5, 6, 7):
            assert claim(as_dispatcher, job) == attempt
            again, dead = as_dispatcher(rows.release, [(job.pk, attempt)], 3)
            assert (len(again), len(dead)) == ((1, 0) if attempt < 7 else (0, 1))

    def test_comes_with_the_end_of_a_lease_that_no_heartbeat_renewed(
        self, as_dispatcher: AsDispatcher, lab: Lab
    ) -> None:
        job = waiting_job(lab)
        as_dispatcher(rows.claim, [(job.pk, "worker-1")], PAST)
        as_dispatcher(rows.renew, [(job.pk, 7)], LEASE)  # another attempt's heartbeat
        [waiting], _ = as_dispatcher(rows.expired, lab.team.slug, 3)
        assert waiting.id == job.pk
        as_dispatcher(rows.claim, [(job.pk, "worker-1")], PAST)
        as_dispatcher(rows.renew, [(job.pk, 2)], LEASE)
        assert as_dispatcher(rows.expired, lab.team.slug, 3) == ([], [])


class TestOverdue:
    @pytest.mark.parametrize(("has_workers", "code"), [(False, "no_worker"), (True, "deadline_exceeded")])
    def test_a_queued_job_ends_at_its_deadline(
        self, as_dispatcher: AsDispatcher, lab: Lab, has_workers: bool, code: str
    ) -> None:
        job = waiting_job(lab, deadline_at=timezone.now() + PAST)
        endings, stops = as_dispatcher(rows.overdue, lab.team.slug, has_workers)
        assert stops == []
        as_dispatcher(finish, endings)
        assert (subject_of(lab, job).error or {})["code"] == code

    def test_a_running_job_is_stopped_too(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab, deadline_at=timezone.now() + PAST)
        claim(as_dispatcher, job)
        endings, stops = as_dispatcher(rows.overdue, lab.team.slug, True)
        assert stops == [(job.pk, 1, "worker-1")]
        as_dispatcher(finish, endings)
        assert (subject_of(lab, job).error or {})["code"] == "deadline_exceeded"

    def test_a_cancelled_job_is_not_claimed_and_ends_cancelled(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        job = waiting_job(lab)
        with team_context(lab.alice):
            cancel(job.subject)
        assert claim(as_dispatcher, job) is None
        endings, _ = as_dispatcher(rows.overdue, lab.team.slug, True)
        as_dispatcher(finish, endings)
        assert subject_of(lab, job).state == "cancelled"
        assert ledger(lab, job) == ["cancelled"]

    def test_what_is_in_time_is_left_alone(self, as_dispatcher: AsDispatcher, lab: Lab) -> None:
        waiting_job(lab)
        assert as_dispatcher(rows.overdue, lab.team.slug, True) == ([], [])


class TestTheRole:
    """A dispatcher that was taken over reads and writes its tables and no others."""

    FORBIDDEN = (
        "SELECT email FROM users_user",
        "SELECT name FROM teams_team",
        "SELECT secret_hash FROM teams_apitoken",
        "SELECT secret_hash FROM sharing_link",
        "SELECT email FROM sharing_guestvisit",
        "SELECT message FROM feedback_flag",
        "SELECT body FROM feedback_message",
        "SELECT id FROM feedback_thread",
        "SELECT id FROM projects_project",
        "SELECT what FROM audit_event",
        "SELECT args FROM procrastinate_jobs",
        "SELECT session_data FROM django_session",
        "INSERT INTO jobs_job (id) VALUES (gen_random_uuid())",
        "DELETE FROM jobs_job",
        "DELETE FROM jobs_usageentry",
        "UPDATE jobs_usageentry SET device_ms = 0",
        "INSERT INTO jobs_quota (id) VALUES (gen_random_uuid())",
        "DELETE FROM endpoints_prediction",
        "INSERT INTO endpoints_prediction (id) VALUES (gen_random_uuid())",
        "UPDATE endpoints_endpoint SET slug = 'x'",
        "UPDATE registry_model SET slug = 'x'",
        "DELETE FROM registry_version",
        "UPDATE artifacts_artifact SET size = 0",
        "SELECT * FROM atrium.token_look_up('x')",
        "SELECT * FROM atrium.all_teams()",
        "SET ROLE atrium_app",
        "SET ROLE atrium_owner",
    )

    @pytest.mark.parametrize("statement", FORBIDDEN)
    def test_may_not(self, as_dispatcher: AsDispatcher, statement: str) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_dispatcher(execute, statement)

    def test_is_the_dispatchers(self, as_dispatcher: AsDispatcher) -> None:
        assert as_dispatcher(execute, "SELECT current_user") == "atrium_dispatcher"


def execute(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def test_a_worker_is_lost_when_its_dispatcher_would_forget_it() -> None:
    assert timedelta(seconds=settings.LEASE_SECONDS) == Worker.SILENT
    assert Worker(seen_at=timezone.now() - Worker.SILENT).state == "lost"


def test_workers_that_were_not_heard_for_a_lease_are_forgotten(as_dispatcher: AsDispatcher) -> None:
    def remember() -> set[str]:
        for name, age in (("gone", Worker.SILENT), ("here", timedelta())):
            fields = {"pool": "forgetful", "device": "cpu", "memory": 1, "floor": "full", "credit": 1}
            Worker.objects.create(name=name, seen_at=timezone.now() - age, **fields)
        rows.forget_silent_workers("forgetful")
        left = Worker.objects.filter(pool="forgetful")
        names = set(left.values_list("name", flat=True))
        left.delete()  # a pool without a dispatcher is what the doctor complains of
        return names

    assert as_dispatcher(remember) == {"here"}
