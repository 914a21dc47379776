"""A team that lets nobody in without a second factor: its pages, its tokens, and who may say so."""

from django.test import Client

from apps.teams.models import Team
from apps.teams.services import require_second_factor
from atrium.access.principals import Role
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.apps.users.accounts import with_app
from tests.browsing import signed_in, text_of
from tests.people import Lab


def post(client: Client, lab: Lab, required: str = "yes") -> int:
    return client.post(f"/t/{lab.team.slug}/settings/second-factor", {"required": required}).status_code


def is_required(lab: Lab) -> bool:
    with team_context(lab.alice):
        return Team.objects.get(pk=lab.team.pk).requires_second_factor


def asked(secret: str) -> tuple[int, str]:
    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
    return answer.status_code, answer.json().get("code", "")


def test_pages_and_tokens_wait_for_it(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    with_app(lab.alice)
    bobs, alices = lab.token(member=bob), lab.token()
    client, home = signed_in(bob), f"/t/{lab.team.slug}/"
    assert client.get(home).status_code == 200
    assert asked(bobs)[0] == 200
    assert post(signed_in(lab.alice), lab) == 303
    refused = client.get(home)
    assert refused.status_code == 403
    assert "Set up a second factor" in text_of(refused)
    assert 'href="/accounts/2fa/"' in text_of(refused)
    assert client.get(f"{home}settings/").status_code == 403
    assert asked(bobs) == (403, "second_factor_needed")
    assert asked(alices)[0] == 200
    assert signed_in(lab.alice).get(home).status_code == 200
    assert lab.team.name in text_of(client.get("/t/"))
    with_app(bob)
    assert client.get(home).status_code == 200
    assert asked(bobs)[0] == 200


def test_predictions_are_refused_too(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    with_app(lab.alice)
    token = lab.token(member=bob)
    require_second_factor(lab.alice, required=True)
    url = f"/api/v1/endpoints/{lab.endpoint.pk}"
    answer = Client().get(url, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed")
    assert "works again once one is set up" in answer.json()["detail"]


def test_guests_and_strangers_notice_nothing(lab: Lab, other_lab: Lab) -> None:
    with_app(lab.alice)
    require_second_factor(lab.alice, required=True)
    assert signed_in(other_lab.alice).get(f"/t/{lab.team.slug}/").status_code == 404
    _, secret = lab.link()
    client = Client()
    assert client.get(client.get(f"/l/{secret}")["Location"]).status_code == 200


def test_whoever_asks_for_it_has_one(lab: Lab) -> None:
    client = signed_in(lab.alice)
    assert post(client, lab) == 303
    assert not is_required(lab)
    assert "Set up your own second factor first" in text_of(client.get(f"/t/{lab.team.slug}/settings/"))
    with_app(lab.alice)
    assert post(client, lab) == 303
    assert is_required(lab)
    assert post(client, lab, "no") == 303
    assert not is_required(lab)
    with team_context(lab.alice):
        told = list(Event.objects.filter(what__startswith="team.").order_by("id").values_list("what", flat=True))
    assert told[-2:] == ["team.required_second_factor", "team.waived_second_factor"]


def test_members_viewers_and_strangers_may_not(lab: Lab, other_lab: Lab) -> None:
    for name, role in (("Bob", Role.MEMBER), ("Vera", Role.VIEWER)):
        member = lab.member(name, role)
        with_app(member)
        assert post(signed_in(member), lab) == 403
    assert post(signed_in(other_lab.alice), lab) == 404
    assert post(Client(), lab) == 302
    assert not is_required(lab)
