"""Examples by REST: renamed, given another place, shown no longer."""

from typing import Any

from django.test import Client

from apps.endpoints.models import Example, Prediction
from apps.endpoints.services import change_example
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.locks import until_waiting
from tests.people import Lab
from tests.threads import Threads


def change(lab: Lab, client: Client, example: Example, body: dict[str, Any] | None) -> Any:
    headers = {"Authorization": f"Bearer {lab.token()}"}
    path = f"/api/v1/examples/{example.pk}"
    if body is None:
        return client.delete(path, headers=headers)
    return client.patch(path, body, content_type="application/json", headers=headers)


def order(lab: Lab) -> list[Any]:
    with team_context(lab.alice):
        return list(Example.objects.values_list("pk", flat=True))


def test_an_example_is_renamed_and_moved(lab: Lab, client: Client) -> None:
    first, second, third = (lab.example() for _ in range(3))
    told = change(lab, client, third, {"title": "Effusion", "position": 0})
    assert (told.status_code, told.json()["title"], told.json()["position"]) == (200, "Effusion", 0)
    assert order(lab) == [third.pk, first.pk, second.pk]
    assert change(lab, client, third, {"position": 9}).json()["position"] == 2
    assert order(lab) == [first.pk, second.pk, third.pk]
    assert change(lab, client, first, {"position": -1}).status_code == 400
    assert change(lab, client, first, {}).json()["title"] == "One"


def test_two_who_order_examples_at_once_come_in_turn(lab: Lab) -> None:
    first, second, third = (lab.example() for _ in range(3))
    with Threads(2) as others:
        with team_context(lab.alice):
            Example.objects.select_for_update().get(pk=first.pk)
            behind = others.submit(change_example, lab.alice, second.pk, title="Behind", place=2)
            until_waiting(1)
            before = others.submit(change_example, lab.alice, third.pk, title="Before", place=0)
            until_waiting(2)
        behind.result()
        before.result()
    assert order(lab) == [third.pk, first.pk, second.pk]
    with team_context(lab.alice):
        assert list(Example.objects.values_list("title", flat=True)) == ["Before", "One", "Behind"]


def test_an_example_is_shown_no_longer_and_its_case_stays(lab: Lab, client: Client) -> None:
    example = lab.example()
    assert change(lab, client, example, None).status_code == 204
    assert change(lab, client, example, None).status_code == 404
    with team_context(lab.alice):
        assert Prediction.objects.filter(pk=example.prediction_id).exists()
        assert Event.objects.filter(what="example.removed").count() == 1


def test_examples_of_another_team_are_not_found(lab: Lab, other_lab: Lab, client: Client) -> None:
    example = other_lab.example()
    assert change(lab, client, example, {"title": "Mine"}).status_code == 404
    assert change(lab, client, example, None).status_code == 404
