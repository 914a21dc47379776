"""What the page of a bench shows before its script has come: the case that opens first, and its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.endpoints.models import Endpoint, Prediction
from apps.feedback.answers import OutputShown, outputs_of
from atrium.access.principals import Guest, Member

from .bench import VIEWERS, Place, bench_state, viewer_of


@dataclass(frozen=True, slots=True)
class FirstView:
    """picture: its address, where a picture is on the stage first. stage: whether anything is, or there are fields."""

    stage: bool
    picture: str
    outputs: Sequence[OutputShown]


def page_of(principal: Guest | Member, endpoint: Endpoint, place: Place, opened: Sequence[UUID] = ()) -> dict[str, Any]:
    """What the template is given. Called inside the team's context."""
    state = bench_state(principal, endpoint, place, opened)
    first = _first_view(state, place)
    return {"state": state, "endpoint": endpoint, "viewer": viewer_of(state), "first": first}


def _first_view(state: Mapping[str, Any], place: Place) -> FirstView:
    on_stage = [field["name"] for field in state["interface"]["inputs"] if field["kind"] in VIEWERS]
    shown = _first_case(state)
    if shown is None:
        return FirstView(bool(on_stage), "", ())
    value = shown["inputs"].get(on_stage[0], {}) if on_stage else {}
    prediction = Prediction.objects.select_related("version").get(pk=shown["id"])
    return FirstView(
        bool(on_stage),
        value["url"] if value.get("kind") == "image" else "",
        outputs_of(prediction, None, None, place.addresses),
    )


def _first_case(state: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The original that `components/bench/state.ts` opens where nothing else is asked for: the first that the address
    names, else the first example, else the first of one's own."""
    originals = [example["prediction"] for example in state["examples"]]
    originals += [case["attempts"][0] for case in state["cases"]]
    named = {original: place for place, original in enumerate(state["opened"])}
    return min(originals, key=lambda each: named.get(str(each["original"]), len(named)), default=None)
