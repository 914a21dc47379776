"""`manage.py migrate`, beside processes that serve: a lock that others hold is given up soon, and asked for again.

A statement that waits for a table keeps everybody out of it who comes later, readers too. `lock_timeout` in the
settings ends each wait after four seconds; whoever stood behind it goes on, and the migration begins anew.
"""

import time
from itertools import count
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError
from django.db.migrations import Migration
from psycopg.errors import DeadlockDetected, LockNotAvailable

TRIES = 5
PAUSE = 1.0
"""Seconds before the second try; each further pause is twice as long."""


class Command(Migrate):
    help = f"{Migrate.help} Gives a lock up after four seconds, and tries again."
    under_way = "The first migration"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--tries", type=int, default=TRIES, help=f"how often a lock is asked for ({TRIES})")

    def handle(self, *args: Any, tries: int = TRIES, **options: Any) -> None:
        """CommandError where the last try, too, got no lock; what had been migrated before it stays."""
        for turn in count(1):
            try:
                super().handle(*args, **options)
                return
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
                    raise
                if turn >= tries:
                    raise CommandError(
                        f"{self.under_way} got no lock in {turn} tries: another transaction has held it all the "
                        "while, perhaps a backup's. Nothing of this migration was done, and what runs goes on. Find "
                        "that transaction in pg_stat_activity (the oldest xact_start), wait for its end or end it, "
                        "and migrate again."
                    ) from error
            pause = PAUSE * 2 ** (turn - 1)
            self.stdout.write(f"\n{self.under_way} waits for a lock; it is tried again in {pause:.0f} s.")
            time.sleep(pause)

    def migration_progress_callback(self, action: str, migration: Migration | None = None, fake: bool = False) -> None:
        if migration is not None:
            self.under_way = str(migration)
        super().migration_progress_callback(action, migration, fake)
