"""Asking a version all cases of its model's suite: begun by people and by a new version, led on as answers come.

The rows of a run say how far it is, so whoever dies over it loses nothing: `advance` looks and does what is next, as
often as it is called.
"""

from uuid import UUID

from django.db import connection
from django.utils import timezone

from apps.endpoints.models import OPEN, Prediction
from apps.endpoints.replaying import tried
from apps.jobs.models import Job
from apps.jobs.services import cancel as cancel_job
from apps.registry.models import Version
from apps.registry.selectors import version_for
from atrium.access.door import system
from atrium.access.principals import System, TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Conflict, Problem, require
from atrium.tenancy.context import team_context

from .expected import outcome_of
from .models import Suite, SuiteResult, SuiteRun
from .permissions import can_run_suites
from .selectors import run_for

State, Outcome = SuiteRun.State, SuiteResult.Outcome
UNDECIDED = (Outcome.WAITING, Outcome.ASKED)
WINDOW = 8
"""Cases of a run that wait for a worker or are at one."""
NEEDS = "Running a suite needs the role member, and of a token the scopes feedback:write and predict."


def start_run(principal: TeamPrincipal, version_id: UUID) -> SuiteRun:
    """Ask the version every case, in place of an earlier run of its own. Raises Conflict where there is nothing to ask,
    or it is under way."""
    with team_context(principal):
        require(can_run_suites(principal), NEEDS)
        version = version_for(principal, version_id)
        return _begin(principal, version)


def begin_for(principal: System, version_id: UUID) -> SuiteRun | None:
    """A version has become ready: it is asked before anybody promotes it. None where there is nothing to ask."""
    with team_context(principal):
        version = Version.objects.select_related("model").filter(pk=version_id).first()
        if version is None or not version.servable or SuiteRun.objects.filter(version=version).exists():
            return None
        if not Suite.objects.filter(model=version.model_id, cases__isnull=False).exists():
            return None
        return _begin(principal, version)


def _begin(principal: TeamPrincipal, version: Version) -> SuiteRun:
    suite = Suite.objects.select_for_update().filter(model=version.model_id).first()
    cases = [] if suite is None else list(suite.cases.all())
    if suite is None or not cases:
        raise Conflict(f"The suite of {version.model} is empty: put flagged cases into it first.")
    if not version.servable:
        raise Problem("not_ready", f"{version} is not ready, or its interface is not confirmed.")
    earlier = SuiteRun.objects.filter(suite=suite, version=version).first()
    if earlier is not None:
        if earlier.state == State.RUNNING:
            raise Conflict(f"{version} is being asked already.")
        earlier.delete()
    run = SuiteRun.objects.create(suite=suite, version=version)
    SuiteResult.objects.bulk_create(SuiteResult(run=run, case=case) for case in cases)
    record(principal, "suite.began_run", version, project_id=version.model.project_id, cases=len(cases))
    _go_on(principal, run)
    return run


def cancel_run(principal: TeamPrincipal, run_id: UUID) -> SuiteRun:
    """What was answered stays. One that ended stays so."""
    with team_context(principal):
        require(can_run_suites(principal), NEEDS)
        run = _running(run_for(principal, run_id).pk)
        if run is not None:
            for asked in Prediction.objects.filter(suite_results__run=run, state__in=OPEN):
                cancel_job(asked.pk)
            run.results.filter(outcome__in=UNDECIDED).update(
                outcome=Outcome.UNANSWERED, problem="The run was cancelled."
            )
            _end(run, State.CANCELLED)
            record(principal, "suite.cancelled_run", run.version, project_id=run.version.model.project_id)
        return run_for(principal, run_id)


def open_runs() -> list[tuple[UUID, UUID]]:
    """(team, run) of all that are not over, outside any team's context."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT team_id, id FROM atrium.open_suite_runs()")
        return [(team, run) for team, run in cursor.fetchall()]


def answered(prediction_id: UUID) -> None:
    """A case that was asked anew has ended, in the open context: the run of which it is one goes on."""
    for run_id in SuiteResult.objects.filter(answered=prediction_id).values_list("run_id", flat=True):
        run = _running(run_id)
        if run is not None:
            _go_on(System(run.team_id, "run a suite"), run)


def advance(team_id: UUID, run_id: UUID) -> None:
    """Do what is next of a run, if anything is."""
    with system(team_id, "run a suite") as principal:
        run = _running(run_id)
        if run is not None:
            _go_on(principal, run)


def _go_on(principal: TeamPrincipal, run: SuiteRun) -> None:
    """Judge what was answered, ask what waits, and end the run where nothing is left."""
    beside = ("case__judged__endpoint", "case__judged__version", "answered")
    asked = list(run.results.filter(outcome=Outcome.ASKED).select_related(*beside))
    for result in asked:
        if result.answered is None or result.answered.state not in OPEN:
            _judge(result)
    room = WINDOW - sum(result.outcome == Outcome.ASKED for result in asked)
    waiting = run.results.filter(outcome=Outcome.WAITING).select_related(*beside)
    while room > 0 and (next_ones := list(waiting[:room])):
        for result in next_ones:
            made = tried(principal, result.case.judged, run.version, Job.Priority.BATCH)
            if isinstance(made, Problem):
                if made.code == "queue_full":
                    return  # the next look is early enough
                result.outcome, result.problem = Outcome.UNANSWERED, made.message[:300]
            else:
                result.answered, result.outcome = made, Outcome.ASKED
                room -= 1
            result.save(update_fields=["answered", "outcome", "problem"])
    if not run.results.filter(outcome__in=UNDECIDED).exists():
        _end(run, State.FINISHED)
        facts = {"cases": run.results.count(), "not_passed": run.results.exclude(outcome=Outcome.PASSED).count()}
        record(principal, "suite.finished_run", run.version, project_id=run.version.model.project_id, **facts)


def _judge(result: SuiteResult) -> None:
    now = result.answered
    if now is None or now.state != Prediction.State.SUCCEEDED:
        told = "Its answer was deleted." if now is None else (now.error or {}).get("message", "It gave no answer.")
        result.outcome, result.problem = Outcome.UNANSWERED, str(told)[:300]
    else:
        before = result.case.judged.answer or {}
        result.outcome = Outcome(outcome_of(result.case.expected, before, now.answer or {}))
    result.save(update_fields=["outcome", "problem"])


def _end(run: SuiteRun, state: SuiteRun.State) -> None:
    run.state, run.ended_at = state, timezone.now()
    run.save(update_fields=["state", "ended_at"])


def _running(run_id: UUID) -> SuiteRun | None:
    """The run where it is not over, and nobody else goes on with it until this transaction ends."""
    found = SuiteRun.objects.select_for_update(of=("self",)).select_related("version__model", "suite")
    return found.filter(pk=run_id, state=State.RUNNING).first()
