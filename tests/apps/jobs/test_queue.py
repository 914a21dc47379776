"""The order of turns, as a law: interactive first, then the team that has waited longest, then its first job."""

from itertools import count
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.jobs.dispatcher.queue import FairQueue, Waiting

TEAMS = [UUID(int=number) for number in range(1, 6)]


def job(team: UUID, priority: int = 1) -> Waiting:
    return Waiting(uuid4(), team, priority, None, False, "predict")


ADD = st.tuples(st.sampled_from(TEAMS), st.sampled_from([1, 2]))
STEPS = st.lists(st.one_of(ADD, ADD, st.just("pop"), st.just("push back"), st.integers(0, 50)), max_size=80)


class Law:
    """The order of turns, said in the slowest way.

    waiting: in the order of their coming. since: of each team's line, the step of its last turn, or of its beginning.
    """

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []
        self.since: dict[tuple[int, UUID], int] = {}

    def came(self, job: Waiting, step: int) -> None:
        self.waiting.append(job)
        self.since.setdefault((job.priority, job.team_id), step)

    def left(self, job: Waiting) -> None:
        self.waiting.remove(job)
        if not any(other.priority == job.priority and other.team_id == job.team_id for other in self.waiting):
            del self.since[job.priority, job.team_id]

    def next(self) -> Waiting | None:
        """Interactive before batch; then the team that waits longest; then its first."""
        if not self.waiting:
            return None
        priority = min(job.priority for job in self.waiting)
        _, team = min((since, team) for (of, team), since in self.since.items() if of == priority)
        return next(job for job in self.waiting if (job.priority, job.team_id) == (priority, team))

    def served(self, job: Waiting, step: int) -> None:
        self.left(job)
        if (job.priority, job.team_id) in self.since:
            self.since[job.priority, job.team_id] = step


@given(STEPS)
@settings(max_examples=300)
def test_any_history_keeps_the_law(steps: list[object]) -> None:
    queue, law = FairQueue(), Law()
    for number, step in enumerate(steps):
        if isinstance(step, tuple):
            added = job(*step)
            queue.add(added)
            queue.add(added)  # a hint that came twice
            law.came(added, number)
        elif isinstance(step, int) and law.waiting:
            discarded = law.waiting[step % len(law.waiting)]
            queue.discard(discarded.id)
            law.left(discarded)
        elif step in ("pop", "push back"):
            expected = law.next()
            popped = queue.pop()
            assert popped is expected
            if popped is None:
                continue
            if step == "push back":
                queue.push_back(popped)  # as if it had never been taken
                assert popped.id in queue
            else:
                law.served(popped, number)
                assert popped.id not in queue
        assert len(queue) == len(law.waiting)
    later = count(len(steps))
    while (expected := law.next()) is not None:  # what is left comes in the same order
        assert queue.pop() is expected
        law.served(expected, next(later))
    assert queue.pop() is None


def test_a_flood_slows_only_itself() -> None:
    queue = FairQueue()
    for _ in range(1000):
        queue.add(job(TEAMS[0]))
    late = job(TEAMS[1])
    queue.add(late)
    assert late in [queue.pop(), queue.pop()]


def test_batch_waits_for_all_that_somebody_looks_at() -> None:
    queue = FairQueue()
    batch, first, second = job(TEAMS[0], 2), job(TEAMS[0]), job(TEAMS[0])
    for each in (batch, first, second):
        queue.add(each)
    assert [queue.pop() for _ in range(4)] == [first, second, batch, None]


def test_a_job_that_is_queued_again_comes_once() -> None:
    queue = FairQueue()
    again = job(TEAMS[0])
    queue.add(again)
    queue.discard(again.id)
    queue.add(again)
    assert [queue.pop(), queue.pop()] == [again, None]
