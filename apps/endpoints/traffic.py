"""What endpoints were asked lately, counted from the kept predictions: live drafts come and go within the hour.

Only failures are counted of drafts too, while these are there: a function that fails on each of them is seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from apps.projects.models import Project
from apps.projects.permissions import can_see_projects
from atrium.access.principals import TeamPrincipal
from atrium.errors import require
from atrium.tenancy.context import current_team_id

from .models import Endpoint
from .permissions import can_see_endpoint

DAYS = 7
BAR, STEP, HEIGHT = 12, 16, 24
"""A sparkline's geometry in its own units: the width of a bar, the way to the next, the height."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of a sparkline."""

    x: int
    y: float
    height: float
    count: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """One endpoint's last 7 days. days: kept predictions, the oldest day first, today last; p50, p95: milliseconds.

    failed: of `ended`, those kept and the drafts that are still there.
    """

    days: tuple[int, ...] = (0,) * DAYS
    p50: float | None = None
    p95: float | None = None
    failed: int = 0
    ended: int = 0

    @property
    def total(self) -> int:
        return sum(self.days)

    @property
    def most(self) -> int:
        """The tallest bar's count."""
        return max(self.days)

    @property
    def errors(self) -> str:
        """The share that failed, in per cent with one decimal."""
        return f"{100 * self.failed / self.ended:.1f}" if self.ended else "0.0"

    @property
    def bars(self) -> list[Bar]:
        """Bars that start at zero, at most 24 units high; a day with any stands at least one unit high."""
        heights = [max(HEIGHT * count / (self.most or 1), 1.0 if count else 0.5) for count in self.days]
        return [
            Bar(index * STEP, round(HEIGHT - height, 1), round(height, 1), count)
            for index, (height, count) in enumerate(zip(heights, self.days, strict=True))
        ]

    @property
    def told(self) -> str:
        """The sparkline in words."""
        low, high = min(self.days), max(self.days)
        return f"{low} a day" if low == high else f"Between {low} and {high} a day"


_DAILY = """
SELECT endpoint_id, (now() AT TIME ZONE 'UTC')::date - (created_at AT TIME ZONE 'UTC')::date AS ago, count(*)
FROM endpoints_prediction
WHERE team_id = %s AND endpoint_id = ANY(%s) AND kept AND created_at >= %s
GROUP BY 1, 2
"""
_TIMES = """
SELECT endpoint_id,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY (timings->>'total')::float)
        FILTER (WHERE kept AND state = 'succeeded'),
    percentile_cont(0.95) WITHIN GROUP (ORDER BY (timings->>'total')::float)
        FILTER (WHERE kept AND state = 'succeeded'),
    count(*) FILTER (WHERE state = 'failed'),
    count(*) FILTER (WHERE state IN ('succeeded', 'failed'))
FROM endpoints_prediction
WHERE team_id = %s AND endpoint_id = ANY(%s) AND created_at >= %s
GROUP BY 1
"""


def traffic_of(principal: TeamPrincipal, endpoints: Sequence[Endpoint]) -> dict[UUID, Traffic]:
    """The last 7 days of each endpoint, in UTC days; called inside the team's context."""
    require(all(can_see_endpoint(principal, endpoint.pk) for endpoint in endpoints))
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    asked: list[Any] = [current_team_id(), [endpoint.pk for endpoint in endpoints], midnight - timedelta(days=DAYS - 1)]
    days = {endpoint.pk: [0] * DAYS for endpoint in endpoints}
    with connection.cursor() as cursor:
        cursor.execute(_DAILY, asked)
        for endpoint_id, ago, count in cursor.fetchall():
            if 0 <= ago < DAYS:
                days[endpoint_id][DAYS - 1 - ago] = count
        cursor.execute(_TIMES, asked)
        times = {endpoint_id: rest for endpoint_id, *rest in cursor.fetchall()}
    return {key: Traffic(tuple(counts), *times.get(key, (None, None, 0, 0))) for key, counts in days.items()}


def median_answer(principal: TeamPrincipal, project: Project) -> float | None:
    """Milliseconds from a case's arrival to its answer, the median of a project's last 7 days."""
    require(can_see_projects(principal))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY (p.timings->>'total')::float)
            FROM endpoints_prediction p JOIN endpoints_endpoint e ON e.id = p.endpoint_id
            WHERE e.team_id = %s AND e.project_id = %s AND p.state = 'succeeded' AND p.created_at >= %s
            """,
            [current_team_id(), project.pk, timezone.now() - timedelta(days=DAYS)],
        )
        found: float | None = cursor.fetchone()[0]
    return found
