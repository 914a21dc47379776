"""A project's feedback as a table, and as an archive with the files."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import IO, Any
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import QuerySet

from apps.artifacts.models import Artifact
from apps.projects.models import Project
from apps.registry.inputs import is_file
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import FieldError, Invalid, require
from atrium.tenancy.context import team_context
from gpu_workers.protocol.spreadsheets import defused

from .archive import Download, archive, intact, spool
from .coco import coco_of, file_name
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
    "findings",
    "added",
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
            flags = _recorded(principal, project, format)
            _write(found, flags.order_by("created_at").iterator(AT_ONCE))
    except BaseException:
        found.close()
        raise
    return found


def _flags(project: Project) -> "QuerySet[Flag]":
    return Flag.objects.filter(thread__project=project).select_related("thread__endpoint", "prediction__version__model")


def _recorded(principal: TeamPrincipal, project: Project, format: str) -> "QuerySet[Flag]":
    """The flags, for somebody who may have them."""
    require(can_read_inbox(principal), "Your role or token does not allow reading the inbox.")
    flags = _flags(project)
    record(principal, "feedback.exported", project, project_id=project.pk, format=format, flags=flags.count())
    return flags


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
        _json(flag.findings),
        _json(flag.added),
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
    for name, value in flag.prediction.inputs.items():
        if is_file(value):
            for which in ("original", "rendered"):
                if which in value:
                    yield file_name(flag, name, which), UUID(value[which])


def as_csv(principal: TeamPrincipal, project: Project) -> Download:
    """Every flag of a project, one a line, with formulas defused."""
    found = _gather(principal, project, "csv")
    found.full.close()
    return Download(found.table, f"{project.slug}-flags.csv", "text/csv; charset=utf-8")


def as_json(principal: TeamPrincipal, project: Project) -> Download:
    """Every flag of a project with the answer that it is of, as one list."""
    found = _gather(principal, project, "json")
    found.table.close()
    return Download(found.full, f"{project.slug}-flags.json", "application/json")


def as_coco(principal: TeamPrincipal, project: Project) -> Download:
    """What reviewers hold for true of boxes and masks, in COCO's form; see `coco`."""
    with team_context(principal):
        _recorded(principal, project, "coco")
    return Download(_coco(principal, project), f"{project.slug}-coco.json", "application/json")


def _coco(principal: TeamPrincipal, project: Project) -> IO[bytes]:
    with team_context(principal):
        return coco_of(_flags(project).order_by("-created_at").iterator(AT_ONCE), project.name)


def as_zip(principal: TeamPrincipal, project: Project) -> Download:
    """The table, every flag as JSON, the findings in COCO's form, and the files: as they came and as the model saw
    them.

    Called without an open context: the files come from the store. `damaged.json` names those that are damaged.
    """
    found = _gather(principal, project, "zip")

    def entries() -> Iterator[tuple[str, bytes | IO[bytes]]]:
        yield "flags.csv", found.table
        yield "flags.json", found.full
        yield "coco.json", coco
        damaged: list[str] = []
        yield from intact(_artifacts(principal, found.files), damaged)
        if damaged:
            yield "damaged.json", msgspec.json.encode(damaged)

    with closing(found), closing(_coco(principal, project)) as coco:
        return archive(f"{project.slug}-flags.zip", entries())


FORMATS: dict[str, Callable[[TeamPrincipal, Project], Download]] = {
    "csv": as_csv,
    "json": as_json,
    "zip": as_zip,
    "coco": as_coco,
}


def exported(principal: TeamPrincipal, project: Project, format: str) -> Download:
    """Called without an open context. Raises Invalid for a format that there is not."""
    if format not in FORMATS:
        raise Invalid(FieldError("format", "choice", f"A format is {', '.join(FORMATS)}."))
    return FORMATS[format](principal, project)


def _artifacts(principal: TeamPrincipal, files: list[tuple[str, UUID]]) -> Iterator[tuple[str, Artifact]]:
    """Those that are still there. Between two batches, while the store is read, no connection is held."""
    for start in range(0, len(files), AT_ONCE):
        batch = files[start : start + AT_ONCE]
        with team_context(principal):
            there = Artifact.objects.in_bulk([artifact_id for _, artifact_id in batch])
        connection.close()
        yield from ((name, there[artifact_id]) for name, artifact_id in batch if artifact_id in there)
