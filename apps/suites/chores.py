"""Leading runs on whose chore was killed, or for whose cases the queue had no room."""

import logging

from procrastinate.contrib.django import app

from .runs import advance, open_runs

log = logging.getLogger("atrium.chores")


@app.periodic(cron="* * * * *")
@app.task(name="suites.rescue_runs", queueing_lock="suites.rescue_runs")
def rescue_runs(timestamp: int) -> None:
    """Every minute."""
    for team_id, run_id in open_runs():
        try:
            advance(team_id, run_id)
        except Exception:
            log.exception("suite's run %s could not be led on", run_id)
