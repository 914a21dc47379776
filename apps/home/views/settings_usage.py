"""Team settings, usage: today's quota, and the ledger by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from apps.jobs.selectors import UsageLine, device_time_of, usage_of

from .settings import SettingsView

DAYS = 30
WIDTH, HEIGHT, LEFT, FOOT = 900, 150, 44, 24
OUTCOMES = {
    "succeeded": "Answered",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "refused": "Refused",
    "stored": "Answered from the store",
}
KINDS = {"predict": "Predictions", "inspect": "Inspections"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the chart, in its own units. text: what the bar says when pointed at."""

    x: float
    y: float
    width: float
    height: float
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Device seconds a day. ticks: (y, words). message: the chart in one sentence."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    message: str


def spoken(milliseconds: int) -> str:
    """A duration in the largest unit that keeps two figures: “840 ms”, “12 s”, “3 h 20 min”."""
    seconds = milliseconds / 1000
    if seconds < 1:
        return f"{milliseconds} ms"
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02} min"


def _ceiling(value: int) -> int:
    """The next of 1, 2, 5 times a power of ten."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step >= value:
                return factor * step
        step *= 10


def chart_of(lines: Sequence[UsageLine], today: date) -> Chart:
    totals = {today - timedelta(days=back): 0 for back in range(DAYS - 1, -1, -1)}
    for line in lines:
        if line.day in totals:
            totals[line.day] += line.device_ms
    most = _ceiling(max(*totals.values(), 1000))
    step = (WIDTH - LEFT) / DAYS
    room = HEIGHT - FOOT - 8
    bars = []
    for index, (day, total) in enumerate(totals.items()):
        height = room * total / most
        label = f"{day.day} {day:%b}" if index % 5 == DAYS % 5 else ""
        x, y = LEFT + index * step + 3, HEIGHT - FOOT - height
        bars.append(
            Bar(
                round(x, 1),
                round(y, 1),
                round(step - 6, 1),
                round(height, 1),
                label,
                f"{day.day} {day:%B}: {spoken(total)}",
            )
        )
    ticks = tuple((round(HEIGHT - FOOT - room * part, 1), spoken(int(most * part))) for part in (0, 0.5, 1))
    highest = max(totals, key=lambda day: totals[day])
    message = f"Device time a day, {DAYS} days, highest on {highest.day} {highest:%B} with {spoken(totals[highest])}"
    return Chart(tuple(bars), ticks, message if totals[highest] else f"No device time in the last {DAYS} days")


class UsageView(SettingsView):
    template = "home/settings/usage.html"
    title = "Usage and quota"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        lines = usage_of(self.member, DAYS)
        quota = device_time_of(self.member)
        shown = [
            (line, KINDS.get(line.kind, line.kind), OUTCOMES.get(line.outcome, line.outcome), spoken(line.device_ms))
            for line in lines
        ]
        context = {
            "lines": shown,
            "chart": chart_of(lines, timezone.now().date()),
            "quota": quota,
            "used": spoken(quota.used),
            "limit": spoken(quota.limit),
            "percent": round(100 * quota.used / quota.limit) if quota.limit else 100,
            "requests": sum(line.requests for line in lines),
            "failed": sum(line.requests for line in lines if line.outcome == "failed"),
            "stored": sum(line.requests for line in lines if line.outcome == "stored"),
            "days": DAYS,
        }
        return self.page(request, context, "usage/")
