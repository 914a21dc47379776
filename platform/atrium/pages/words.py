"""The words and shapes of what people read: states, verdicts, times, sizes, initials."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sign:
    """A state as a shape and a word; the tone comes third. tone: "", info, good, warn or bad."""

    icon: str
    word: str
    tone: str = ""
    moving: bool = False


VERDICTS = {
    "right": Sign("check", "Right", "good"),
    "right_wrong_reason": Sign("reason", "Right, wrong reason", "warn"),
    "wrong": Sign("x", "Wrong", "bad"),
    "unsure": Sign("help", "Unsure"),
}

STATES = {
    # versions of models and datasets
    "uploading": Sign("spinner", "Uploading", "info", moving=True),
    "inspecting": Sign("spinner", "Inspecting", "info", moving=True),
    "ready": Sign("check-circle", "Ready", "good"),
    "serving": Sign("check-circle", "Ready, serving", "good"),
    "rejected": Sign("x-circle", "Rejected", "bad"),
    "archived": Sign("pause", "Archived"),
    "reading": Sign("spinner", "Reading", "info", moving=True),
    "joining": Sign("spinner", "Putting together", "info", moving=True),
    "done": Sign("check-circle", "Done", "good"),
    # live functions
    "online": Sign("check-circle", "Online", "good"),
    "offline": Sign("offline", "Offline", "warn"),
    # predictions and jobs
    "queued": Sign("clock", "Waiting"),
    "running": Sign("spinner", "Running", "info", moving=True),
    "succeeded": Sign("check-circle", "Answered", "good"),
    "failed": Sign("alert", "Failed", "bad"),
    "cancelled": Sign("minus", "Cancelled"),
    # threads
    "open": Sign("inbox", "Open", "info"),
    "resolved": Sign("check-circle", "Resolved", "good"),
    # links, tokens, invitations
    "active": Sign("check-circle", "Active", "good"),
    "expired": Sign("clock", "Expired"),
    "revoked": Sign("x-circle", "Revoked"),
    "used_up": Sign("gauge", "Used up", "warn"),
    "sent": Sign("clock", "Invitation sent"),
    # workers
    "healthy": Sign("check-circle", "Healthy", "good"),
    "lost": Sign("x-circle", "Lost", "bad"),
    "draining": Sign("spinner", "Draining", "info", moving=True),
    "quarantined": Sign("pause", "Quarantined", "warn"),
}


def _span(time: timedelta) -> str:
    if time < HOUR:
        return f"{time // MINUTE} min"
    if time < DAY:
        return f"{time // HOUR} h"
    if time.days < 14:
        return "1 day" if time.days == 1 else f"{time.days} days"
    if time.days < 61:
        return f"{time.days // 7} weeks"
    if time.days < 730:
        return f"{int(time.days / 30.44)} months"
    return f"{int(time.days / 365.25)} years"


def ago(at: datetime, now: datetime) -> str:
    """`at` as seen from `now`, both aware; what is ahead to the nearest half minute.

    frontend/pages/shell/ago.ts says the same and keeps it true in an open page.
    """
    passed = now - at
    if passed <= -MINUTE:
        return f"in {_span(-passed + MINUTE / 2)}"
    if passed < MINUTE:
        return "just now"
    if DAY <= passed < 2 * DAY:
        return "yesterday"
    return f"{_span(passed)} ago"


def size(count: int) -> tuple[str, str]:
    """A number of bytes as figure and unit, in powers of 1,000 as disks and networks count."""
    if count < 1000:
        return str(count), "B"
    value = float(count)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 999.5:
            return (f"{value:.1f}" if value < 99.95 else f"{value:.0f}"), unit
    return f"{value / 1000:,.1f}", "TB"


def initials(name: str) -> str:
    """At most two letters: of the first and the last word, titles aside."""
    words = [word for word in name.replace("@", " ").split() if not word.endswith(".") or len(word) == 1]
    letters = [word[0].upper() for word in words if word[0].isalnum()]
    return "".join([letters[0], letters[-1]] if len(letters) > 1 else letters) or "?"
