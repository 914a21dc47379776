"""The inbox's search among many cases: `python -m tests.benchmarks.search`.

One project of 100,000 cases, each with a judgement on an answer of its own, in a PostgreSQL that is as durable as that
of `make run`. A word that stands in all of them and one that stands in a single one are looked for: the list as a page
reads it, the whole page, and beside them the bare query as a superuser, past row-level security and without the bound
on how many cases a search leads to. Printed: the middle of several on the clock, and processor time of this process and
of its PostgreSQL backend together.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from infra.dev.environment import Site
from infra.dev.ground import VAR

from . import sites

FOLDER = VAR / "bench" / "search"
WORDS = {"in all": "portable", "in one": "pacemaker", "in all, and a second in one": "portable pacemaker", "": ""}
FILL = """
INSERT INTO endpoints_prediction SELECT made.*
FROM endpoints_prediction p, generate_series(1, %(cases)s) n,
LATERAL jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(),
    'request_sha256', '\\x' || encode(sha256(convert_to('r' || n, 'UTF8')), 'hex'),
    'original_sha256', '\\x' || encode(sha256(convert_to('o' || n, 'UTF8')), 'hex'))) made
WHERE p.id = %(prediction)s;
ANALYZE endpoints_prediction;
INSERT INTO feedback_thread SELECT made.*
FROM feedback_thread t, endpoints_prediction p,
LATERAL jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(),
    'original_sha256', '\\x' || encode(p.original_sha256, 'hex'),
    'status', CASE WHEN random() < 0.3 THEN 'resolved' ELSE 'open' END, 'waiting', random() < 0.3,
    'updated_at', now() - random() * interval '90 days')) made
WHERE t.id = %(thread)s AND p.original_sha256 <> t.original_sha256;
ANALYZE feedback_thread;
INSERT INTO feedback_flag SELECT made.*
FROM feedback_flag f, feedback_thread t JOIN endpoints_prediction p ON p.original_sha256 = t.original_sha256,
LATERAL jsonb_populate_record(f, jsonb_build_object('id', gen_random_uuid(),
    'thread_id', t.id, 'prediction_id', p.id, 'created_at', t.updated_at, 'message', (
        SELECT 'Portable film ' || string_agg((array[
            'marker','shadow','left','right','apex','base','line','rib','heart','fluid','air','faint','bright','node',
            'old','fracture','hilum','diaphragm','bowel','tube'])[1 + abs(hashtext(t.id::text || k)) %% 20], ' ')
        FROM generate_series(1, 15) k) || ' case' || left(t.id::text, 8))) made
WHERE f.thread_id = %(thread)s AND t.id <> f.thread_id;
UPDATE feedback_flag SET message = message || ' pacemaker' WHERE id = (
    SELECT f.id FROM feedback_flag f JOIN feedback_thread t ON t.id = f.thread_id WHERE status = 'open' LIMIT 1);
ANALYZE feedback_flag;
"""
BARE = """
SELECT t.id FROM feedback_thread t WHERE project_id = %s AND status = 'open' AND words @@ atrium.words_sought(%s)
ORDER BY ts_rank(words, atrium.words_sought(%s)) DESC, updated_at DESC LIMIT 51
"""


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds, the middle of several."""

    clock: float
    processor: float


def took(act: Callable[[], Any], backend: int, times: int) -> Took:
    """backend: the process of PostgreSQL that serves this one."""
    process, own = psutil.Process(backend), psutil.Process()
    clock, processor = [], []
    for _ in range(times + 1):
        before, at = _cpu(process) + _cpu(own), time.perf_counter()
        act()
        clock.append((time.perf_counter() - at) * 1000)
        processor.append((_cpu(process) + _cpu(own) - before) * 1000)
    return Took(statistics.median(clock[1:]), statistics.mean(processor[1:]))


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.search", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--shell", action="store_true", help="wait before the end, to look at plans")
    given = parser.parse_args()
    with ExitStack() as stack:
        site, _ = sites.migrated(stack, FOLDER, "http://localhost", Path("/nonexistent"))
        os.environ.update(site.web())
        import django

        django.setup()
        _measure(site, given.cases, given.times)
        if given.shell:
            print(site.postgres.url("postgres"), flush=True)  # noqa: T201
            sys.stdin.readline()
    return 0


def _measure(site: Site, cases: int, times: int) -> None:
    from django.db import connection
    from django.test.utils import setup_test_environment

    from apps.feedback.filters import InboxFilters
    from apps.feedback.selectors import counted, inbox_for, is_cut
    from atrium.tenancy.context import team_context
    from tests.apps.feedback.cases import base, flagged, signed_in
    from tests.people import Lab

    setup_test_environment()
    lab = Lab.make()
    flag = flagged(lab)
    owner = psycopg.connect(site.postgres.url("postgres"), autocommit=True)
    with owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")  # each row's triggers would take minutes
        ids = {"cases": cases, "prediction": flag.prediction.original_id, "thread": flag.thread_id}
        with psycopg.ClientCursor(owner) as filling:
            filling.execute(FILL, ids)
        owner.execute("SELECT atrium.gather_words(array_agg(id)) FROM feedback_thread")
    owner.execute("VACUUM ANALYZE")
    client, filters = signed_in(lab.alice), InboxFilters(status="open")

    def listed(search: str) -> int:
        by = InboxFilters(status=filters.status, search=search)
        with team_context(lab.alice):
            found = inbox_for(lab.alice, lab.project, by, limit=51)
            meant = len(found) if search and len(found) <= 50 else counted(lab.project, by)
            is_cut(lab.project, by, meant)
            return meant

    def paged(search: str) -> None:
        assert client.get(base(lab), {"q": search}).status_code == 200

    def bare(search: str) -> None:
        owner.execute(BARE, (lab.project.pk, search, search)).fetchall()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [(backend,)] = cursor.fetchall()
    print(f"{cases:,} cases, load average {os.getloadavg()[0]:.1f}\n", flush=True)  # noqa: T201
    print("| a word | found | the list | the page | a bare query |\n|---|---|---|---|---|")  # noqa: T201
    for where, search in WORDS.items():
        cells = [took(lambda: listed(search), backend, times), took(lambda: paged(search), backend, times)]  # noqa: B023
        cells += [took(lambda: bare(search), owner.info.backend_pid, times)] if search else []  # noqa: B023
        told = " | ".join(f"{cell.clock:.0f} ms, {cell.processor:.0f} of a processor" for cell in cells)
        print(f"| {where or 'none'} | {listed(search):,} | {told} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
