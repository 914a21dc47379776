"""Who is next: interactive before batch, and inside each the teams take turns."""

from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID


@dataclass(slots=True)
class Waiting:
    """A queued job, as the dispatcher holds it in memory; its row is the truth. pool: "" but for a team's own."""

    id: UUID
    team_id: UUID
    priority: int
    version_id: UUID | None
    solo: bool
    kind: str
    pool: str = ""


class FairQueue:
    """Round robin across teams, so that a team that floods slows only itself.

    The next team is the one that has waited longest: since its last turn, or since it came to an empty line.
    """

    def __init__(self) -> None:
        self._jobs: dict[UUID, Waiting] = {}
        self._lines: dict[int, OrderedDict[UUID, OrderedDict[UUID, Waiting]]] = {}
        """Of each priority the teams in the order of their turns, of each team its jobs; none is empty."""

    def __len__(self) -> int:
        return len(self._jobs)

    def __contains__(self, job_id: UUID) -> bool:
        return job_id in self._jobs

    def add(self, job: Waiting) -> None:
        """A job that is already there is not added again: hints may come twice."""
        if job.id not in self._jobs:
            self._jobs[job.id] = job
            teams = self._lines.setdefault(job.priority, OrderedDict())
            teams.setdefault(job.team_id, OrderedDict())[job.id] = job

    def discard(self, job_id: UUID) -> None:
        """Forget a job, if it is there."""
        job = self._jobs.pop(job_id, None)
        if job is not None:
            teams = self._lines[job.priority]
            del teams[job.team_id][job_id]
            if not teams[job.team_id]:
                del teams[job.team_id]

    def pop(self) -> Waiting | None:
        """The next job; its team goes to the end of the line."""
        for _, teams in sorted(self._lines.items()):
            for team, line in teams.items():
                job = next(iter(line.values()))
                self.discard(job.id)
                if team in teams:
                    teams.move_to_end(team)
                return job
        return None

    def push_back(self, job: Waiting) -> None:
        """Return a job that found no worker to the head of its team's line, and its team to the head of all."""
        self.add(job)
        teams = self._lines[job.priority]
        teams[job.team_id].move_to_end(job.id, last=False)
        teams.move_to_end(job.team_id, last=False)
