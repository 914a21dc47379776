"""A dataset in a lab, questions about it, and their ends as the dispatcher writes them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.test import Client

from apps.analyses.models import Answer
from apps.artifacts.models import Artifact
from apps.datasets.models import DatasetVersion
from apps.datasets.services import delete_version
from apps.jobs.dispatcher import rows
from apps.jobs.dispatcher.endings import Ending, finish
from apps.jobs.models import Job
from apps.users.models import User
from atrium.access.principals import Member
from atrium.tenancy.context import team_context
from gpu_workers.protocol.debugger import ExportAnswer, SlicesAnswer, View
from gpu_workers.protocol.messages import Failure
from tests.conftest import AsDispatcher
from tests.people import Lab
from tests.tables import ready_table

JSON = "application/json"
LEASE = timedelta(seconds=60)
ANSWER = msgspec.json.encode(SlicesAnswer("log_loss", (), 12, ("Twelve looked at.",), "cpu", 0.1))
"""What a worker makes; nobody but the page reads it, so that any is good."""
VIEW: dict[str, Any] = {"type": "view", "a": [3]}
EXPORT: dict[str, Any] = {"type": "export", "view": VIEW, "format": "csv"}
NIGHT: dict[str, Any] = {"column": "age", "low": 60}


@dataclass
class Asked:
    """A lab with a table called `rows`, version 1."""

    lab: Lab
    version: DatasetVersion
    as_dispatcher: AsDispatcher

    @classmethod
    def of(cls, lab: Lab, as_dispatcher: AsDispatcher) -> "Asked":
        return cls(lab, ready_table(lab.alice, lab.project, "rows"), as_dispatcher)

    @property
    def debugger(self) -> str:
        """The page's address."""
        return f"/t/{self.lab.team.slug}/{self.lab.project.slug}/datasets/rows/v1/debugger/"

    def answers(self) -> list[Answer]:
        with team_context(self.lab.alice):
            return list(Answer.objects.filter(version=self.version).order_by("created_at"))

    def jobs(self) -> list[Job]:
        with team_context(self.lab.alice):
            return list(Job.objects.filter(kind="ask").order_by("created_at"))

    def end(self, job: Job, **fields: Any) -> None:
        """As a worker would have it, without a word to whoever waits."""
        [claim] = self.as_dispatcher(rows.claim, [(job.pk, "worker-1")], LEASE)
        fields.setdefault("timings", {"run": 40.0, "batch": 1})
        made = {"state": "succeeded", "made": ANSWER} if "error" not in fields else {"state": "failed"}
        self.as_dispatcher(finish, [Ending(job.pk, claim.attempt, **(made | fields))])

    def end_all(self, **fields: Any) -> None:
        """Every one that is queued."""
        for job in self.jobs():
            if job.state == Job.State.QUEUED:
                self.end(job, **fields)

    def file(self, answer: Answer) -> tuple[str, int] | None:
        """The content type and the size of an export's file, once it has a row."""
        with team_context(self.lab.alice):
            return Artifact.objects.filter(pk=answer.file_id or uuid4()).values_list("content_type", "size").first()

    def forget(self) -> None:
        """The version is deleted, with what was asked of it."""
        delete_version(self.lab.alice, self.version.pk)

    def export(self, rows: int = 3, size: int = 20) -> bytes:
        """What a worker answers to an export."""
        return msgspec.json.encode(ExportAnswer(rows, "ab" * 32, size, 0.1))


def page_of(member: Member) -> Client:
    """As the page's script asks."""
    client = Client(raise_request_exception=False, headers={"Accept": JSON})
    client.force_login(User.objects.get(pk=member.user_id))
    return client


def refused(sentence: str) -> Failure:
    return Failure("question_refused", sentence)


def asker_of(member: Member, version_id: UUID) -> Any:
    return lambda: (member, version_id)


def view(**fields: Any) -> Any:
    """A question, for whoever is let in."""
    return lambda _: View(**fields)
