"""Datasets for tests that read no file: versions as the worker leaves them."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from apps.analyses.models import Answer, SavedAnalysis, Slice
from apps.artifacts.models import Artifact
from apps.artifacts.services import keep, stage
from apps.datasets.models import Dataset, DatasetVersion, PredictionRun, RunPart
from apps.datasets.tables import as_json
from apps.projects.models import Project
from apps.registry.models import Version
from atrium import storage
from atrium.access.principals import Member
from atrium.tenancy.context import team_context
from gpu_workers.protocol.datasets import Column, Count, Facts, Kind, Role
from gpu_workers.protocol.debugger import ExportAnswer, Piece, TakeAnswer
from tests.people import PIXEL

COLUMNS = (
    Column("case", Kind.TEXT, Role.ID, facts=Facts(distinct=4)),
    Column(
        "finding",
        Kind.CATEGORY,
        Role.LABEL,
        facts=Facts(distinct=2, top=(Count("effusion", 3), Count("none", 1))),
    ),
    Column(
        "p",
        Kind.NUMBER,
        Role.PROBABILITY,
        "reader",
        facts=Facts(distinct=4, low=0.0, high=1.0, mean=0.5, histogram=(1, 0, 2, 1)),
    ),
    Column("age", Kind.NUMBER, Role.FEATURE, facts=Facts(nulls=1, distinct=3, low=18, high=98, mean=57.5)),
    Column("site", Kind.CATEGORY, Role.GROUP, facts=Facts(distinct=2, top=(Count("A", 2), Count("B", 2)))),
)
PREVIEW: list[list[str | None]] = [["1", "effusion", "0.9", "57", "A"], ["2", "none", "0.1", None, "B"]]


def ready_table(
    principal: Member, project: Project, name: str, columns: Sequence[Column] = COLUMNS, **fields: Any
) -> DatasetVersion:
    """A version whose file was read; its bytes are a few, for tests that ask nothing of it."""
    staged = [stage(principal.team_id, data, "application/octet-stream") for data in (b"case,finding\n", b"PAR1")]
    with team_context(principal):
        file, table = keep(staged)
        dataset, _ = Dataset.objects.get_or_create(project=project, slug=name, defaults={"name": name})
        made: dict[str, Any] = {
            "file": file,
            "table": table,
            "filename": f"{name}.csv",
            "format": DatasetVersion.Format.CSV,
            "state": DatasetVersion.State.READY,
            "rows": 4,
            "columns": as_json(columns),
            "preview": PREVIEW,
        }
        return DatasetVersion.objects.create(dataset=dataset, number=dataset.versions.count() + 1, **(made | fields))


def run_of(principal: Member, source: DatasetVersion, version: Version, **fields: Any) -> PredictionRun:
    """A run with one part that nobody has asked yet. fields: of the run."""
    with team_context(principal):
        made: dict[str, Any] = {
            "version_name": str(version),
            "model": "other",
            "mapping": {},
            "dataset": source.dataset,
        }
        run = PredictionRun.objects.create(source=source, version=version, **(made | fields))
        RunPart.objects.create(run=run, first=0, count=source.rows)
    return run


def taken_of(principal: Member, version: DatasetVersion, picture: bytes = PIXEL) -> UUID:
    """The id of an answer with the picture of one row, which lies in the store."""
    digest = sha256(picture)
    told = TakeAnswer(((Piece(0, len(picture), digest.hexdigest()),),), (), digest.hexdigest(), len(picture), 0.1)
    with team_context(principal):
        file = Artifact.objects.create(
            sha256=digest.digest(), size=len(picture), content_type="application/octet-stream"
        )
        storage.put(file.key, picture, file.content_type)
        answer = Answer.objects.create(
            version=version,
            asked_sha256=file.pk.bytes * 2,
            question={"type": "take", "rows": [0], "columns": ["film"]},
            state=Answer.State.SUCCEEDED,
            answer=msgspec.json.encode(told),
            file_id=file.pk,
        )
    return answer.pk


@dataclass(frozen=True)
class Saved:
    """What a team keeps of a table, by Alice: ids of an exported answer, a slice and an analysis."""

    answer_id: UUID
    slice_id: UUID
    analysis_id: UUID


def saved_of(principal: Member, version: DatasetVersion) -> Saved:
    """An export that was answered, with its file; a slice; an analysis."""
    staged = stage(principal.team_id, b"PAR1", "application/vnd.apache.parquet")
    told = ExportAnswer(rows=1, sha256=staged.sha256.hex(), size=len(staged.data), seconds=0.1)
    with team_context(principal):
        [file] = keep([staged])
        answer = Answer.objects.create(
            version=version,
            asked_sha256=file.pk.bytes * 2,
            question={"type": "export", "format": "parquet"},
            state=Answer.State.SUCCEEDED,
            answer=msgspec.json.encode(told),
            file_id=file.pk,
        )
        by = {"author_id": principal.user_id}
        kept = Slice.objects.create(dataset=version.dataset, name="Old", where={"column": "age", "low": 60}, **by)
        analysis = SavedAnalysis.objects.create(version=version, name="Night", question={"type": "view"}, **by)
    return Saved(answer.pk, kept.pk, analysis.pk)
