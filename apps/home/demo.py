"""Loads the demo through the same services that people use: nothing in it is written past them."""

import asyncio
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.request import Request, urlopen
from uuid import UUID

import msgspec
from allauth.account.models import EmailAddress
from channels.db import database_sync_to_async
from django.utils import timezone
from uuid6 import uuid7

from apps.artifacts.uploads import Part
from apps.datasets import selectors as datasets
from apps.datasets import uploading
from apps.datasets.models import DatasetVersion
from apps.datasets.services import create_dataset
from apps.endpoints.models import Endpoint, Prediction
from apps.endpoints.predictions import ask
from apps.endpoints.preparation import Asked
from apps.endpoints.services import add_example, create_endpoint
from apps.feedback.services import assign, flag_prediction, set_status, write_message
from apps.home.account_deletion import ask_account_deletion, forget_account
from apps.home.deletion import ask_team_deletion
from apps.home.scopes import SCOPES
from apps.projects.models import Project
from apps.projects.services import create_project
from apps.registry.interfaces import as_json
from apps.registry.models import Version
from apps.registry.selectors import version_for
from apps.registry.services import complete_version, create_model, create_version
from apps.sharing.services import create_link, introduce
from apps.teams.selectors import teams_of
from apps.teams.services import create_team
from apps.teams.tokens import create_token
from apps.users.models import User
from atrium.access.door import grant_for, member_for
from atrium.access.principals import Guest, LinkRole, Member, Person
from atrium.errors import Conflict
from atrium.tenancy.context import team_context
from infra.demo import manifest

EMAIL, NAME, TEAM = "priya@lakeside.example", "Priya Nair", "Lakeside Imaging"
PATIENCE_SECONDS = 120.0
OPEN_CASES = 500
"""How many cases strangers may keep through the link of the first page."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What `make run` prints: an operator's login, an API token, and a reviewer link's secret.

    open_secret: of the link that the first page opens to everybody; it may try the model and keeps some cases.
    """

    email: str
    password: str
    token: str
    project: Project
    team: str
    endpoint: Endpoint
    secret: str
    open_secret: str


def load() -> Loaded:
    """Make the demo's person, team, project, models, link and reviews, in the place of what an earlier call left."""
    _start_over()
    demo = manifest.load()
    password = token_urlsafe(12)
    user = User.objects.create_user(EMAIL, password, name=NAME, is_staff=True)
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    person = Person(user.pk, NAME, operator=True)
    team = create_team(person, name=TEAM)
    member = member_for(person, team.slug)
    _, token = create_token(member, name="notebook", scopes=frozenset(SCOPES))
    project = create_project(member, name=demo.project.name, description=demo.project.description)
    versions = {model.key: _upload(member, project, model) for model in demo.models}
    rows = [_upload_rows(member, project, table) for table in demo.tables]
    endpoints = {}
    for model in demo.models:
        version = _ready(member, versions[model.key])
        endpoints[model.key] = create_endpoint(member, project.pk, name=model.endpoint, version_id=version.pk)
    secrets = {key: _link(member, endpoint) for key, endpoint in endpoints.items()}
    first = demo.models[0].key
    _, open_secret = create_link(
        member, endpoints[first].pk, role=LinkRole.TRY, expires_at=None, label="First page", quota=OPEN_CASES
    )
    asyncio.run(_populate(member, demo, endpoints, {key: link for key, (link, _) in secrets.items()}))
    for table in rows:
        _await_rows(member, table)
    return Loaded(EMAIL, password, token, project, team.slug, endpoints[first], secrets[first][1], open_secret)


def _start_over() -> None:
    """Take away what a load that was cut off has left, as anybody's team and account are taken away."""
    user = User.objects.filter(email=EMAIL).first()
    if user is None:
        return
    person = Person(user.pk, NAME)
    for team in teams_of(person):
        with suppress(Conflict):  # that was cut off, too
            ask_team_deletion(member_for(person, team.slug), typed=team.name)
    _wait(lambda: not teams_of(person), "The demo's earlier team is still being deleted: are the chores running?")
    ask_account_deletion(person, typed=EMAIL)
    forget_account(user.pk)


def _wait(done: Callable[[], bool], complaint: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if time.monotonic() > until:
            raise TimeoutError(complaint)
        time.sleep(0.1)


def _link(member: Member, endpoint: Endpoint) -> tuple[UUID, str]:
    expires = timezone.now() + timedelta(days=30)
    link, secret = create_link(member, endpoint.pk, role=LinkRole.REVIEW, expires_at=expires, label="Ward review")
    return link.pk, secret


def _sent(value: manifest.PictureFile | list[float]) -> Any:
    if isinstance(value, manifest.PictureFile):
        return "data:image/png;base64," + b64encode(value.read()).decode()
    return value


def _upload(member: Member, project: Project, model: manifest.Model) -> Version:
    data = model.read()
    registered, _ = create_model(member, project.pk, name=model.name)
    version, parts = create_version(
        member,
        registered.pk,
        size=len(data),
        sha256=sha256(data).digest(),
        notes=model.notes,
        card=msgspec.to_builtins(model.card),
        interface=as_json(model.interface),
        example={name: _sent(value) for name, value in model.examples[0].inputs.items()},
    )
    return complete_version(member, version.pk, _put(data, parts))


def _upload_rows(member: Member, project: Project, table: manifest.Table) -> DatasetVersion:
    data = table.read()
    dataset, _ = create_dataset(member, project.pk, name=table.name)
    version, parts = uploading.create_version(
        member,
        dataset.pk,
        format=table.format,
        size=len(data),
        sha256=sha256(data).digest(),
        filename=table.file.rpartition("/")[2],
        notes=table.notes,
        roles=table.roles,
    )
    return uploading.complete_version(member, version.pk, _put(data, parts))


def _put(data: bytes, parts: Sequence[Part]) -> dict[int, str]:
    """Send a file to the store, as a browser does; the parts' ETags."""
    etags, at = {}, 0
    for part in parts:
        put = Request(part.url, data[at : at + part.size], method="PUT")  # noqa: S310 - our own store's address
        with urlopen(put) as answer:  # noqa: S310
            etags[part.number] = answer.headers["ETag"]
        at += part.size
    return etags


def _ready(member: Member, version: Version) -> Version:
    """Wait until the inspection has decided."""

    def decided() -> bool:
        nonlocal version
        with team_context(member):
            version = version_for(member, version.pk)
        return version.state != Version.State.INSPECTING

    _wait(decided, f"{version} is still being inspected: is a worker running?")
    if version.state != Version.State.READY:
        raise RuntimeError(f"{version} is {version.state}: {version.reason or version.error}")
    return version


def _await_rows(member: Member, version: DatasetVersion) -> None:
    """Wait until the table was read, which went on beside the rest."""

    def decided() -> bool:
        nonlocal version
        with team_context(member):
            version = datasets.version_for(member, version.pk)
        return version.state != DatasetVersion.State.READING

    _wait(decided, f"{version} is still being read: is a worker running?")
    if version.state != DatasetVersion.State.READY:
        raise RuntimeError(f"{version} is {version.state}: {version.reason or version.error}")


async def _populate(
    member: Member, demo: manifest.Demo, endpoints: dict[str, Endpoint], links: dict[str, UUID]
) -> None:
    """Examples first, then what the reviewers tried, flagged and read."""
    originals: dict[tuple[str, str], Prediction] = {}
    for model in demo.models:
        for example in model.examples:
            values = {name: _sent(value) for name, value in example.inputs.items()}
            prediction = await ask(member, endpoints[model.key].pk, Asked(values))
            _require_answer(prediction)
            originals[model.key, example.key] = prediction
            await database_sync_to_async(add_example)(
                member, endpoints[model.key].pk, prediction.pk, title=example.title
            )
    guests: dict[tuple[str, str], Guest] = {}
    for review in demo.reviews:
        who = (review.model, review.reviewer)
        if who not in guests:
            guests[who] = await database_sync_to_async(_guest)(links[review.model], review.reviewer)
        original = originals[review.model, review.example]
        await _review(member, guests[who], endpoints[review.model], original, review)


def _guest(link_id: UUID, name: str) -> Guest:
    team_id, grant, _ = grant_for(link_id)
    guest = Guest(team_id, uuid7(), grant)
    introduce(guest, name=name)
    return Guest(team_id, guest.guest_id, grant, name)


async def _review(
    member: Member, guest: Guest, endpoint: Endpoint, original: Prediction, review: manifest.Review
) -> None:
    attempts = []
    for attempt in review.attempts:
        values = {name: {"prediction": str(original.pk)} for name in original.inputs}
        asked = Asked(values, msgspec.to_builtins(attempt.edits))
        attempts.append(await ask(guest, endpoint.pk, asked))
        _require_answer(attempts[-1])
    await database_sync_to_async(_judge)(member, guest, attempts[review.flagged].pk, review)


def _judge(member: Member, guest: Guest, prediction_id: UUID, review: manifest.Review) -> None:
    flag = flag_prediction(
        guest,
        prediction_id,
        verdict=review.verdict,
        message=review.message,
        correction=review.correction,
        marks=msgspec.to_builtins(review.marks),
    )
    for reply in review.replies:
        author = member if reply.author == "team" else guest
        write_message(author, flag.thread_id, body=reply.body, internal=reply.internal)
    if review.replies:
        assign(member, flag.thread_id, member.membership_id)
    if review.status == "resolved":
        set_status(member, flag.thread_id, "resolved")


def _require_answer(prediction: Prediction) -> None:
    if prediction.state != Prediction.State.SUCCEEDED:
        raise RuntimeError(f"a demo prediction is {prediction.state}: {prediction.error}")
