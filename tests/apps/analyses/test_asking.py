"""Asking: one job for the same question, its end told or found, and who may."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import pytest
from pytest_django import Settings

from apps.analyses.asking import ask, cancel, told
from apps.analyses.deletion import forget_author
from apps.analyses.models import Answer
from apps.datasets.models import DatasetVersion
from apps.datasets.services import set_roles
from apps.jobs.models import Job, Quota, UsageEntry
from apps.teams.services import remove_member
from atrium.access.door import member_for
from atrium.access.principals import Member, Role
from atrium.errors import NotFound, NotPermitted, Problem
from atrium.tenancy.context import team_context
from atrium.tenancy.threads import in_database
from gpu_workers.protocol.debugger import Export, View, canonical, question
from tests.waiting import PATIENCE

from .tables import ANSWER, Asked, asker_of, refused, view

T = TypeVar("T")
WAIT = PATIENCE


async def until(holds: Callable[[], bool]) -> None:
    """Looks at the database until it does."""
    for _ in range(round(PATIENCE / 0.02)):
        if await in_database(holds):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came so far")


def run(call: Callable[[], Awaitable[T]]) -> T:
    async def all_of_it() -> T:
        return await call()

    return asyncio.run(all_of_it())


def asked_by(asked: Asked, member: Member, wait: float = 0, **fields: Any) -> Answer:
    return run(lambda: ask(asker_of(member, asked.version.pk), view(**fields), wait))


def ledger(asked: Asked) -> list[str]:
    with team_context(asked.lab.alice):
        return sorted(UsageEntry.objects.filter(kind="ask").values_list("outcome", flat=True))


class TestTheSameQuestion:
    def test_asked_twice_at_once_is_one_job_and_both_hear(self, asked: Asked) -> None:
        """Nobody tells them of its end: each finds it in the row."""

        async def both() -> list[Answer]:
            asker = asker_of(asked.lab.alice, asked.version.pk)
            answers = asyncio.gather(ask(asker, view(), WAIT), ask(asker, view(), WAIT))
            await until(lambda: [job.state for job in asked.jobs()] == ["queued"] and len(ledger(asked)) == 1)
            await in_database(asked.end_all)
            return list(await answers)

        first, second = run(both)
        assert first.pk == second.pk
        assert [bytes(each.answer or b"") for each in (first, second)] == [ANSWER, ANSWER]
        assert len(asked.jobs()) == len(asked.answers()) == 1
        assert ledger(asked) == ["stored", "succeeded"]

    def test_is_answered_from_the_store(self, asked: Asked) -> None:
        open_one = asked_by(asked, asked.lab.alice)
        assert open_one.state == Answer.State.QUEUED
        asked.end_all()
        again = asked_by(asked, asked.lab.member("Vera", Role.VIEWER))
        assert (again.pk, bytes(again.answer or b"")) == (open_one.pk, ANSWER)
        assert len(asked.jobs()) == 1

    def test_spelt_otherwise_is_the_same(self, asked: Asked) -> None:
        asked_by(asked, asked.lab.alice)
        spelt: Any = question(b'{"measure": "jensen_shannon", "type": "view", "score": ""}')
        run(lambda: ask(asker_of(asked.lab.alice, asked.version.pk), lambda _: spelt, 0))
        assert canonical(spelt) == canonical(View())
        assert len(asked.jobs()) == 1

    def test_about_other_roles_is_another(self, asked: Asked) -> None:
        asked_by(asked, asked.lab.alice)
        set_roles(asked.lab.alice, asked.version.pk, {"age": "ignore"})
        asked_by(asked, asked.lab.alice)
        [before, after] = [job.input["dataset"]["columns"] for job in asked.jobs()]
        assert [column["role"] for column in before if column["name"] == "age"] == ["feature"]
        assert [column["role"] for column in after if column["name"] == "age"] == ["ignore"]
        assert "facts" not in before[0]

    def test_that_failed_tells_the_workers_sentence_and_is_asked_anew(self, asked: Asked) -> None:
        failed = asked_by(asked, asked.lab.alice)
        asked.end_all(error=refused("There is no column “ages”."))
        [row] = asked.answers()
        with pytest.raises(Problem, match="There is no column “ages”") as said:
            told(row)
        assert said.value.status == 422
        again = asked_by(asked, asked.lab.alice)
        assert again.pk != failed.pk
        assert [row.pk for row in asked.answers()] == [again.pk]
        asked.end_all()
        assert asked.answers()[0].state == Answer.State.SUCCEEDED

    def test_that_was_stopped_is_asked_anew_and_its_late_end_is_dropped(self, asked: Asked) -> None:
        stopped = asked_by(asked, asked.lab.alice)
        [job] = asked.jobs()
        assert cancel(asked.lab.alice, stopped.pk).state == Answer.State.CANCELLED
        with team_context(asked.lab.alice):
            assert Job.objects.get(pk=job.pk).cancel_requested
            Job.objects.filter(pk=job.pk).update(cancel_requested=False)  # it was claimed a moment before
        again = asked_by(asked, asked.lab.alice)
        asked.end(job)
        [row] = asked.answers()
        assert (row.pk, row.state) == (again.pk, Answer.State.QUEUED)

    def test_is_stopped_by_who_alone_asked_it(self, asked: Asked) -> None:
        """A viewer neither stops what another asked, nor what another waits for too."""
        bob = asked.lab.member("Bob", Role.VIEWER)
        theirs = asked_by(asked, asked.lab.alice)
        assert cancel(bob, theirs.pk).state == Answer.State.QUEUED
        joined = asked_by(asked, bob)
        assert joined.pk == theirs.pk
        for member in (bob, asked.lab.alice):
            assert cancel(member, theirs.pk).state == Answer.State.QUEUED
        assert not asked.jobs()[0].cancel_requested

    def test_forgets_who_asked_it(self, asked: Asked) -> None:
        asked_by(asked, asked.lab.alice)
        with team_context(asked.lab.alice):
            forget_author(asked.lab.alice.user_id)
        assert [answer.asker_id for answer in asked.answers()] == [None]

    def test_that_was_answered_is_not_stopped_any_more(self, asked: Asked) -> None:
        answered = asked_by(asked, asked.lab.alice)
        asked.end_all()
        assert cancel(asked.lab.alice, answered.pk).state == Answer.State.SUCCEEDED
        [row] = asked.answers()
        assert (row.state, bytes(row.answer or b"")) == (Answer.State.SUCCEEDED, ANSWER)


class TestWaiting:
    def test_ends_with_the_wait(self, asked: Asked) -> None:
        assert asked_by(asked, asked.lab.alice, wait=0.1).state == Answer.State.QUEUED

    def test_of_somebody_removed_meanwhile_ends_with_nothing(self, asked: Asked) -> None:
        bob = asked.lab.member("Bob", Role.MEMBER)
        person, slug = asked.lab.people["bob"], asked.lab.team.slug

        async def story() -> Answer:
            asking = asyncio.ensure_future(ask(lambda: (member_for(person, slug), asked.version.pk), view(), WAIT))
            await until(lambda: len(asked.jobs()) == 1)
            await in_database(remove_member, asked.lab.alice, bob.membership_id)
            await in_database(asked.end_all)
            return await asking

        with pytest.raises(NotFound):
            run(story)
        assert asked.answers()[0].state == Answer.State.SUCCEEDED

    def test_for_what_is_deleted_meanwhile_ends_with_nothing(self, asked: Asked) -> None:
        async def story() -> Answer:
            asking = asyncio.ensure_future(ask(asker_of(asked.lab.alice, asked.version.pk), view(), WAIT))
            await until(lambda: len(asked.jobs()) == 1)
            await in_database(asked.forget)
            return await asking

        with pytest.raises(NotFound):
            run(story)


class TestWhoMay:
    def test_a_viewer_asks_and_takes_no_rows_away(self, asked: Asked) -> None:
        vera, bob = asked.lab.member("Vera", Role.VIEWER), asked.lab.member("Bob", Role.MEMBER)
        export: Any = Export(View())
        assert asked_by(asked, vera).state == Answer.State.QUEUED
        with pytest.raises(NotPermitted):
            run(lambda: ask(asker_of(vera, asked.version.pk), lambda _: export, 0))
        run(lambda: ask(asker_of(bob, asked.version.pk), lambda _: export, 0))
        assert len(asked.jobs()) == 2

    def test_another_team_finds_nothing(self, asked: Asked, other_lab: Any) -> None:
        answer = asked_by(asked, asked.lab.alice)
        with pytest.raises(NotFound):
            run(lambda: ask(asker_of(other_lab.alice, asked.version.pk), view(), 0))
        with pytest.raises(NotFound):
            cancel(other_lab.alice, answer.pk)
        assert [row.state for row in asked.answers()] == [Answer.State.QUEUED]

    def test_what_is_not_read_yet_is_not_asked(self, asked: Asked) -> None:
        with team_context(asked.lab.alice):
            DatasetVersion.objects.filter(pk=asked.version.pk).update(state="reading")
        with pytest.raises(Problem, match="rows v1 is reading") as said:
            asked_by(asked, asked.lab.alice)
        assert said.value.code == "not_ready"

    def test_beyond_the_teams_device_time_nothing_is_kept(self, asked: Asked, settings: Settings) -> None:
        settings.TEAM_DEVICE_MS = 150
        asked_by(asked, asked.lab.alice)
        with pytest.raises(Problem) as said:
            asked_by(asked, asked.lab.alice, a=(1,))
        assert said.value.code == "quota_exceeded"
        assert len(asked.answers()) == len(asked.jobs()) == 1
        asked.end_all()
        assert ledger(asked) == ["refused", "succeeded"]
        with team_context(asked.lab.alice):
            assert Quota.objects.get(unit="device_ms").used == 40


def test_an_export_brings_its_file_with_it(asked: Asked) -> None:
    run(lambda: ask(asker_of(asked.lab.alice, asked.version.pk), lambda _: Export(View(), "parquet"), 0))
    [row] = asked.answers()
    [job] = asked.jobs()
    assert job.input["put"] == f"team/{asked.lab.team.pk}/{row.file_id}"
    assert isinstance(row.file_id, UUID)
    asked.end(job, made=asked.export())
    assert msgspec.json.decode(bytes(asked.answers()[0].answer or b""))["rows"] == 3
    assert asked.file(row) == ("application/vnd.apache.parquet", 20)


def test_an_export_that_is_answered_with_something_else_fails(asked: Asked) -> None:
    run(lambda: ask(asker_of(asked.lab.alice, asked.version.pk), lambda _: Export(View()), 0))
    asked.end_all()
    [row] = asked.answers()
    assert (row.state, (row.error or {})["code"]) == (Answer.State.FAILED, "internal")
    assert asked.file(row) is None
