"""What may still be spent: taken in one statement, so that two never share the last of it."""

from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import connection
from pytest_django import Settings

from apps.jobs.models import Job, Quota
from apps.jobs.services import last_used, reserve, submit
from atrium.errors import Problem, QuotaExceeded
from atrium.tenancy.context import team_context
from gpu_workers.protocol.pools import Place
from tests.people import Lab
from tests.schema import Api
from tests.threads import Threads

CROWD = 6


def test_two_at_once_never_share_the_last_case(lab: Lab) -> None:
    link = uuid4()
    with team_context(lab.alice):
        Quota.objects.create(subject=link, unit=Quota.Unit.CASES, limit=3, used=2)
    together = Barrier(CROWD)

    def take(_: int) -> bool:
        try:
            with team_context(lab.alice):
                together.wait(20)
                reserve(link, Quota.Unit.CASES, 1)
        except QuotaExceeded:
            return False
        return True

    with Threads(CROWD) as threads:
        assert sum(threads.map(take, range(CROWD))) == 1
    with team_context(lab.alice):
        assert Quota.objects.get(subject=link).used == 3


def test_a_subject_without_a_row_has_no_limit(lab: Lab) -> None:
    with team_context(lab.alice):
        reserve(uuid4(), Quota.Unit.CASES, 10**6)


def test_what_a_version_took_lately_is_looked_up_not_searched(lab: Lab) -> None:
    """The ledger keeps every request; the p95 of a version's last 200 must not cost a reading of it."""
    with team_context(lab.alice), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a test's ledger is short enough to be read whole
        cursor.execute("SET LOCAL enable_sort = off")
        plan = last_used("predict", lab.version.pk).explain()
    assert "usage_of_version" in plan, plan
    assert "Sort" not in plan, plan


def submitted(lab: Lab, ms: int) -> UUID:
    with team_context(lab.alice):
        return submit("predict", uuid4(), {}, pool="nobody's", reserve_ms=ms).pk


def test_a_teams_device_time_of_a_day_ends(lab: Lab, other_lab: Lab, settings: Settings) -> None:
    settings.TEAM_DEVICE_MS = 150
    submitted(lab, 100)
    with pytest.raises(QuotaExceeded, match="device time"):
        submitted(lab, 100)
    submitted(lab, 50)
    submitted(other_lab, 100)
    with team_context(lab.alice):
        assert Job.objects.count() == 2  # the refused one left nothing


@pytest.mark.parametrize("kind", ["predict", "replay", "explain"])
def test_what_machines_of_its_own_do_takes_nothing_of_it(lab: Lab, kind: str) -> None:
    own = Place(uuid4(), 1).name
    with team_context(lab.alice):
        job = submit(kind, uuid4(), {}, pool=own, reserve_ms=100)
        assert job.reserved_ms == 0
        assert not Quota.objects.filter(unit=Quota.Unit.DEVICE_MS).exists()


def test_a_full_queue_says_when_to_come_back(lab: Lab, other_lab: Lab, settings: Settings) -> None:
    settings.QUEUE_LIMIT = 2
    submitted(lab, 0)
    submitted(lab, 0)
    with pytest.raises(Problem, match="2 of your team's cases are waiting") as refused:
        submitted(lab, 0)
    assert (refused.value.code, refused.value.status, refused.value.retry_after) == ("queue_full", 429, 1)
    submitted(other_lab, 0)


def test_the_api_tells_it_with_retry_after(lab: Lab, settings: Settings) -> None:
    settings.QUEUE_LIMIT = 0
    with team_context(lab.alice):
        lab.version.state = "failed"
        lab.version.save(update_fields=["state"])
    api = Api(lab.token())
    answer = api.client.post(f"/api/v1/versions/{lab.version.pk}/inspect", headers=api.headers)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (429, "queue_full", "1")
    assert api.get(f"versions/{lab.version.pk}")[1]["state"] == "failed"
