"""What a worker says of a file, for tests in which none reads it."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.utils import timezone

from apps.datasets.ingestion import INGEST
from apps.datasets.models import DatasetVersion
from apps.jobs.kinds import Result
from atrium.tenancy.context import team_context
from atrium.tenancy.statements import together
from gpu_workers.protocol.datasets import Reading
from gpu_workers.protocol.messages import Failure
from tests.people import Lab
from tests.tables import COLUMNS, PREVIEW, ready_table

SOUND = Reading(
    "ready",
    rows=4,
    columns=COLUMNS,
    preview=tuple(tuple(row) for row in PREVIEW),
    sha256="ab" * 32,
    size=1234,
    notes=("Lines end with CR LF.",),
)


def under_way(lab: Lab, name: str = "rows", **fields: Any) -> DatasetVersion:
    """A version whose file is being read."""
    made: dict[str, Any] = {
        "state": "reading",
        "table": None,
        "place": uuid4(),
        "columns": [],
        "preview": [],
        "rows": 0,
    }
    return ready_table(lab.alice, lab.project, name, **(made | fields))


def finish(*ended: tuple[DatasetVersion, Reading | Failure | None]) -> None:
    """As the dispatcher commits it; called as its role."""
    results = []
    for version, said in ended:
        made = msgspec.msgpack.encode(said) if isinstance(said, Reading) else None
        error = said if isinstance(said, Failure) else None
        state = "succeeded" if made else "failed"
        job: UUID = uuid4()
        results.append(Result(job, version.team_id, version.pk, state, None, None, made, error, {}, timezone.now()))
    with together():
        INGEST.finish_many(results)


def reread(lab: Lab, version: DatasetVersion) -> DatasetVersion:
    with team_context(lab.alice):
        return DatasetVersion.objects.select_related("file", "table", "dataset").get(pk=version.pk)
