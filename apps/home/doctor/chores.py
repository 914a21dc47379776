"""Checks of mail and sweeps: whether somebody works on them, and what could not be done."""

from atrium.chores.trying import trouble

from .findings import Finding, State

NAMED = 3


def chores_failed() -> Finding:
    """Those that gave up, within the week for which procrastinate keeps them; those that are tried again."""
    found = trouble()
    both = (("gave up within a week", found.failed), ("failed and wait for another try", found.retried))
    told = [f"{sum(chores.values())} {what}: {_named(chores)}" for what, chores in both if chores]
    if not told:
        return Finding("chores.failed", State.OK, "None gave up within a week.")
    remedy = (
        "The chores' log says why. Once that is mended: `manage.py procrastinate shell`, "
        "`list_jobs status=failed`, `retry ID`."
    )
    return Finding("chores.failed", State.WARN, f"{'; '.join(told)}.", remedy)


def _named(chores: dict[str, int]) -> str:
    """The most frequent ones."""
    return ", ".join(f"{name} ({count})" for name, count in list(chores.items())[:NAMED])
