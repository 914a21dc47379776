"""What the bench is told when it opens: the endpoint, its examples, and one's own cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.comparisons.blind import Offer, names_are_hidden, offers
from apps.endpoints.authors import author_of
from apps.endpoints.models import Endpoint, Example, Prediction
from apps.endpoints.presentation import (
    Addresses,
    endpoint_facts,
    guest_addresses,
    prediction_shown,
    team_addresses,
)
from apps.endpoints.selectors import attempts_of, examples_for, predictions_among
from apps.explanations.selectors import offered
from apps.feedback.models import Flag
from apps.registry.inputs import is_file
from apps.teams.models import Team
from atrium.access.principals import Guest, Member, Role

from .conversations import thread_views, threads_of
from .models import GuestVisit, Link

VIEWERS = {
    "image": "picture",
    "sketch": "picture",
    "audio": "audio",
    "series": "series",
    "dicom": "study",
    "bytes": "bytes",
    "table_file": "rows",
}
"""By an input's kind the folder of what shows it, as `frontend/components/bench/viewers/viewers.ts` has them."""


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
            "explanations": f"{one}/explanations",
            "explanation": f"{self.base}/explanations/{{id}}",
            "quarantine": f"{self.base}/quarantine/{{id}}",
            "cases": f"{self.base}/cases",
        }
        if self.is_team:
            project = "/".join(self.base.split("/")[:4])
            return urls | {
                "back": f"{self.base.removesuffix('/bench')}/",
                "table": f"{project}/datasets/versions/{{version}}/debugger/",
            }
        own = {"case": f"{self.base}/cases/{{id}}", "data": f"{self.base}/data"}
        return urls | {"leave": f"{self.base}/leave"} | own


def guest_place(guest: Guest) -> Place:
    link_id = guest.grant.link_id
    return Place(f"/r/{link_id}", guest_addresses(link_id), is_team=False)


def member_place(team: str, endpoint: Endpoint) -> Place:
    return Place(
        f"/t/{team}/{endpoint.project.slug}/endpoints/{endpoint.slug}/bench", team_addresses(team), is_team=True
    )


def _flag(flag: Flag) -> dict[str, Any]:
    return {
        "verdict": flag.verdict,
        "correction": flag.correction,
        "marks": flag.marks,
        "findings": flag.findings,
        "added": flag.added,
        "message": flag.message,
    }


def prediction_view(principal: Guest | Member, prediction: Prediction, place: Place) -> dict[str, Any]:
    """Called inside the team's context."""
    return _prediction_views(principal, [prediction], place, _unnamed(principal))[prediction.pk]


def _prediction_views(
    principal: Guest | Member, predictions: Collection[Prediction], place: Place, unnamed: Mapping[str, Any]
) -> dict[UUID, dict[str, Any]]:
    """Each with this reviewer's own judgement of it, by its id. unnamed: as `_unnamed` has it."""
    mine = Flag.objects.filter(prediction__in=predictions, reviewer_id=author_of(principal)[1])
    flags = {flag.prediction_id: _flag(flag) for flag in mine}
    return {
        prediction.pk: prediction_shown(prediction, place.addresses, team=place.is_team)
        | {"flag": flags.get(prediction.pk), **unnamed}
        for prediction in predictions
    }


def _unnamed(principal: Guest | Member) -> dict[str, Any]:
    """What stands in the version's place for a guest who has still to read versions blind; else nothing."""
    return {"version": {"id": "", "number": 0, "model_name": ""}} if names_are_hidden(principal) else {}


def _cases(
    principal: Guest | Member,
    examples: Sequence[Example],
    attempts: Sequence[Prediction],
    place: Place,
    unnamed: Mapping[str, Any],
) -> dict[str, list[dict[str, Any]]]:
    """The examples, and one's own kept attempts by case, each led by its original."""
    all_of_them = [*(example.prediction for example in examples), *attempts]
    views = _prediction_views(principal, all_of_them, place, unnamed)
    threads = threads_of(principal, all_of_them)
    said = thread_views(principal, threads.values())

    def thread(attempt: Prediction) -> dict[str, Any] | None:
        found = threads.get(bytes(attempt.original_sha256))
        return None if found is None else said[found.pk]

    cases: dict[str, list[Prediction]] = {}
    for attempt in attempts:
        cases.setdefault(str(attempt.original_id or attempt.pk), []).append(attempt)
    return {
        "examples": [
            {
                "id": str(example.pk),
                "title": example.title or f"Example {number}",
                "prediction": views[example.prediction_id],
                "thumbnail": _thumbnail(example.prediction, place),
                "thread": thread(example.prediction),
            }
            for number, example in enumerate(examples, start=1)
        ],
        "cases": [
            {"original": original, "attempts": [views[one.pk] for one in mine], "thread": thread(mine[0])}
            for original, mine in cases.items()
        ],
    }


def bench_state(
    principal: Guest | Member, endpoint: Endpoint, place: Place, opened: Sequence[UUID] = ()
) -> dict[str, Any]:
    """Called inside the team's context. opened: predictions whose cases come first, in this order; of others' too."""
    team = Team.objects.get(pk=endpoint.team_id)
    examples = examples_for(principal, endpoint)
    mine, more = attempts_of(principal, endpoint, author_of(principal)[1])
    first = predictions_among(principal, endpoint, opened)
    known = {attempt.pk for attempt in mine}
    attempts = [*(each for each in first if each.pk not in known), *mine]
    unnamed = _unnamed(principal)
    return {
        "endpoint": {"id": str(endpoint.pk), "name": endpoint.name},
        "team": team.name,
        **_who(principal),
        "research_use_only": True,
        **endpoint_facts(endpoint),
        **unnamed,
        "urls": place.urls(),
        "explanations": offered(principal, endpoint, endpoint.version),
        "comparisons": [_offer(each, place) for each in offers(principal, endpoint)],
        "opened": [str(each.original_id or each.pk) for each in first],
        "earlier": more,
        **_cases(principal, examples, attempts, place, unnamed),
    }


def cases_before(principal: Guest | Member, endpoint: Endpoint, place: Place, before: UUID | None) -> dict[str, Any]:
    """One's own latest attempts, those before this one, by case as `bench_state` has them; called inside the team's
    context."""
    mine, more = attempts_of(principal, endpoint, author_of(principal)[1], before=before)
    return {"cases": _cases(principal, (), mine, place, _unnamed(principal))["cases"], "earlier": more}


def _offer(offer: Offer, place: Place) -> dict[str, Any]:
    return {
        "url": f"{place.base}/comparisons/{offer.id}/",
        "question": offer.question,
        "cases": offer.cases,
        "left": offer.left,
    }


def viewer_of(state: Mapping[str, Any]) -> str:
    """The module that shows the first input of a bench that lies in the store, or the fields where none does, so that
    its page can ask for it at once."""
    kinds = (field["kind"] for field in state["interface"]["inputs"])
    viewer = next((VIEWERS[kind] for kind in kinds if kind in VIEWERS), "")
    return f"components/bench/viewers/{viewer}/index.ts" if viewer else "components/bench/forms.ts"


def _thumbnail(prediction: Prediction, place: Place) -> str | None:
    file = next((value for value in prediction.inputs.values() if is_file(value)), None)
    return place.addresses.thumbnail(file["original"]) if file else None


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
