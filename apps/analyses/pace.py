"""How often questions may be asked. Each takes a job's rows and, where it is new, a worker's time."""

from uuid import UUID

from atrium.access.limits import limit

QUESTIONS_A_MINUTE = 240
"""By one member's pages, and by each token."""


def count_question(asker: UUID) -> None:
    """asker: a membership's id, or a token's. Raises too_many_requests."""
    limit("ask", str(asker), count=QUESTIONS_A_MINUTE, seconds=60, unless_away=True)
