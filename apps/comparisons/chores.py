"""Leading comparisons on whose chore was killed, or for whose cases the queue had no room."""

import logging

from procrastinate.contrib.django import app

from .asking import advance, open_comparisons

log = logging.getLogger("atrium.chores")


@app.periodic(cron="* * * * *")
@app.task(name="comparisons.rescue", queueing_lock="comparisons.rescue")
def rescue(timestamp: int) -> None:
    """Every minute."""
    for team_id, comparison_id in open_comparisons():
        try:
            advance(team_id, comparison_id)
        except Exception:
            log.exception("comparison %s could not be led on", comparison_id)
