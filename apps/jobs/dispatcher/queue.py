"""Who is next: interactive before batch, and inside each the teams take turns."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(slots=True)
class Waiting:
    """A queued job, as the dispatcher holds it in memory; its row is the truth."""

    id: UUID
    team_id: UUID
    kind: str
    priority: int
    version_id: UUID | None
    input: dict[str, Any]
    deadline: float
    solo: bool


class FairQueue:
    """Round robin across teams, so that a team that floods slows only itself."""

    def __init__(self) -> None:
        self._by_priority: dict[int, OrderedDict[UUID, deque[Waiting]]] = {}
        self._ids: set[UUID] = set()

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, job_id: UUID) -> bool:
        return job_id in self._ids

    def add(self, job: Waiting) -> None:
        """A job that is already there is not added again: hints may come twice."""
        if job.id not in self._ids:
            self._ids.add(job.id)
            teams = self._by_priority.setdefault(job.priority, OrderedDict())
            teams.setdefault(job.team_id, deque()).append(job)

    def discard(self, job_id: UUID) -> None:
        """Forget a job; it is skipped when its turn comes."""
        self._ids.discard(job_id)

    def pop(self) -> Waiting | None:
        """The next job; its team goes to the end of the line."""
        for priority in sorted(self._by_priority):
            teams = self._by_priority[priority]
            while teams:
                team, line = teams.popitem(last=False)
                job = next(self._still_wanted(line), None)
                if line:
                    teams[team] = line
                if job is not None:
                    self._ids.discard(job.id)
                    return job
        return None

    def push_back(self, job: Waiting) -> None:
        """Return a job that found no worker to the head of its team's line, and its team to the head of all."""
        self._ids.add(job.id)
        teams = self._by_priority.setdefault(job.priority, OrderedDict())
        teams.setdefault(job.team_id, deque()).appendleft(job)
        teams.move_to_end(job.team_id, last=False)

    def _still_wanted(self, line: deque[Waiting]) -> Iterator[Waiting]:
        while line:
            job = line.popleft()
            if job.id in self._ids:
                yield job
