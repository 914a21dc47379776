"""A project's feedback as a table, and as an archive with the pictures."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse

from apps.artifacts.models import Artifact
from apps.artifacts.services import read
from apps.projects.models import Project
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import require
from atrium.tenancy.context import team_context

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
BEGINS_FORMULA = tuple("=+-@＝＋－＠")
"""Also in full width: some spreadsheets fold these while they read."""
UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad"
"""Characters without width, which a reader may drop before it looks for a formula."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One flag. pictures: names in the archive with the artifacts' ids."""

    cells: tuple[str, ...]
    full: dict[str, Any]
    pictures: tuple[tuple[str, str], ...]


def defused(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what could begin one.

    Spaces, tabs, line breaks and characters without width before the sign do not hide it.
    """
    seen = text
    while (shorter := seen.lstrip().lstrip(UNSEEN)) != seen:
        seen = shorter
    return f"'{text}" if seen.startswith(BEGINS_FORMULA) or text.startswith(("\t", "\r", "\n")) else text


def _rows(principal: TeamPrincipal, project: Project, format: str) -> list[_Row]:
    with team_context(principal):
        require(can_read_inbox(principal), "Your role or token does not allow reading the inbox.")
        flags = Flag.objects.filter(thread__project=project).select_related(
            "thread__endpoint", "prediction__version__model"
        )
        record(principal, "feedback.exported", project, project_id=project.pk, format=format, flags=flags.count())
        return [_row(flag) for flag in flags.order_by("created_at")]


def _json(value: Any) -> str:
    return "" if value in (None, [], {}) else msgspec.json.encode(value).decode()


def _row(flag: Flag) -> _Row:
    prediction = flag.prediction
    cells = (
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
    full = flag_shown(flag) | {
        "edits": prediction.edits,
        "answer": prediction.answer,
        "version": str(prediction.version),
    }
    return _Row(cells, full, tuple(_pictures(flag)))


def _pictures(flag: Flag) -> Iterator[tuple[str, str]]:
    """Numbered, since two inputs' names can become one in a file's name."""
    for number, (name, value) in enumerate(flag.prediction.inputs.items(), 1):
        if value["kind"] == "image":
            safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:60]
            for which in ("original", "rendered"):
                if which in value:
                    yield f"pictures/{flag.pk}/{number}-{safe}-{which}.png", value[which]


def _table(rows: list[_Row]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([[defused(cell) for cell in row.cells] for row in rows])
    return ("\ufeff" + out.getvalue()).encode()


def _attached(data: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def as_csv(principal: TeamPrincipal, project: Project) -> HttpResponse:
    """Every flag of a project, one a line, with formulas defused."""
    return _attached(_table(_rows(principal, project, "csv")), "text/csv; charset=utf-8", f"{project.slug}-flags.csv")


def as_zip(principal: TeamPrincipal, project: Project) -> HttpResponse:
    """The table, every flag as JSON, and the pictures: as they came and as the model saw them."""
    rows = _rows(principal, project, "zip")
    with team_context(principal):
        artifacts = Artifact.objects.in_bulk({UUID(artifact) for row in rows for _, artifact in row.pictures})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("flags.csv", _table(rows))
        archive.writestr("flags.json", msgspec.json.encode([row.full for row in rows]))
        for row in rows:
            for name, artifact in row.pictures:
                if UUID(artifact) in artifacts:
                    archive.writestr(name, read(artifacts[UUID(artifact)]))
    return _attached(out.getvalue(), "application/zip", f"{project.slug}-flags.zip")
