"""Leading comparisons on whose chore was killed, or for whose cases the queue had no room."""

from procrastinate.contrib.django import app

from atrium.chores.sweeps import lead_on

from .asking import advance, open_comparisons


@app.periodic(cron="* * * * *")
@app.task(name="comparisons.rescue", queueing_lock="comparisons.rescue")
def rescue(timestamp: int) -> None:
    """Every minute."""
    lead_on("comparison", open_comparisons(), advance)
