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
STEP, HEIGHT = 10, 100
"""Of the chart, in its own units, which the page stretches: from day to day, and of the whole."""
LEAST_MS = 10
"""What the chart reaches up to at the least."""
OUTCOMES = {
    "succeeded": "Answered",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "refused": "Refused",
    "stored": "Answered from the store",
}
KINDS = {
    "predict": "Predictions",
    "replay": "Cases asked anew",
    "live": "Cases for notebooks",
    "inspect": "Inspections",
    "ingest": "Datasets read",
    "ask": "Questions to datasets",
    "apply": "Models run over datasets",
    "join": "Datasets made by models",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the chart. text: what the bar says when pointed at."""

    x: int
    y: float
    height: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Device time a day. ticks: from the top to zero. days: first, middle and last. message: all in a sentence."""

    bars: tuple[Bar, ...]
    ticks: tuple[str, ...]
    days: tuple[str, ...]
    message: str
    width: int = STEP * DAYS


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
    most = _ceiling(max(*totals.values(), LEAST_MS))
    bars = []
    for index, (day, total) in enumerate(totals.items()):
        height = max(HEIGHT * total / most, 1.0 if total else 0.0)
        text = f"{day.day} {day:%B}: {spoken(total)}"
        bars.append(Bar(index * STEP + 1, round(HEIGHT - height, 1), round(height, 1), text))
    ticks = (spoken(most), spoken(most // 2), "0")
    named = [list(totals)[index] for index in (0, DAYS // 2, DAYS - 1)]
    days = tuple(f"{day.day} {day:%b}" for day in named)
    highest = max(totals, key=lambda day: totals[day])
    message = f"Device time a day, {DAYS} days, highest on {highest.day} {highest:%B} with {spoken(totals[highest])}"
    return Chart(tuple(bars), ticks, days, message if totals[highest] else f"No device time in the last {DAYS} days")


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
