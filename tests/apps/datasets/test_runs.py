"""A model is run over a table, part after part: what a worker says leads to the next, and nothing is asked twice."""

from typing import Any

import pytest

from apps.artifacts.models import Artifact
from apps.datasets.deletion import delete_runs
from apps.datasets.models import DatasetVersion, PredictionRun, RunPart
from apps.datasets.plans import MOST_ROWS
from apps.datasets.runs import WINDOW, advance, cancel_run, open_runs, progress_of, resume_run, start_run
from apps.datasets.services import delete_dataset, delete_version
from apps.jobs.models import Job, Quota
from apps.projects.services import create_project
from apps.registry.functions import LIVE
from apps.registry.models import Version
from apps.registry.services import delete_version as delete_model_version
from atrium.access.principals import Role
from atrium.audit.models import Event
from atrium.errors import Conflict, Invalid, NotPermitted, QuotaExceeded
from atrium.tenancy.context import team_context
from gpu_workers.protocol.datasets import Joined
from gpu_workers.protocol.messages import Failure
from tests.apps.datasets.answering import (
    COLUMNS,
    NEW,
    applied,
    begun,
    finish,
    finish_join,
    parts_of,
    reread,
    source_of,
    states,
    tabular,
)
from tests.conftest import AsDispatcher
from tests.people import Lab
from tests.tables import ready_table

pytestmark = pytest.mark.usefixtures("led_on_by_the_test")
TABLE = Joined(12_000, NEW, "ef" * 32, 999, ("A note.",))


def go_on(lab: Lab, run: PredictionRun) -> None:
    """The chore that a part's end defers."""
    advance(lab.team.pk, run.pk)


def test_parts_are_asked_in_a_window_and_joined(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    run = begun(lab, source_of(lab, rows=27_000), notes="Of November.")
    parts = parts_of(lab, run)
    assert [(part.first, part.count) for part in parts] == [
        (at, min(5000, 27_000 - at)) for at in range(0, 27_000, 5000)
    ]
    assert (states(lab, run), WINDOW) == ("qqqqww", 4)
    with team_context(lab.alice):
        [*_, job] = Job.objects.filter(subject__in=[part.pk for part in parts])
        assert (job.kind, job.priority, job.version_id) == ("apply", Job.Priority.BATCH, lab.version.pk)
        assert job.input["mapping"] == {"Age": "age", "site": "site"}
    as_dispatcher(finish, parts[1], applied(5000, ("“age” is empty.", 12)))
    go_on(lab, run)
    go_on(lab, run)  # whoever calls it again changes nothing
    assert states(lab, run) == "qdqqqw"
    while "q" in states(lab, run):
        for part in parts_of(lab, run):
            if part.state == RunPart.State.QUEUED:
                as_dispatcher(finish, part, applied(part.count, ("“age” is empty.", 1)))
        go_on(lab, run)
    run = reread(lab, run)
    assert (states(lab, run), run.state) == ("dddddd", "joining")
    with team_context(lab.alice):
        job = Job.objects.get(subject=run.pk)
        assert (job.kind, [file["rows"] for file in job.input["files"]]) == ("join", [5000] * 5 + [2000])
        assert Artifact.objects.filter(sha256=bytes.fromhex("cd" * 32)).count() == 6
    as_dispatcher(finish_join, run, TABLE)
    go_on(lab, run)
    run = reread(lab, run)
    assert (run.state, run.made is not None) == ("succeeded", True)
    made = run.made
    assert made is not None
    assert (made.state, made.number, made.dataset_id, made.notes) == ("reading", 2, run.dataset_id, "Of November.")
    assert made.declared == {"finding": "label", "age": "feature", "site": "group", **NEW}
    assert made.created_by == lab.alice.user_id
    assert made.made_from == {
        "version": str(run.source_id),
        "name": "rows v1",
        "what": f"{run.version_name} as “reader”",
        "notes": ["17 of 27,000 rows have no answer: “age” is empty. (17)", "A note."],
        "run": str(run.pk),
        "model_version": str(lab.version.pk),
    }
    with team_context(lab.alice):
        assert not Artifact.objects.filter(sha256=bytes.fromhex("cd" * 32)).exists()
        assert Event.objects.filter(what="dataset.began_run").count() == 1
        told = progress_of(run)
    assert (told.rows_done, told.rows_without) == (27_000, 17)
    assert (lab.team.pk, run.pk) not in open_runs()


def test_a_failed_part_stops_it_and_what_is_done_is_not_asked_again(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    run = begun(lab, source_of(lab))
    first, second, third = parts_of(lab, run)
    as_dispatcher(finish, first, applied(5000))
    as_dispatcher(finish, second, Failure("model_failed", "The model could not be loaded."))
    as_dispatcher(finish, third, applied(2000))  # it was under way
    go_on(lab, run)
    stopped = reread(lab, run)
    assert (stopped.state, states(lab, run)) == ("failed", "dwd")
    assert stopped.error == {"code": "model_failed", "message": "The model could not be loaded."}
    assert (lab.team.pk, run.pk) not in open_runs()

    resume_run(lab.alice, run.pk)
    again = parts_of(lab, run)
    assert (states(lab, run), reread(lab, run).error) == ("dqd", None)
    assert again[0].answers_id == parts_of(lab, run)[0].answers_id
    as_dispatcher(finish, second, applied(5000))  # by the job that failed: it does not count any more
    assert states(lab, run) == "dqd"
    as_dispatcher(finish, again[1], applied(5000))
    go_on(lab, run)
    assert reread(lab, run).state == "joining"


def test_a_failed_joining_is_joined_again(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    run = begun(lab, source_of(lab, rows=10))
    as_dispatcher(finish, parts_of(lab, run)[0], applied(10))
    go_on(lab, run)
    as_dispatcher(finish_join, reread(lab, run), Failure("unavailable", "The store is away."))
    assert reread(lab, run).state == "failed"
    resume_run(lab.alice, run.pk)
    assert reread(lab, run).state == "joining"
    as_dispatcher(finish_join, reread(lab, run), TABLE)
    go_on(lab, run)
    assert reread(lab, run).state == "succeeded"


def test_a_cancelled_one_takes_no_more_results_and_goes_on_when_asked(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    run = begun(lab, source_of(lab))
    first, second, _ = parts_of(lab, run)
    as_dispatcher(finish, first, applied(5000))
    cancel_run(lab.alice, run.pk)
    assert (reread(lab, run).state, states(lab, run)) == ("cancelled", "dww")
    with team_context(lab.alice):
        assert Job.objects.get(subject=second.pk).cancel_requested
    as_dispatcher(finish, second, applied(5000))
    go_on(lab, run)
    assert (cancel_run(lab.alice, run.pk).state, states(lab, run)) == ("cancelled", "dww")
    resume_run(lab.alice, run.pk)
    assert states(lab, run) == "dqq"
    with pytest.raises(Conflict, match="failed or was cancelled"):
        resume_run(lab.alice, run.pk)


def test_a_team_has_so_many_under_way_and_no_more(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.datasets.runs.MOST_OPEN", 1)
    stopped = begun(lab, source_of(lab))
    cancel_run(lab.alice, stopped.pk)
    begun(lab, source_of(lab))
    with pytest.raises(Conflict, match="under way"):
        begun(lab, source_of(lab))
    with pytest.raises(Conflict, match="under way"):
        resume_run(lab.alice, stopped.pk)
    assert reread(lab, stopped).state == "cancelled"


def test_without_device_time_it_stops_with_a_sentence(lab: Lab, as_dispatcher: AsDispatcher, settings: Any) -> None:
    settings.TEAM_DEVICE_MS = 450
    run = begun(lab, source_of(lab, rows=25_000))
    as_dispatcher(finish, parts_of(lab, run)[0], applied(5000))
    with team_context(lab.alice):
        Quota.objects.filter(subject=lab.team.pk).update(limit=450)
    go_on(lab, run)
    stopped = reread(lab, run)
    assert (stopped.state, states(lab, run)) == ("failed", "dqqqw")
    assert stopped.error is not None
    assert "device time" in stopped.error["message"]


def test_one_that_cannot_begin_leaves_nothing(lab: Lab, settings: Any) -> None:
    settings.TEAM_DEVICE_MS = 50
    with pytest.raises(QuotaExceeded):
        begun(lab, source_of(lab), dataset="Another")
    with team_context(lab.alice):
        assert not PredictionRun.objects.exists()
        assert not Job.objects.filter(kind="apply").exists()


def test_a_full_queue_is_waited_for(lab: Lab, as_dispatcher: AsDispatcher, settings: Any) -> None:
    run = begun(lab, source_of(lab, rows=25_000))
    as_dispatcher(finish, parts_of(lab, run)[0], applied(5000))
    settings.QUEUE_LIMIT = 0
    go_on(lab, run)
    assert (reread(lab, run).state, states(lab, run)) == ("running", "dqqqw")
    settings.QUEUE_LIMIT = 200
    assert (lab.team.pk, run.pk) in open_runs()
    go_on(lab, run)
    assert states(lab, run) == "dqqqq"


class TestWhatDoesNotFit:
    def refused(self, lab: Lab, **options: Any) -> dict[str, str]:
        with pytest.raises(Invalid) as told:
            begun(lab, source_of(lab), **options)
        return {error.field: error.message for error in told.value.errors}

    def test_a_column_of_a_wrong_kind(self, lab: Lab) -> None:
        told = self.refused(lab, mapping={"Age": "site"})
        assert told == {"inputs.Age": "“Age” takes numbers or yes or no; “site” holds words."}

    def test_an_input_without_a_column(self, lab: Lab) -> None:
        assert self.refused(lab, mapping={"Age": ""}) == {"inputs.Age": "“Age” needs a column."}

    def test_an_input_that_there_is_not(self, lab: Lab) -> None:
        assert self.refused(lab, mapping={"Size": "age"}) == {"inputs": "There is no input “Size”."}

    def test_what_is_no_mapping(self, lab: Lab) -> None:
        assert "inputs" in self.refused(lab, mapping={"Age": 5})

    def test_a_name_that_the_table_has(self, lab: Lab) -> None:
        source = ready_table(lab.alice, lab.project, "scored")
        with pytest.raises(Invalid, match="invalid") as told:
            start_run(lab.alice, source.pk, version_id=tabular(lab).pk, model="reader")
        assert [error.field for error in told.value.errors] == ["name"]
        assert "“p” is a column of “reader” already" in told.value.errors[0].message

    def test_a_model_of_another_project(self, lab: Lab) -> None:
        source = ready_table(lab.alice, create_project(lab.alice, name="Elsewhere"), "rows", COLUMNS)
        with pytest.raises(Invalid) as told:
            begun(lab, source)
        assert [error.code for error in told.value.errors] == ["other_project"]

    def test_a_live_function(self, lab: Lab) -> None:
        source, version = source_of(lab), tabular(lab)
        with team_context(lab.alice):
            Version.objects.filter(pk=version.pk).update(format=LIVE)
        with pytest.raises(Invalid) as told:
            start_run(lab.alice, source.pk, version_id=version.pk)
        assert [error.code for error in told.value.errors] == ["live"]

    def test_more_rows_than_a_model_is_run_over(self, lab: Lab) -> None:
        with pytest.raises(Invalid) as told:
            begun(lab, source_of(lab, rows=MOST_ROWS + 1))
        assert [error.field for error in told.value.errors] == ["rows"]

    def test_a_default_may_stay(self, lab: Lab) -> None:
        assert begun(lab, source_of(lab), mapping={"site": ""}).mapping == {"Age": "age"}


def test_a_viewer_runs_nothing_and_another_team_sees_nothing(lab: Lab, other_lab: Lab) -> None:
    source = source_of(lab)
    version = tabular(lab)
    with pytest.raises(NotPermitted):
        start_run(lab.member("Vera", Role.VIEWER), source.pk, version_id=version.pk)
    run = begun(lab, source)
    with team_context(other_lab.alice):
        assert not PredictionRun.objects.filter(pk=run.pk).exists()
        assert not RunPart.objects.filter(run=run.pk).exists()


def test_a_deleted_model_stops_it_with_a_sentence(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    run = begun(lab, source_of(lab, rows=25_000))
    with team_context(lab.alice):
        lab.endpoint.delete()
    delete_model_version(lab.alice, lab.version.pk)
    go_on(lab, run)
    stopped = reread(lab, run)
    assert stopped.error is not None
    assert (stopped.state, stopped.version) == ("failed", None)
    assert "was deleted" in stopped.error["message"]
    with pytest.raises(Conflict, match="was deleted"):
        resume_run(lab.alice, run.pk)


def test_it_goes_with_its_source_or_its_target(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    source = source_of(lab)
    here, there = begun(lab, source), begun(lab, source, dataset="Another")
    for run in (here, there):
        as_dispatcher(finish, parts_of(lab, run)[0], applied(5000))
    delete_dataset(lab.alice, there.dataset_id)
    with team_context(lab.alice):
        assert list(PredictionRun.objects.all()) == [here]
        assert Artifact.objects.filter(sha256=bytes.fromhex("cd" * 32)).count() == 1
    queued = parts_of(lab, here)[1]
    delete_version(lab.alice, source.pk)
    with team_context(lab.alice):
        assert not RunPart.objects.exists()
        assert not Artifact.objects.filter(sha256=bytes.fromhex("cd" * 32)).exists()
        assert Job.objects.get(subject=queued.pk).cancel_requested
        assert not DatasetVersion.objects.exists()
    as_dispatcher(finish, queued, applied(5000))  # nobody is there to take it


def test_a_joined_table_that_was_not_made_a_version_goes_too(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    run = begun(lab, source_of(lab, rows=10))
    as_dispatcher(finish, parts_of(lab, run)[0], applied(10))
    go_on(lab, run)
    as_dispatcher(finish_join, reread(lab, run), TABLE)
    with team_context(lab.alice):
        assert Artifact.objects.filter(sha256=bytes.fromhex("ef" * 32)).exists()
        assert delete_runs(PredictionRun.objects.all()) == 1
        assert not Artifact.objects.filter(sha256__in=[bytes.fromhex(each * 32) for each in ("ef", "cd")]).exists()


def test_the_version_that_it_made_stays_when_it_goes(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    run = begun(lab, source_of(lab, rows=10))
    as_dispatcher(finish, parts_of(lab, run)[0], applied(10))
    go_on(lab, run)
    as_dispatcher(finish_join, reread(lab, run), TABLE)
    go_on(lab, run)
    with team_context(lab.alice):
        assert delete_runs(PredictionRun.objects.all()) == 1
        made = DatasetVersion.objects.select_related("file").get(number=2)
        assert bytes(made.file.sha256).hex() == "ef" * 32
