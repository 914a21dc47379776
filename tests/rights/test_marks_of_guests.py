"""Inside one team: a guest's addresses show nothing of its neighbour, nor what the team says to itself."""

import json
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.comparisons.readings import begin, say
from apps.endpoints.models import Prediction
from apps.endpoints.selectors import attempts_of
from apps.endpoints.services import create_endpoint
from apps.feedback.selectors import conversations
from apps.feedback.services import flag_prediction, write_message
from apps.projects.services import change_project
from apps.registry.services import change_version
from apps.sharing.services import introduce
from atrium.access.guests import guest_cookie, key_cookie
from atrium.access.principals import Guest
from atrium.tenancy.context import team_context
from tests import studies
from tests.comparing import read_comparison
from tests.people import Lab, answered, explanation_of

from .calls import CALLS, LINK
from .canaries import received
from .removals import replaced
from .routes import Route

HIDDEN = (
    "neighbours-name",
    "neighbours-address",
    "neighbours-case",
    "neighbours-study",
    "neighbours-judgement",
    "neighbours-sentence",
    "neighbours-comment",
    "said-to-the-neighbour",
    "said-among-the-team",
    "said-before-dana-came",
    "notes-of-the-version",
    "label-of-the-link",
    "name-of-another-endpoint",
    "trace-of-the-model",
)
SHOWN = ("danas-case", "danas-study", "danas-judgement", "said-to-all")


pytestmark = pytest.mark.usefixtures("inputs_process")


@dataclass(frozen=True)
class Scene:
    """Dana and a neighbour have judged the same example, and the team has answered."""

    lab: Lab
    dana: Guest
    client: Client
    predictions: tuple[Prediction, ...]
    explanation_id: UUID
    comparison_id: UUID
    reading_id: UUID
    held_id: UUID


@pytest.fixture(scope="module")
def scene() -> Scene:
    lab = Lab.make()
    change_project(lab.alice, lab.project.pk, guests_explain=True)
    example = lab.example().prediction
    first = lab.guest(label="label-of-the-link")
    neighbour = Guest(first.team_id, first.guest_id, first.grant, "neighbours-name")
    introduce(neighbour, name="neighbours-name", email="neighbours-address@example.org")
    answered(lab, neighbour, note="neighbours-case")
    flag = flag_prediction(neighbour, example.pk, verdict="wrong", message="neighbours-judgement")
    write_message(neighbour, flag.thread_id, body="neighbours-sentence")
    write_message(lab.alice, flag.thread_id, body="said-before-dana-came")
    dana = Guest(first.team_id, uuid4(), first.grant, "Dana")
    introduce(dana, name="Dana")
    own = answered(lab, dana, note="danas-case")
    flag_prediction(dana, example.pk, verdict="right", message="danas-judgement")
    write_message(lab.alice, flag.thread_id, body="said-among-the-team", internal=True)
    write_message(lab.alice, flag.thread_id, body="said-to-the-neighbour", to_reviewer=neighbour.guest_id)
    write_message(lab.alice, flag.thread_id, body="said-to-all")
    change_version(lab.alice, lab.version.pk, notes="notes-of-the-version")
    create_endpoint(lab.alice, lab.project.pk, name="name-of-another-endpoint", version_id=lab.version.pk)
    error = {"code": "model_error", "message": "It failed.", "detail": "trace-of-the-model"}
    failed = answered(lab, dana, state=Prediction.State.FAILED, error=error, finished_at=timezone.now())
    lab.held(neighbour, studies.study(), reasons=["neighbours-study"])
    aside = lab.held(dana, studies.study(), facts={"frames": 5}, reasons=["danas-study"])
    comparison = read_comparison(lab, example.pk)
    readings = [begin(guest, lab.endpoint, comparison.pk, name=guest.name) for guest in (neighbour, dana)]
    say(neighbour, lab.endpoint, comparison.pk, 1, {"choice": "equal", "comment": "neighbours-comment"})
    client = Client()
    client.cookies["key"] = key_cookie(dana.grant.link_id, "")
    client.cookies["guest"] = guest_cookie(dana.grant.link_id, dana.guest_id)
    why = explanation_of(dana, own.pk)
    return Scene(lab, dana, client, (example, own, failed), why, comparison.pk, readings[1].pk, aside.pk)


def read(scene: Scene) -> str:
    """All that Dana's browser can look at."""
    told = []
    for (pattern, method), _ in CALLS.items():
        if pattern.startswith(LINK) and method == "GET":
            for prediction in scene.predictions:
                names = {
                    "link_id": scene.dana.grant.link_id,
                    "prediction_id": prediction.pk,
                    "artifact_id": prediction.inputs["film"]["original"],
                    "explanation_id": scene.explanation_id,
                    "comparison_id": scene.comparison_id,
                    "position": 1,
                    "file_name": f"{scene.reading_id.hex[-12:]}-input-0",
                    "held_id": scene.held_id,
                }
                answer = scene.client.get(Route(pattern, method).address(names))
                assert answer.status_code == 200
                told.append(received(answer).decode("latin-1"))
    return "\n".join(told)


def marks_in(text: str, marks: tuple[str, ...]) -> list[str]:
    return [mark for mark in marks if mark in text or json.dumps(mark) in text]


def test_a_guest_reads_its_own_and_the_teams_answers_only(scene: Scene) -> None:
    told = read(scene)
    assert marks_in(told, HIDDEN) == []
    assert marks_in(told, SHOWN) == list(SHOWN)


@pytest.mark.parametrize("filter", [conversations, attempts_of])
def test_without_a_filter_it_reads_more(scene: Scene, filter: object) -> None:
    """The team's view of the same things, in the guest's place."""
    alice = scene.lab.alice

    def as_member(principal: object, *arguments: object, **options: object) -> object:
        if filter is conversations:
            return conversations(alice, *arguments)  # type: ignore[arg-type]
        with team_context(alice):
            return list(Prediction.objects.filter(kept=True).select_related("version__model", "endpoint")), False

    with replaced(filter, as_member):
        assert marks_in(read(scene), HIDDEN) != []
