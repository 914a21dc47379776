"""A team with everybody in it, each with a way in, and its mark in all that they have."""

from dataclasses import dataclass, field

from django.test import Client
from msgspec.structs import replace
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from apps.analyses.models import SavedAnalysis, Slice
from apps.datasets.models import Dataset, DatasetVersion
from apps.datasets.tables import as_json
from apps.endpoints.services import change_example, rename_endpoint
from apps.projects.services import change_project
from apps.registry.services import change_version, create_version
from apps.sharing.services import introduce
from apps.users.models import User
from atrium.access.guests import guest_cookie, key_cookie
from atrium.access.principals import Guest, LinkRole, Member, Role, Scope
from atrium.tenancy.context import team_context
from gpu_workers.protocol.datasets import Count, Facts
from tests.people import Lab, answered
from tests.services import site
from tests.tables import COLUMNS

from .canaries import Mark
from .stage import Values, things_of


@dataclass
class Side:
    """One team, everybody in it, and what its addresses name."""

    mark: Mark
    lab: Lab
    values: Values
    visitors: dict[str, Client]
    guests: dict[str, tuple[Guest, Client]]
    programs: dict[str, str]
    members: list[Member]
    heard: list[ClientConnection] = field(default_factory=list)


def side_of(word: str, shade: int) -> Side:
    lab = Lab.make(f"Lab {word}")
    mark = Mark(word, lab.team.pk, shade)
    members = [lab.alice, lab.member("Bob", Role.MEMBER), lab.member("Vera", Role.VIEWER)]
    for member in members:
        User.objects.filter(pk=member.user_id).update(name=f"{word} {member.name}")
    change_project(lab.alice, lab.project.pk, name=f"Films {word}", description=word)
    change_version(lab.alice, lab.version.pk, notes=word, card={"purpose": f"For {word}.", "contact": word})
    rename_endpoint(lab.alice, lab.endpoint.pk, name=f"Reader {word}")
    for seed, side in enumerate((16, 16, 300)):
        answered(lab, lab.alice, picture=mark.picture(seed, side), note=word)
    values = things_of(lab, mark.picture(7))
    change_example(lab.alice, values["example_id"], title=f"Case {word}")
    mark_tables(lab, word)
    values["uploading_id"] = create_version(lab.alice, values["model_id"], size=9, sha256=bytes(32), notes=word)[0].pk
    guests = {}
    for role in LinkRole:
        guest = lab.guest(role, label=f"Ward {word}")
        introduce(guest, name=f"Dana {word}", email=f"dana-{role.word}@{word}.example.org")
        client = Client(raise_request_exception=False)
        client.cookies["key"] = key_cookie(guest.grant.link_id, "")
        client.cookies["guest"] = guest_cookie(guest.grant.link_id, guest.guest_id)
        guests[role.word] = guest, client
    visitors = {}
    for member in members:
        visitors[member.name] = Client(raise_request_exception=False)
        visitors[member.name].force_login(User.objects.get(pk=member.user_id))
    programs = {"every scope": lab.token(*Scope), "one scope": lab.token(Scope.FEEDBACK_READ)}
    return Side(mark, lab, values, visitors, guests, programs, members)


def mark_tables(lab: Lab, word: str) -> None:
    """In the names, values and sentences of what the team has uploaded, and in what it saved of that."""
    columns = [replace(column, model=word, facts=Facts(top=(Count(word, 1),), notes=(word,))) for column in COLUMNS]
    named = replace(columns[0], name=f"case {word}")
    with team_context(lab.alice):
        Dataset.objects.update(name=f"Rows {word}")
        DatasetVersion.objects.update(
            columns=as_json([named, *columns[1:]]),
            preview=[[word] * len(columns)],
            filename=f"{word}.csv",
            notes=word,
            remarks=[word],
        )
        Slice.objects.update(name=f"Slice {word}", note=word, where={"column": word})
        SavedAnalysis.objects.update(name=f"View {word}", question={"score": word})


def listen(side: Side) -> None:
    """Open the inbox of a member and the bench of a guest, in the running web process."""
    lab, (guest, browser) = side.lab, side.guests["review"]
    paths = [
        (f"/t/{lab.team.slug}/{lab.project.slug}/inbox/socket", side.visitors["Alice"]),
        (f"/r/{guest.grant.link_id}/socket", browser),
    ]
    for path, client in paths:
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        address = site().url.replace("http", "ws", 1) + path
        headers = {"Cookie": cookies}
        side.heard.append(connect(address, additional_headers=headers, origin=Origin(site().url), open_timeout=60))
