"""Jobs as services leave them."""

from typing import Any

from apps.endpoints.models import Prediction
from apps.jobs.models import Job
from apps.jobs.services import submit
from atrium.tenancy.context import team_context
from tests.people import Lab


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
