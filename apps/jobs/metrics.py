"""Queues, jobs, workers and chores as Prometheus reads them: counts of all teams together."""

from collections.abc import Iterable

from django.db import connection
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from atrium.chores.trying import trouble
from gpu_workers.protocol.pools import PREFIX

from .models import Job, Worker

JOBS = """
    SELECT CASE WHEN starts_with(pool, %s) THEN 'own' ELSE pool END, kind, priority, state, code,
        sum(jobs), max(oldest_seconds)
    FROM atrium.job_counts() GROUP BY 1, 2, 3, 4, 5
"""
"""The pools of teams are one: which team's it is, no label says."""
CHORES = """
    SELECT count(*), coalesce(extract(epoch FROM now() - min(coalesce(job.scheduled_at, event.at))), 0)
    FROM procrastinate_jobs job JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred'
    WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
"""
OPEN = (Job.State.QUEUED, Job.State.RUNNING)


def collect() -> Iterable[Metric]:
    """Three statements for jobs and chores, one for workers."""
    with connection.cursor() as cursor:
        cursor.execute(JOBS, [PREFIX])
        jobs = cursor.fetchall()
        cursor.execute(CHORES)
        waiting, lag = cursor.fetchone()
    yield from _of_jobs(jobs)
    yield from _of_workers()
    yield from _of_troubled_chores()
    yield GaugeMetricFamily("atrium_chores_waiting", "Chores that are due.", value=waiting)
    yield GaugeMetricFamily("atrium_chores_lag_seconds", "For how long the oldest of them is.", value=float(lag))


def _of_jobs(rows: list[tuple[str, str, int, str, str, int, float]]) -> Iterable[Metric]:
    labels = ["pool", "kind", "priority"]
    depth = GaugeMetricFamily("atrium_jobs_open", "Jobs that wait or run.", labels=[*labels, "state"])
    wait = GaugeMetricFamily("atrium_jobs_wait_seconds", "For how long the oldest one waits.", labels=labels)
    ended = GaugeMetricFamily(
        "atrium_jobs_ended", "Jobs that ended within five minutes.", labels=["pool", "kind", "outcome", "code"]
    )
    for pool, kind, priority, state, code, jobs, oldest in rows:
        priority_name = Job.Priority(priority).name.lower()
        if state in OPEN:
            depth.add_metric([pool, kind, priority_name, state], jobs)
        else:
            ended.add_metric([pool, kind, state, code], jobs)
        if state == Job.State.QUEUED:
            wait.add_metric([pool, kind, priority_name], oldest)
    return depth, wait, ended


def _of_troubled_chores() -> Iterable[Metric]:
    found = trouble()
    for name, told, chores in (
        ("failed", "Chores that gave up within a week.", found.failed),
        ("retried", "Chores that failed and wait for another try.", found.retried),
    ):
        family = GaugeMetricFamily(f"atrium_chores_{name}", told, labels=["chore"])
        for chore, count in chores.items():
            family.add_metric([chore], count)
        yield family


def _of_workers() -> Iterable[Metric]:
    """Of the installation's own pools: a team's own workers are its own care."""
    labels = ["pool", "worker"]
    heard = GaugeMetricFamily("atrium_worker_silent_seconds", "Since its last heartbeat.", labels=labels)
    running = GaugeMetricFamily("atrium_worker_running", "Jobs that it runs.", labels=labels)
    resident = GaugeMetricFamily("atrium_worker_resident", "Models that it holds.", labels=labels)
    now = timezone.now()
    for worker in Worker.objects.exclude(pool__startswith=PREFIX).order_by("name"):
        of = [worker.pool, worker.name]
        heard.add_metric(of, (now - worker.seen_at).total_seconds())
        running.add_metric(of, worker.running)
        resident.add_metric(of, worker.resident)
    return heard, running, resident
