"""The dispatcher's own role in this process, and jobs as services leave them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from apps.endpoints.models import Prediction
from apps.jobs.models import Job
from apps.jobs.services import submit
from atrium.tenancy.context import team_context
from tests.people import Lab
from tests.services import site


class AsDispatcher(Protocol):
    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any: ...


@pytest.fixture(scope="session")
def as_dispatcher() -> Iterator[AsDispatcher]:
    """Runs a function in a thread whose connection is the role atrium_dispatcher's."""
    address = urlsplit(site().web("atrium_dispatcher")["DATABASE_URL"])
    default = connections.settings["default"]
    options = {name: value for name, value in default["OPTIONS"].items() if name != "pool"}
    role = default | {"USER": address.username, "PASSWORD": address.password, "OPTIONS": options}

    def enter() -> None:
        connections["default"] = DatabaseWrapper(role, "default")

    with ThreadPoolExecutor(1, initializer=enter) as thread:
        yield lambda function, *arguments: thread.submit(function, *arguments).result(20)
        thread.submit(lambda: connections["default"].close()).result(20)


def waiting_job(lab: Lab, *, reserve_ms: int = 0, **fields: Any) -> Job:
    """A prediction that nobody has answered yet, with its job. fields: of the job, changed afterwards."""
    prediction = lab.prediction(lab.alice)
    with team_context(lab.alice):
        Prediction.objects.filter(pk=prediction.pk).update(state=Prediction.State.QUEUED, answer=None)
        job = submit(
            "predict",
            prediction.pk,
            {"inputs": {"film": "kept until the end"}, "puts": {}},
            pool=lab.team.slug,
            project_id=lab.project.pk,
            version_id=lab.version.pk,
            reserve_ms=reserve_ms,
        )
        if fields:
            Job.objects.filter(pk=job.pk).update(**fields)
            job.refresh_from_db()
    return job


def reread(lab: Lab, job: Job) -> Job:
    with team_context(lab.alice):
        return Job.objects.get(pk=job.pk)


def subject_of(lab: Lab, job: Job) -> Prediction:
    with team_context(lab.alice):
        return Prediction.objects.get(pk=job.subject)
