"""Tokens are made on a page, shown once, listed without their secret, and revoked."""

import re

import pytest

from apps.teams.models import ApiToken
from atrium.access.door import token_for
from atrium.access.principals import Role, Scope
from atrium.errors import Problem
from atrium.tenancy.context import team_context
from tests.browsing import signed_in, text_of
from tests.people import Lab

GIVEN = {"name": "Ward PC", "days": "90", "scopes": ["models:read", "predict"]}


def url(lab: Lab) -> str:
    return f"/t/{lab.team.slug}/settings/tokens/"


def made(page: str) -> str:
    return str(re.findall(r'id="secret">(atr_[\w-]+)<', page)[0])


def test_a_made_token_is_shown_once_and_works(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    client = signed_in(bob)
    answer = client.post(url(lab), GIVEN)
    secret = made(text_of(answer))
    assert answer["Cache-Control"] == "no-store"
    assert "from atrium_client import Atrium" in text_of(answer)
    token = token_for(secret)
    assert (token.role, token.scopes) == (Role.MEMBER, frozenset({Scope.MODELS_READ, Scope.PREDICT}))
    page = text_of(client.get(url(lab)))
    assert secret not in page
    assert secret[:8] in page
    assert "Ward PC" in page


def test_every_scope_is_offered(lab: Lab) -> None:
    page = text_of(signed_in(lab.alice).get(url(lab)))
    offered = set(re.findall(r'name="scopes"\s+value="([a-z:]+)"', page))
    assert offered == set(Scope)
    assert "write implies read" in page
    assert signed_in(lab.alice).post(url(lab), GIVEN | {"scopes": ["everything"]}).status_code == 400


def test_viewers_and_strangers_make_no_tokens(lab: Lab, other_lab: Lab) -> None:
    vera = signed_in(lab.member("Vera", Role.VIEWER))
    assert vera.get(url(lab)).status_code == 403
    assert vera.post(url(lab), GIVEN).status_code == 403
    assert signed_in(other_lab.alice).post(url(lab), GIVEN).status_code == 404
    with team_context(lab.alice):
        assert not ApiToken.objects.exists()
    assert signed_in(lab.alice).post(url(lab), GIVEN).status_code == 200


def test_a_token_needs_a_name_and_a_scope(lab: Lab) -> None:
    answer = signed_in(lab.alice).post(url(lab), {"name": "", "days": "90"})
    assert answer.status_code == 400
    assert "Choose at least one scope." in text_of(answer)
    assert signed_in(lab.alice).post(url(lab), GIVEN | {"days": "9999"}).status_code == 400


def test_a_member_sees_its_own_tokens_and_an_admin_everybodys(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    signed_in(lab.alice).post(url(lab), GIVEN | {"name": "Nightly"})
    signed_in(bob).post(url(lab), GIVEN)
    hers, his = text_of(signed_in(lab.alice).get(url(lab))), text_of(signed_in(bob).get(url(lab)))
    assert "Nightly" in hers
    assert "Ward PC" in hers
    assert "Nightly" not in his
    assert "Ward PC" in his


def test_a_revoked_token_is_refused_and_only_its_member_or_an_admin_revokes_it(lab: Lab) -> None:
    bob, carla = lab.member("Bob", Role.MEMBER), lab.member("Carla", Role.MEMBER)
    secret = made(text_of(signed_in(bob).post(url(lab), GIVEN)))
    revoke = f"{url(lab)}{token_for(secret).token_id}/revoke"
    assert signed_in(carla).post(revoke).status_code == 403
    assert token_for(secret).name == "Ward PC"
    assert signed_in(lab.alice).post(revoke).status_code == 303
    with pytest.raises(Problem, match="unauthenticated"):
        token_for(secret)
    assert "Revoked" in text_of(signed_in(bob).get(url(lab)))
