"""Events end with the audit's retention. The application's role cannot delete them: a function of the owner does.

The function takes no date, so that whoever holds the application's role can shorten nobody's history.
"""

from procrastinate.contrib.django import app

from atrium.chores.sweeps import sweep_teams
from atrium.tenancy.statements import run


@app.periodic(cron="10 3 * * *")
@app.task(name="audit.sweep", queueing_lock="audit.sweep")
def sweep(timestamp: int) -> None:
    """Every night."""
    sweep_teams(sweep_team)
    run("SELECT atrium.sweep_events_of_deleted_teams()")
    run("SELECT atrium.sweep_account_events()")


def sweep_team() -> bool:
    """Every ended event of the open team."""
    run("SELECT atrium.sweep_events()")
    return False
