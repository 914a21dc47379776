"""A project's feedback as a table, and as an archive with the files."""

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import IO, Any
from uuid import UUID

import msgspec
from django.db import connection

from apps.artifacts.models import Artifact
from apps.projects.models import Project
from apps.registry.inputs import is_file
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import require
from atrium.tenancy.context import team_context
from gpu_workers.protocol.rendering import ENDINGS
from gpu_workers.protocol.spreadsheets import defused

from .archive import Download, archive, intact, spool
from .models import Flag
from .permissions import can_read_inbox
from .presentation import flag_shown

COLUMNS = (
    "flag",
    "thread",
    "status",
    "created_at",
    "endpoint",
    "version",
    "verdict",
    "answer",
    "correction",
    "message",
    "reviewer",
    "edits",
    "marks",
    "prediction",
)
AT_ONCE = 100
"""Rows, and files' rows, in memory at once."""


@dataclass(slots=True)
class _Gathered:
    """A project's flags. table: CSV; full: JSON; files: names in the archive with the artifacts' ids."""

    table: IO[bytes] = field(default_factory=spool)
    full: IO[bytes] = field(default_factory=spool)
    files: list[tuple[str, UUID]] = field(default_factory=list)

    def close(self) -> None:
        self.table.close()
        self.full.close()


def _gather(principal: TeamPrincipal, project: Project, format: str) -> _Gathered:
    """One pass over the flags, of which a few at a time are in memory."""
    found = _Gathered()
    try:
        with team_context(principal):
            require(can_read_inbox(principal), "Your role or token does not allow reading the inbox.")
            flags = Flag.objects.filter(thread__project=project).select_related(
                "thread__endpoint", "prediction__version__model"
            )
            record(principal, "feedback.exported", project, project_id=project.pk, format=format, flags=flags.count())
            _write(found, flags.order_by("created_at").iterator(AT_ONCE))
    except BaseException:
        found.close()
        raise
    return found


def _write(found: _Gathered, flags: Iterator[Flag]) -> None:
    text = io.TextIOWrapper(found.table, encoding="utf-8-sig", newline="", write_through=True)
    lines = csv.writer(text)
    lines.writerow(COLUMNS)
    found.full.write(b"[")
    between = b""
    for flag in flags:
        lines.writerow([defused(cell) for cell in _cells(flag)])
        found.full.write(between + msgspec.json.encode(_full(flag)))
        found.files += _files(flag)
        between = b","
    found.full.write(b"]")
    text.detach()


def _json(value: Any) -> str:
    return "" if value in (None, [], {}) else msgspec.json.encode(value).decode()


def _cells(flag: Flag) -> tuple[str, ...]:
    prediction = flag.prediction
    return (
        str(flag.pk),
        str(flag.thread_id),
        flag.thread.status,
        flag.created_at.isoformat(),
        flag.thread.endpoint.name,
        str(prediction.version),
        flag.verdict,
        _json(prediction.answer),
        _json(flag.correction),
        flag.message,
        flag.reviewer_name,
        _json(prediction.edits),
        _json(flag.marks),
        str(prediction.pk),
    )


def _full(flag: Flag) -> dict[str, Any]:
    prediction = flag.prediction
    return flag_shown(flag) | {
        "edits": prediction.edits,
        "came_from": prediction.came_from,
        "answer": prediction.answer,
        "version": str(prediction.version),
    }


def _files(flag: Flag) -> Iterator[tuple[str, UUID]]:
    """Numbered, since two inputs' names can become one in a file's name."""
    for number, (name, value) in enumerate(flag.prediction.inputs.items(), 1):
        if is_file(value):
            safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:60]
            suffix, folder = ENDINGS[value["kind"]], "pictures" if value["kind"] == "image" else "files"
            for which in ("original", "rendered"):
                if which in value:
                    yield f"{folder}/{flag.pk}/{number}-{safe}-{which}.{suffix}", UUID(value[which])


def as_csv(principal: TeamPrincipal, project: Project) -> Download:
    """Every flag of a project, one a line, with formulas defused."""
    found = _gather(principal, project, "csv")
    found.full.close()
    return Download(found.table, f"{project.slug}-flags.csv", "text/csv; charset=utf-8")


def as_zip(principal: TeamPrincipal, project: Project) -> Download:
    """The table, every flag as JSON, and the files: as they came and as the model saw them.

    Called without an open context: the files come from the store. `damaged.json` names those that are damaged.
    """
    found = _gather(principal, project, "zip")

    def entries() -> Iterator[tuple[str, bytes | IO[bytes]]]:
        yield "flags.csv", found.table
        yield "flags.json", found.full
        damaged: list[str] = []
        yield from intact(_artifacts(principal, found.files), damaged)
        if damaged:
            yield "damaged.json", msgspec.json.encode(damaged)

    with closing(found):
        return archive(f"{project.slug}-flags.zip", entries())


def _artifacts(principal: TeamPrincipal, files: list[tuple[str, UUID]]) -> Iterator[tuple[str, Artifact]]:
    """Those that are still there. Between two batches, while the store is read, no connection is held."""
    for start in range(0, len(files), AT_ONCE):
        batch = files[start : start + AT_ONCE]
        with team_context(principal):
            there = Artifact.objects.in_bulk([artifact_id for _, artifact_id in batch])
        connection.close()
        yield from ((name, there[artifact_id]) for name, artifact_id in batch if artifact_id in there)
