"""Leading runs on whose chore was killed, or for whose cases the queue had no room."""

from procrastinate.contrib.django import app

from atrium.chores.sweeps import lead_on

from .runs import advance, open_runs


@app.periodic(cron="* * * * *")
@app.task(name="suites.rescue_runs", queueing_lock="suites.rescue_runs")
def rescue_runs(timestamp: int) -> None:
    """Every minute."""
    lead_on("suite's run", open_runs(), advance)
