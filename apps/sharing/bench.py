"""What the bench is told when it opens: the endpoint, its examples, and one's own cases."""

from dataclasses import dataclass
from typing import Any

from apps.endpoints.authors import author_of
from apps.endpoints.models import Endpoint, Prediction
from apps.endpoints.presentation import (
    Addresses,
    endpoint_facts,
    guest_addresses,
    prediction_shown,
    team_addresses,
)
from apps.endpoints.selectors import attempts_of, examples_for
from apps.feedback.models import Flag, Thread
from apps.feedback.selectors import messages_of
from apps.teams.models import Team
from atrium.access.principals import Guest, Member, Role

from .models import GuestVisit, Link


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bench lives: below a link, or below an endpoint of the team."""

    base: str
    addresses: Addresses
    is_team: bool

    def urls(self) -> dict[str, str]:
        one = f"{self.base}/predictions/{{id}}"
        urls = {
            "socket": f"{self.base}/socket",
            "predictions": f"{self.base}/predictions",
            "prediction": one,
            "keep": f"{one}/keep",
            "cancel": f"{one}/cancel",
            "flag": f"{one}/flag",
            "thread": f"{one}/thread",
            "me": f"{self.base}/me",
        }
        if self.is_team:
            return urls | {"back": f"{self.base.removesuffix('/bench')}/"}
        return urls | {"leave": f"{self.base}/leave", "data": f"{self.base}/data"}


def guest_place(guest: Guest) -> Place:
    link_id = guest.grant.link_id
    return Place(f"/r/{link_id}", guest_addresses(link_id), is_team=False)


def member_place(team: str, endpoint: Endpoint) -> Place:
    return Place(
        f"/t/{team}/{endpoint.project.slug}/endpoints/{endpoint.slug}/bench", team_addresses(team), is_team=True
    )


def flag_of(prediction: Prediction, reviewer: Any) -> dict[str, Any] | None:
    """This reviewer's own judgement of a prediction."""
    flag = Flag.objects.filter(prediction=prediction, reviewer_id=reviewer).first()
    return None if flag is None else _flag(flag)


def _flag(flag: Flag) -> dict[str, Any]:
    return {"verdict": flag.verdict, "correction": flag.correction, "marks": flag.marks, "message": flag.message}


def prediction_view(principal: Guest | Member, prediction: Prediction, place: Place) -> dict[str, Any]:
    """Called inside the team's context."""
    shown = prediction_shown(prediction, place.addresses, team=place.is_team)
    return shown | {"flag": flag_of(prediction, author_of(principal)[1])}


def thread_of(principal: Guest | Member, original: Prediction) -> Thread | None:
    """The case's thread, where the principal has judged it."""
    found = Thread.objects.filter(endpoint_id=original.endpoint_id, original_sha256=bytes(original.original_sha256))
    thread = found.first()
    if thread is None or not thread.flags.filter(reviewer_id=author_of(principal)[1]).exists():
        return None
    return thread


def thread_view(principal: Guest | Member, thread: Thread | None) -> dict[str, Any] | None:
    """The conversation as this reviewer may read it."""
    if thread is None:
        return None
    mine = author_of(principal)[1]
    messages = [
        {
            "id": str(message.pk),
            "author": message.author_name,
            "body": message.body,
            "created_at": message.created_at.isoformat(),
            "mine": message.author_id == mine,
        }
        for message in messages_of(principal, thread)
    ]
    return {"id": str(thread.pk), "status": thread.status, "messages": messages}


def _cases(principal: Guest | Member, endpoint: Endpoint, place: Place) -> list[dict[str, Any]]:
    """One's own kept attempts by case, each led by its original."""
    cases: dict[str, list[Prediction]] = {}
    for attempt in attempts_of(principal, endpoint, author_of(principal)[1]):
        cases.setdefault(str(attempt.original_id or attempt.pk), []).append(attempt)
    shown = []
    for original, attempts in cases.items():
        shown.append(
            {
                "original": original,
                "attempts": [prediction_view(principal, attempt, place) for attempt in attempts],
                "thread": thread_view(principal, thread_of(principal, attempts[0])),
            }
        )
    return shown


def bench_state(principal: Guest | Member, endpoint: Endpoint, place: Place) -> dict[str, Any]:
    """Called inside the team's context."""
    team = Team.objects.get(pk=endpoint.team_id)
    examples = [
        {
            "id": str(example.pk),
            "title": example.title or f"Example {number}",
            "prediction": prediction_view(principal, example.prediction, place),
            "thumbnail": _thumbnail(example.prediction, place),
            "thread": thread_view(principal, thread_of(principal, example.prediction)),
        }
        for number, example in enumerate(examples_for(principal, endpoint), start=1)
    ]
    return {
        "endpoint": {"id": str(endpoint.pk), "name": endpoint.name},
        "team": team.name,
        **_who(principal),
        "research_use_only": True,
        **endpoint_facts(endpoint),
        "urls": place.urls(),
        "examples": examples,
        "cases": _cases(principal, endpoint, place),
    }


def _thumbnail(prediction: Prediction, place: Place) -> str | None:
    picture = next((value for value in prediction.inputs.values() if value["kind"] == "image"), None)
    return place.addresses.thumbnail(picture["original"]) if picture else None


def _who(principal: Guest | Member) -> dict[str, Any]:
    if isinstance(principal, Member):
        role = "review" if principal.role >= Role.MEMBER else "view"
        me = {"id": str(principal.user_id), "name": principal.name, "email": ""}
        return {"role": role, "expires_at": None, "shared_by": "", "guest": me}
    link = Link.objects.select_related("created_by__user").get(pk=principal.grant.link_id)
    visit = GuestVisit.objects.filter(pk=principal.guest_id).first()
    expires = principal.grant.expires_at
    return {
        "role": principal.grant.role.word,
        "expires_at": expires.isoformat() if expires else None,
        "shared_by": str(link.created_by.user) if link.created_by else "",
        "guest": {
            "id": str(principal.guest_id),
            "name": visit.name if visit else "",
            "email": visit.email if visit else "",
        },
    }
