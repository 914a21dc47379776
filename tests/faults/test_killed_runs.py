"""A model is run over a table while what asks, computes and leads on is killed in turn: each row is answered, once."""

import io
from collections.abc import Callable
from uuid import UUID

import httpx
import pyarrow.parquet as pq
import pytest

from apps.datasets.models import DatasetVersion, PredictionRun, RunPart
from apps.datasets.runs import start_run
from apps.jobs.models import UsageEntry
from atrium import storage
from atrium.tenancy.context import team_context
from infra.dev.processes import Process
from tests.apps.datasets.test_run_for_real import settled, uploaded_model, uploaded_table
from tests.faults.killing import kill_and_start
from tests.people import Lab
from tests.schema import LiveApi
from tests.services import site
from tests.waiting import until

pytestmark = pytest.mark.long

ROWS, PARTS = 90, 18
PATIENCE = 300.0


def test_kills_lose_no_row_and_answer_none_twice(
    web_process: Process,
    worker_process: Process,
    dispatch_process: Process,
    chores_process: Process,
    lab: Lab,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("apps.datasets.plans.ROWS_A_PART", ROWS // PARTS)
    api = LiveApi(site().url, lab.token())
    rows = "\n".join(["x_value,truth", *(f"{row},{row}" for row in range(ROWS)), ""])
    table = uploaded_table(api, str(lab.project.pk), rows.encode())
    version = uploaded_model(api, str(lab.project.pk))
    run = start_run(lab.alice, UUID(table), version_id=UUID(version))

    def done() -> int:
        with team_context(lab.alice):
            return RunPart.objects.filter(run=run, state=RunPart.State.DONE).count()

    def goes_on_past(count: int) -> Callable[[], bool]:
        return lambda: done() > count

    for process in (worker_process, dispatch_process, chores_process, worker_process):
        before = done()
        assert before < PARTS, "the run ended before everything was killed once"
        until(goes_on_past(before), PATIENCE)
        kill_and_start(process)
    told = settled(api, f"runs/{run.pk}", "running", "joining")
    assert (told["state"], told["rows_done"], told["unanswered"]) == ("succeeded", ROWS, []), told
    assert settled(api, f"dataset-versions/{told['made']}", "reading")["rows"] == ROWS
    with team_context(lab.alice):
        made = DatasetVersion.objects.select_related("table").get(pk=told["made"])
        assert made.table is not None
        data = httpx.get(storage.presign_get(made.table.key, 60)).content
        ended = UsageEntry.objects.filter(kind="apply", outcome="succeeded").count()
        assert PredictionRun.objects.get(pk=run.pk).made_id == made.pk
        assert made.dataset.versions.count() == 2
    assert pq.read_table(io.BytesIO(data)).to_pydict()["prediction:double"] == [2.0 * row for row in range(ROWS)]
    assert ended == PARTS
    api.close()
