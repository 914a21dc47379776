"""Looking after all teams: taking away what has been kept long enough, in batches, and leading on what stood still."""

import logging
from collections.abc import Callable, Iterable
from uuid import UUID

from atrium.access.door import system, teams

log = logging.getLogger("atrium.chores")
BATCH = 500
"""How many rows a sweep takes in one transaction."""


def each_team(act: Callable[[UUID], None]) -> None:
    """Call `act` with each team's id, outside any context. One team's trouble is logged and stops no other's sweep."""
    for team_id in teams():
        try:
            act(team_id)
        except Exception:
            log.exception("team %s could not be swept", team_id)


def lead_on(what: str, open_ones: Iterable[tuple[UUID, UUID]], advance: Callable[[UUID, UUID], None]) -> None:
    """Call `advance` with the team and the id of each, outside any context. The trouble of one is logged as that of
    `what` and stops no other."""
    for team_id, pk in open_ones:
        try:
            advance(team_id, pk)
        except Exception:
            log.exception("%s %s could not be led on", what, pk)


def sweep_teams(sweep_team: Callable[[], bool]) -> None:
    """Call `sweep_team` in the context of each team, again while it says that there is more."""

    def sweep(team_id: UUID) -> None:
        more = True
        while more:
            with system(team_id, "retention"):
                more = sweep_team()

    each_team(sweep)
