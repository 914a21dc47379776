"""The order of turns, as laws: interactive first, nobody waits longer than all others take one turn, nothing twice."""

from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.jobs.dispatcher.queue import FairQueue, Waiting

TEAMS = [UUID(int=number) for number in range(1, 6)]


def job(team: UUID, priority: int = 1) -> Waiting:
    return Waiting(uuid4(), team, "predict", priority, None, {}, 0.0, False)


ADD = st.tuples(st.sampled_from(TEAMS), st.sampled_from([1, 2]))
STEPS = st.lists(st.one_of(ADD, st.just("pop"), st.just("push back"), st.integers(0, 50)), max_size=80)


@given(STEPS)
@settings(max_examples=200, deadline=None)
def test_any_history_keeps_the_laws(steps: list[object]) -> None:
    queue = FairQueue()
    waiting: dict[UUID, Waiting] = {}
    gone: set[UUID] = set()
    passed: dict[tuple[UUID, int], int] = {}
    for step in steps:
        if isinstance(step, tuple):
            added = job(*step)
            queue.add(added)
            queue.add(added)  # a hint that came twice
            if not any(w.team_id == added.team_id and w.priority == added.priority for w in waiting.values()):
                passed[added.team_id, added.priority] = 0
            waiting[added.id] = added
        elif isinstance(step, int) and waiting:
            discarded = list(waiting)[step % len(waiting)]
            queue.discard(discarded)
            gone.add(discarded)
            del waiting[discarded]
        elif step in ("pop", "push back"):
            popped = queue.pop()
            assert (popped is None) == (not waiting)
            if popped is None:
                continue
            assert popped.id in waiting
            assert popped.id not in gone
            assert popped.priority == min(w.priority for w in waiting.values())
            if step == "push back":
                queue.push_back(popped)
                assert popped.id in queue
                again = queue.pop()
                assert again is popped
            del waiting[popped.id]
            gone.add(popped.id)
            passed[popped.team_id, popped.priority] = 0
            for team, priority in {(w.team_id, w.priority) for w in waiting.values()}:
                if priority == popped.priority and team != popped.team_id:
                    passed[team, priority] += 1
                    assert passed[team, priority] < len(TEAMS)
        assert len(queue) == len(waiting)


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
