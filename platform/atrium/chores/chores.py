"""The chores' own sweep: what they have done is forgotten after a week."""

from procrastinate.contrib.django import app

JOB_HOURS = 7 * 24


@app.periodic(cron="50 3 * * *")
@app.task(name="chores.sweep", queueing_lock="chores.sweep")
async def sweep(timestamp: int) -> None:
    await app.job_manager.delete_old_jobs(JOB_HOURS, include_failed=True, include_cancelled=True, include_aborted=True)
