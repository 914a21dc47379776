"""What `/metrics` tells, to whom, and that no label of it says whose anything is."""

import re
from secrets import token_hex
from uuid import UUID, uuid4

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families as families
from pytest_django import Settings

from apps.jobs.models import Job
from apps.jobs.services import submit
from atrium import rendering
from atrium.errors import Problem
from atrium.tenancy.context import team_context
from gpu_workers.protocol.pools import Place
from infra.dev.processes import Process
from tests.people import Lab
from tests.workers import heard

TOKEN = token_hex(32)
LABELS = {"route", "status", "le", "kind", "code", "pool", "priority", "state", "outcome", "worker", "chore"}


@pytest.fixture(autouse=True)
def token(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN


def told() -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Sample name -> labels -> value."""
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in families(answer.content.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


@pytest.mark.parametrize(
    "given", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Authorization": "Bearer ü"}]
)
def test_without_the_token_there_is_no_such_page(given: dict[str, str]) -> None:
    assert Client().get("/metrics", headers=given).status_code == 404


def test_without_a_token_set_nobody_reads_them(settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_requests_are_counted_by_pattern_and_status(lab: Lab) -> None:
    def counted(route: str, status: str) -> float:
        return told()["atrium_requests_total"].get((("route", route), ("status", status)), 0)

    route = "/t/<slug:team>/"
    before = counted(route, "302"), counted("none", "404")
    Client().get(f"/t/{lab.team.slug}/")
    Client().get(f"/nowhere/{token_hex(8)}")
    assert counted(route, "302") == before[0] + 1
    assert counted("none", "404") == before[1] + 1
    assert told()["atrium_request_seconds_count"][("route", route),] >= 1


def test_a_waiting_job_is_told_and_an_ended_one(lab: Lab) -> None:
    pool = f"pool-{token_hex(4)}"
    with team_context(lab.alice):
        job = submit("predict", UUID(int=0), {}, pool=pool)
    at = (("kind", "predict"), ("pool", pool), ("priority", "interactive"))
    found = told()
    assert found["atrium_jobs_open"][tuple(sorted((*at, ("state", "queued"))))] == 1
    assert found["atrium_jobs_wait_seconds"][at] >= 0
    with team_context(lab.alice):
        Job.objects.filter(pk=job.pk).update(state="failed", error={"code": "runner_died"}, finished_at=job.created_at)
    ended = (("code", "runner_died"), ("kind", "predict"), ("outcome", "failed"), ("pool", pool))
    assert told()["atrium_jobs_ended"][ended] == 1


def test_a_refused_file_is_counted_by_its_code(inputs_process: Process) -> None:
    def refused() -> float:
        return sum(told().get("atrium_inputs_refused_total", {}).values())

    before = refused()
    with pytest.raises(Problem):
        rendering.decode_now(b"no picture", "image", {"mode": "L"}, "a patient.png")
    assert refused() == before + 1


def test_chores_and_workers_are_told() -> None:
    assert {"atrium_chores_waiting", "atrium_chores_lag_seconds"} <= set(told())


def test_no_label_says_whose(lab: Lab) -> None:
    mark = token_hex(8)
    own = Place(uuid4(), 1)
    Client().get(f"/l/{mark}")
    Client().get(f"/t/{lab.team.slug}/{mark}/")
    with team_context(lab.alice):
        submit("predict", UUID(int=0), {})
        submit("predict", UUID(int=0), {}, pool=own.name)
    with heard(own.name, own.worker(mark)):
        found = told()
    ours = [labels for name, samples in found.items() if name.startswith("atrium_") for labels in samples]
    assert {name for labels in ours for name, _ in labels} <= LABELS
    assert not any(mark in value for labels in ours for _, value in labels)
    values = " ".join(value for labels in ours for name, value in labels if name != "worker")  # the machine names it
    assert "own" in values.split()
    assert str(lab.team.slug) not in values.split("/")
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", values)
