"""Handing a team over, by its owner alone, and owners who leave at the same moment."""

from threading import Barrier
from uuid import uuid4

import pytest
from django.test import Client

from apps.teams.models import Membership
from apps.teams.services import change_role, hand_over, remove_member
from atrium.access.door import member_for
from atrium.access.principals import Member, Role, System
from atrium.audit.models import Event
from atrium.errors import Conflict, NotPermitted
from atrium.tenancy.context import team_context
from tests.browsing import signed_in, text_of
from tests.people import Lab
from tests.threads import Threads


def roles(lab: Lab, *members: Member) -> list[Role | None]:
    with team_context(System(lab.team.pk, "a test")):
        found = dict(Membership.objects.values_list("pk", "role"))
    return [Role(found[member.membership_id]) if member.membership_id in found else None for member in members]


def post(client: Client, lab: Lab, to: object) -> int:
    return client.post(f"/t/{lab.team.slug}/settings/hand-over", {"to": str(to)}).status_code


def test_the_heir_owns_and_the_giver_stays_as_admin(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    client = signed_in(lab.alice)
    assert "Hand the team over" in text_of(client.get(f"/t/{lab.team.slug}/settings/"))
    assert post(client, lab, bob.membership_id) == 303
    assert roles(lab, lab.alice, bob) == [Role.ADMIN, Role.OWNER]
    assert "Hand the team over" not in text_of(client.get(f"/t/{lab.team.slug}/settings/"))
    with team_context(member_for(lab.people["bob"], lab.team.slug)):
        assert Event.objects.filter(what="team.handed_over", subject_id=bob.membership_id).count() == 1
        assert Event.objects.filter(what="member.changed_role").count() == 2


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER, Role.VIEWER])
def test_others_may_not(lab: Lab, role: Role) -> None:
    ada, bob = lab.member("Ada", role), lab.member("Bob", Role.MEMBER)
    assert post(signed_in(ada), lab, bob.membership_id) == 403
    assert post(signed_in(ada), lab, ada.membership_id) == 403
    assert roles(lab, lab.alice, ada, bob) == [Role.OWNER, role, Role.MEMBER]


def test_goes_to_nobody_outside_nor_to_oneself(lab: Lab, other_lab: Lab) -> None:
    client = signed_in(lab.alice)
    assert post(client, lab, other_lab.alice.membership_id) == 404
    assert post(client, lab, uuid4()) == 404
    assert post(client, lab, "nobody") == 400
    assert post(client, lab, lab.alice.membership_id) == 303
    assert post(signed_in(other_lab.alice), lab, other_lab.alice.membership_id) == 404
    assert roles(lab, lab.alice) == [Role.OWNER]


@pytest.mark.parametrize("act", ["leave", "demote each other", "hand over and be demoted"])
def test_of_two_owners_at_once_one_stays(lab: Lab, act: str) -> None:
    eva, bob = lab.member("Eva", Role.OWNER), lab.member("Bob", Role.MEMBER)
    start = Barrier(2)

    def of(first: Member, second: Member) -> str:
        start.wait()
        try:
            if act == "leave":
                remove_member(first, first.membership_id)
            elif act == "demote each other":
                change_role(first, second.membership_id, role=Role.VIEWER)
            elif first is eva:
                hand_over(first, bob.membership_id)
            else:
                change_role(first, second.membership_id, role=Role.VIEWER)
        except (Conflict, NotPermitted):
            return "refused"
        return "done"

    with Threads(2) as threads:
        list(threads.map(of, (lab.alice, eva), (eva, lab.alice)))
    assert Role.OWNER in roles(lab, lab.alice, eva, bob)
