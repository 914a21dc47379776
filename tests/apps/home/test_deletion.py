"""Marks in every text and picture of a team; each of five deletions takes its own away everywhere, and no other's."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from apps.analyses import deletion as analyses_deletion
from apps.analyses.models import Answer, SavedAnalysis, Slice
from apps.artifacts.models import Artifact
from apps.artifacts.services import keep, stage
from apps.datasets import deletion as datasets_deletion
from apps.endpoints import deletion as endpoints_deletion
from apps.endpoints.models import Example, Prediction
from apps.endpoints.services import create_endpoint
from apps.feedback import deletion as feedback_deletion
from apps.feedback.deletion import delete_prediction
from apps.feedback.models import Flag
from apps.feedback.services import flag_prediction, write_message
from apps.home import chores, deletion
from apps.home.account_deletion import ask_account_deletion
from apps.home.deletion import ask_project_deletion, ask_team_deletion
from apps.jobs.models import Job
from apps.projects.models import Project
from apps.projects.services import create_project
from apps.registry.services import create_version
from apps.sharing.models import AccessRequest, GuestVisit, MailedCode
from apps.sharing.services import introduce, return_secret
from apps.sharing.withdrawal import withdraw
from apps.teams.models import Team
from apps.teams.services import invite
from apps.users.models import User
from atrium import storage
from atrium.access.door import system
from atrium.access.principals import Guest, Member, Person, Role
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from gpu_workers.protocol.datasets import Column, Count, Facts, Kind
from gpu_workers.protocol.datasets import Role as ColumnRole
from tests.people import Lab, answered, ready_version
from tests.tables import ready_table, saved_of

from .remains import LARGE, SMALL, picture, remains

MARK = {"kind": "point", "points": [[0.5, 0.5]]}


@dataclass
class Estate:
    """A team in which everything carries the mark of what it belongs to."""

    lab: Lab
    tail: str
    guest: Guest
    bob: Member
    one: Prediction
    side: Project

    def left(self, name: str) -> set[str]:
        return remains(self.word(name), self.lab.team.pk)

    def word(self, name: str) -> str:
        return f"{name}mark{self.tail}"


def case(lab: Lab, author: Member | Guest, word: str, **fields: Any) -> tuple[Prediction, Flag]:
    """A small and a large picture with the mark, an attempt on one of them, a flag, a message and an ended job."""
    large = answered(lab, author, picture=picture(word, LARGE), note=word, **fields)
    small = answered(lab, author, picture=picture(word, SMALL), note=word, case=bytes(large.original_sha256), **fields)
    with team_context(lab.alice):
        edits = [{"kind": "replace", "start": 0, "end": 1, "text": word}]
        Prediction.objects.filter(pk=small.pk).update(original=large, edits=edits)
        ended_job(large.pk, word)
    flag = flag_prediction(author, large.pk, verdict="wrong", message=f"See {word}", marks=[MARK])
    write_message(author, flag.thread_id, body=f"And {word}")
    return large, flag


def ended_job(subject: UUID, word: str) -> None:
    """A job whose error says the word."""
    told = {"error": {"detail": word}, "deadline_at": timezone.now(), "finished_at": timezone.now()}
    Job.objects.create(kind="predict", subject=subject, priority=1, input={}, state="failed", **told)


def hang(lab: Lab, word: str) -> None:
    """What else hangs on the endpoint: an example, links with everything that people leave at them."""
    with team_context(lab.alice):
        shown = answered(lab, lab.alice, picture=picture(word, LARGE), note=word)
        Example.objects.create(endpoint=lab.endpoint, prediction=shown, title=word)
    guest = lab.guest(label=word, addresses=[f"{word}@example.org"])
    introduce(guest, name=word, email=f"{word}@example.org")
    with system(lab.team.pk, "a test") as principal:
        return_secret(principal, GuestVisit.objects.get(pk=guest.guest_id))
        entered = {"email": f"{word}@example.org", "code_hash": b"", "expires_at": timezone.now()}
        MailedCode.objects.create(link_id=guest.grant.link_id, **entered)
        AccessRequest.objects.create(link_id=guest.grant.link_id, name=word, email=f"{word}@example.org", message=word)


def project_of(lab: Lab, name: str, word: str) -> Lab:
    """A project of its own with everything in it, as a lab whose endpoint that is."""
    project = create_project(lab.alice, name=f"{name} {word}", description=word)
    version = ready_version(lab.alice, project, f"m-{word}")
    file = stage(lab.team.pk, word.encode() * 20_000, "application/octet-stream")
    with team_context(lab.alice):
        [artifact] = keep([file])
        old = version.artifact_id
        shown = stage(lab.team.pk, picture(word, SMALL), "image/png")
        [example] = keep([shown])
        version.artifact, version.notes, version.card = artifact, word, {"purpose": word}
        version.report, version.reason, version.error = {"facts": word}, word, {"detail": word}
        version.example = {"film": {"kind": "image", "original": str(example.pk), "sha256": "0"}}
        version.save()
        Artifact.objects.filter(pk=old).delete()
    create_version(lab.alice, version.model_id, size=9, sha256=bytes(32), notes=word)
    endpoint = create_endpoint(lab.alice, project.pk, name=f"Serves {word}", version_id=version.pk)
    mine = Lab(lab.alice, lab.team, project, version, endpoint)
    case(mine, lab.alice, word)
    hang(mine, word)
    table_of(mine, word)
    return mine


def table_of(lab: Lab, word: str) -> None:
    """A dataset with its file and its table, an exported answer, a slice and a saved analysis."""
    large = [stage(lab.team.pk, word.encode() * 20_000, "application/octet-stream") for _ in range(3)]
    with team_context(lab.alice):
        file, table, export = keep(large)
    about = {"filename": word, "notes": word, "remarks": [word], "reason": word, "made_from": {"name": word}}
    columns = [Column(word, Kind.CATEGORY, ColumnRole.LABEL, facts=Facts(top=(Count(word, 1),)))]
    version = ready_table(lab.alice, lab.project, word, columns, file=file, table=table, **about)
    saved = saved_of(lab.alice, version)
    with team_context(lab.alice):
        told = {"question": {"format": word}, "answer": word.encode(), "error": {"detail": word}}
        Answer.objects.filter(pk=saved.answer_id).update(file_id=export.pk, **told)
        Slice.objects.filter(pk=saved.slice_id).update(name=word, where={"column": word}, sentence=word, note=word)
        SavedAnalysis.objects.filter(pk=saved.analysis_id).update(name=word, note=word, question={"score": word})


@pytest.fixture
def estate() -> Estate:
    tail = token_hex(5)
    words = {name: f"{name}mark{tail}" for name in ("prediction", "guest", "member", "project", "team")}
    lab = Lab.make(f"Lab {words['team']}")
    bob = lab.member(f"Bob {words['member']}", Role.MEMBER)
    invite(lab.alice, email=f"{words['team']}@example.org", role=Role.VIEWER)
    project_of(lab, "Main", words["team"])
    side = project_of(lab, "Side", words["project"])
    one, _ = case(lab, lab.alice, words["prediction"])
    guest = lab.guest(name=words["guest"])
    introduce(guest, name=words["guest"], email=f"{words['guest']}@example.org")
    for author, name in ((guest, "guest"), (bob, "member")):
        case(lab, author, words[name])
        answered(lab, author, picture=picture(words[name], LARGE), note=words[name])
    with team_context(lab.alice):
        ended_job(uuid4(), words["team"])
    mail.outbox.clear()
    return Estate(lab, tail, guest, bob, one, side.project)


def delete_member(estate: Estate) -> None:
    user = User.objects.get(pk=estate.bob.user_id)
    ask_account_deletion(Person(user.pk, user.name), typed=user.email)
    chores.forget_account(str(user.pk))


def delete_project(estate: Estate) -> None:
    ask_project_deletion(estate.lab.alice, estate.side.pk, typed=estate.side.name)
    chores.delete(str(estate.lab.team.pk))


def delete_team(estate: Estate) -> None:
    ask_team_deletion(estate.lab.alice, typed=estate.lab.team.name)
    chores.delete(str(estate.lab.team.pk))


DELETIONS: dict[str, Callable[[Estate], None]] = {
    "prediction": lambda estate: delete_prediction(estate.lab.alice, estate.one.pk),
    "guest": lambda estate: withdraw(estate.guest),
    "member": delete_member,
    "project": delete_project,
}


def test_each_deletion_takes_its_own_and_no_others(estate: Estate) -> None:
    names = [*DELETIONS, "team"]
    for name in names:
        assert {"s3", "artifacts_artifact.inline"} <= estate.left(name), f"the mark of {name} was never there"
    for number, (name, delete) in enumerate(DELETIONS.items(), 1):
        delete(estate)
        assert estate.left(name) == set(), name
        for other in names[number:]:
            assert {"s3", "artifacts_artifact.inline"} <= estate.left(other), f"{name} took something of {other}"
    delete_team(estate)
    assert estate.left("team") == set()
    with team_context(estate.lab.alice):
        kept = set(Event.objects.values_list("what", flat=True))
        assert {"prediction.deleted", "guest.withdrew", "member.removed", "project.deleted", "team.deleted"} <= kept
        assert not Event.objects.filter(user_id=estate.bob.user_id).exists()
        assert not Team.objects.exists()


def test_nothing_is_mailed_of_what_is_gone(estate: Estate) -> None:
    """Mails lie nowhere but in chores of ids, which find nothing to write."""
    delete_team(estate)
    for name in ("teams.mail_invitation", "sharing.mail_reply", "sharing.mail_code", "sharing.mail_access"):
        for arguments in waiting_chores(name, estate.lab.team.pk):
            app.tasks[name](**arguments)
    assert mail.outbox == []


def waiting_chores(name: str, team_id: UUID) -> list[dict[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args::text FROM procrastinate_jobs WHERE task_name = %s AND args->>'team_id' = %s",
            [name, str(team_id)],
        )
        return [json.loads(row[0]) for row in cursor.fetchall()]


STEPS = {
    "pictures of a case": ("prediction", endpoints_deletion, "remove"),
    "flags and threads": ("prediction", feedback_deletion, "_delete_flags"),
    "jobs": ("prediction", endpoints_deletion, "delete_jobs"),
    "pictures of a guest": ("guest", feedback_deletion, "remove"),
    "words of a guest": ("guest", feedback_deletion, "_unsay"),
    "words of a member": ("member", feedback_deletion, "_unsay"),
    "files of models": ("project", deletion, "remove"),
    "files of tables": ("project", datasets_deletion, "remove"),
    "files of exports": ("project", analyses_deletion, "remove"),
    "objects": ("project", storage, "delete"),
    "rows that hang on no project": ("team", deletion, "_delete_rows"),
    "objects without a row": ("team", deletion, "_empty"),
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_needed(estate: Estate, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, module, function = STEPS[step]
    storage.put(f"team/{estate.lab.team.pk}/{uuid4()}", estate.word("team").encode(), "text/plain")
    monkeypatch.setattr(module, function, lambda *given, **named: 0)
    with suppress(Exception):  # it may also be missed at once, by a key of the database
        (DELETIONS | {"team": delete_team})[name](estate)
    assert estate.left(name)
