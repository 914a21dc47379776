"""What readers said, to take away: one line a reading of a case, with formulas defused."""

import csv
import io
from collections.abc import Iterator
from uuid import UUID

from apps.feedback.archive import Download
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from gpu_workers.protocol.spreadsheets import defused

from .blind import letters_of
from .models import CaseReading, Comparison
from .results import name_of
from .selectors import comparison_for, versions_in

COLUMNS = (
    "case",
    "prediction",
    "reader",
    "reader_kind",
    "choice",
    "preferred",
    "order",
    "right",
    "wrong",
    "comment",
    "read_at",
)


def as_csv(principal: TeamPrincipal, comparison_id: UUID) -> Download:
    """Inside the team's context; raises NotFound, NotPermitted."""
    comparison = comparison_for(principal, comparison_id)
    project_id = comparison.endpoint.project_id
    rows = list(_rows(comparison))
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(COLUMNS)
    lines.writerows([defused(cell) for cell in row] for row in rows)
    record(principal, "comparison.exported", comparison, project_id=project_id, readings=len(rows))
    table = io.BytesIO(text.getvalue().encode("utf-8-sig"))
    return Download(table, f"comparison-{str(comparison.pk)[-8:]}.csv", "text/csv; charset=utf-8")


def _rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    names = {each.pk: str(each) for each in versions_in(comparison)}
    rows = CaseReading.objects.filter(reading__comparison=comparison).exclude(choice="")
    for row in rows.select_related("reading", "case").order_by("case__position", "reading"):
        order = ", ".join(f"{letter} {names[each]}" for letter, each in letters_of(row).items())
        said = {
            verdict: ", ".join(names[UUID(each)] for each, one in row.verdicts.items() if one == verdict)
            for verdict in ("right", "wrong")
        }
        yield (
            str(row.case.position),
            str(row.case.asked_id),
            name_of(row.reading),
            row.reading.reader_kind,
            row.choice,
            names[row.preferred_id] if row.preferred_id else "",
            order,
            said["right"],
            said["wrong"],
            row.comment,
            row.read_at.isoformat() if row.read_at else "",
        )
