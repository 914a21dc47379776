"""Cases that the inbox's tests look at."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.test import Client

from apps.feedback.models import Flag
from apps.feedback.services import flag_prediction
from apps.sharing.services import introduce
from apps.users.models import User
from atrium.access.principals import Guest, Member
from tests.people import Lab

COVER = {"kind": "occlude", "x": 0.1, "y": 0.1, "w": 0.2, "h": 0.2}
BOX = {"kind": "box", "points": [[0.2, 0.3], [0.4, 0.5]], "note": "Fluid here"}


def reviewer(lab: Lab, name: str = "Dana", email: str = "", **link: Any) -> Guest:
    """A guest who has come and has said a name, and an address where one is given."""
    guest = lab.guest(name=name, **link)
    introduce(guest, name=name, email=email)
    return guest


def flagged(lab: Lab, guest: Guest | None = None, *, case: bytes | None = None, **judgement: Any) -> Flag:
    guest = guest or reviewer(lab)
    original = lab.prediction(guest, **({"case": case} if case else {}))
    edited = lab.prediction(
        guest,
        case=bytes(original.original_sha256),
        original=original,
        edits=[COVER],
        timings={"total": 84.0},
    )
    judgement = {"verdict": "wrong", "message": "It reads the marker."} | judgement
    return flag_prediction(guest, edited.pk, **judgement)


def signed_in(who: Member) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.user_id))
    return client


def base(lab: Lab) -> str:
    return f"/t/{lab.team.slug}/{lab.project.slug}/inbox/"


def get(lab: Lab, who: Member, path: str = "", **query: str) -> Any:
    return signed_in(who).get(base(lab) + path, query)


def post(lab: Lab, who: Member, thread_id: UUID, act: str, values: Mapping[str, str]) -> Any:
    return signed_in(who).post(f"{base(lab)}{thread_id}/{act}", values)


def followed(client: Client, url: str, values: Mapping[str, Any] | None = None) -> Any:
    """What a form's answer leads to."""
    return client.get(client.post(url, values or {})["Location"])


def words(answer: Any) -> str:
    """A page's text with its white space folded: templates wrap sentences."""
    return " ".join(answer.content.decode().split())
