"""What the matrix of `tests/rights` does not ask of the API: ids in bodies, and how a token comes to its end."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from apps.feedback.models import Thread
from apps.teams.models import ApiToken
from apps.teams.services import change_role, remove_member
from apps.teams.tokens import create_token, revoke_token
from atrium.access.principals import Role, Scope
from atrium.tenancy.context import team_context
from infra.dev.processes import Process
from tests.operations import OPERATIONS, Things
from tests.people import Lab
from tests.schema import Answer, Api, LiveApi
from tests.services import site

NAMING = sorted(operation for operation in OPERATIONS if "{" in operation[1])
WAITING = {
    ("post", "endpoints/{endpoint_id}/predictions"),
    ("post", "endpoints/{endpoint_id}/examples"),
    ("post", "dataset-versions/{dataset_version_id}/ask"),
}
"""They wait on the web process's own loop."""


@pytest.fixture(scope="module")
def things(web_process: Process) -> Things:
    return Things.of(Lab.make())


def call(api: Api, operation: tuple[str, str], things: Things) -> tuple[int, Answer]:
    method, path = operation
    make = OPERATIONS[operation].body
    body = make(things) if make else {} if method == "post" else None
    if operation in WAITING:
        live = LiveApi(site().url, api.headers.get("Authorization", "Bearer none").removeprefix("Bearer "))
        answer = live.request(method.upper(), path.format(**things.ids), json=body)
        live.close()
        return answer.status_code, answer.json()
    return api.request(method.upper(), path.format(**things.ids), body)


@pytest.mark.parametrize("operation", NAMING)
def test_a_stranger_is_told_the_same_as_of_nothing(things: Things, other_lab: Lab, operation: tuple[str, str]) -> None:
    stranger = Api(other_lab.token())
    status, theirs = call(stranger, operation, things)
    nowhere = Things(things.lab, {name: uuid4() for name in things.ids})
    _, nothing = call(stranger, operation, nowhere)
    assert (status, theirs["code"]) == (404, "not_found")
    assert theirs | {"request_id": ""} == nothing | {"request_id": ""}


class TestForeignIdsInBodies:
    """What the address does not name, a body might."""

    def test_another_teams_version_is_not_served(self, lab: Lab, other_lab: Lab) -> None:
        api = Api(lab.token())
        body = {"name": "Mine", "version": str(other_lab.version.pk)}
        assert api.post(f"projects/{lab.project.pk}/endpoints", body)[0] == 404
        assert api.patch(f"endpoints/{lab.endpoint.pk}", {"version": str(other_lab.version.pk)})[0] == 404

    def test_another_teams_prediction_is_no_input(self, things: Things, other_lab: Lab) -> None:
        api = LiveApi(site().url, things.lab.token())
        theirs = other_lab.prediction(other_lab.alice)
        told = []
        for prediction in (theirs.pk, uuid4()):
            body = {"inputs": {"film": {"prediction": str(prediction)}}}
            answer = api.request("POST", f"endpoints/{things.lab.endpoint.pk}/predictions", json=body)
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "inputs.film.prediction")
            told.append(answer.json()["detail"])
        assert told[0] == told[1]
        api.close()

    def test_nobody_of_another_team_is_assigned(self, lab: Lab, other_lab: Lab) -> None:
        thread = Things.of(lab).ids["thread_id"]
        api = Api(lab.token())
        assert api.patch(f"threads/{thread}", {"assignee": str(other_lab.alice.membership_id)})[0] == 404
        body = {"status": "resolved", "resolved_by_version": str(other_lab.version.pk)}
        assert api.patch(f"threads/{thread}", body)[0] == 404
        with team_context(lab.alice):
            assert Thread.objects.get(pk=thread).status == "open"


class TestTheEndOfAToken:
    def alive(self, secret: str) -> bool:
        return Api(secret).get("me")[0] == 200

    def test_comes_with_its_expiry(self, lab: Lab) -> None:
        token, secret = create_token(lab.alice, name="short", scopes=frozenset(Scope), days=1)
        assert self.alive(secret)
        with team_context(lab.alice):
            ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        assert not self.alive(secret)

    def test_comes_with_its_revocation(self, lab: Lab) -> None:
        token, secret = create_token(lab.alice, name="one", scopes=frozenset(Scope))
        revoke_token(lab.alice, token.pk)
        assert not self.alive(secret)

    def test_comes_with_its_membership(self, lab: Lab) -> None:
        bob = lab.member("Bob", Role.MEMBER)
        secret = lab.token(member=bob)
        assert self.alive(secret)
        remove_member(lab.alice, bob.membership_id)
        assert not self.alive(secret)

    def test_does_not_come_with_a_lower_role_but_its_rights_go(self, lab: Lab) -> None:
        bob = lab.member("Bob", Role.MEMBER)
        secret = lab.token(member=bob)
        assert Api(secret).post("projects", {"name": "One"})[0] == 201
        change_role(lab.alice, bob.membership_id, role=Role.VIEWER)
        assert Api(secret).post("projects", {"name": "Two"})[0] == 403
        assert Api(secret).get("projects")[0] == 200

    def test_is_not_told_apart_from_a_guess(self, lab: Lab) -> None:
        token, secret = create_token(lab.alice, name="one", scopes=frozenset(Scope))
        revoke_token(lab.alice, token.pk)
        _, revoked = Api(secret).get("me")
        _, guessed = Api("atr_" + "x" * 43).get("me")
        assert revoked | {"request_id": ""} == guessed | {"request_id": ""}


def test_a_token_never_reads_another_teams_lists(lab: Lab, other_lab: Lab) -> None:
    Things.of(lab)
    api = Api(other_lab.token())
    shown = [row["id"] for row in api.get("projects")[1]["results"]]
    assert shown == [str(other_lab.project.pk)]
    assert UUID(shown[0]) != lab.project.pk
    assert {row["who_id"] for row in api.get("audit")[1]["results"]} == {str(other_lab.alice.membership_id)}
