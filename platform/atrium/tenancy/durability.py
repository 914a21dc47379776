"""What a commit waits for.

PostgreSQL writes one log, in order: a commit that waits for the disk takes every earlier one along. So work that nobody
has been told of may be committed without waiting, and go on at once, as long as whatever is told of it in the end is
told after a commit that does wait. Where PostgreSQL falls over in between, all of it is as if never asked.
"""

from .statements import run, send


def commit_early() -> None:
    """The open transaction will not wait for the disk: it is seen by others at once, and told to nobody yet."""
    send("SET LOCAL synchronous_commit = off")


def wait_for_disk() -> None:
    """Returns when every commit that can be seen now is on the disk; inside a transaction, after its commit."""
    run("SELECT pg_logical_emit_message(true, 'atrium', '')")
