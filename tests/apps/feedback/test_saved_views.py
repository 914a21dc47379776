"""The inbox as somebody likes to see it: by a name, with a count, for oneself or for all."""

import pytest

from apps.feedback.models import SavedView
from apps.feedback.own_data import own_data
from apps.feedback.saved_views import MOST, delete_view, save_view
from apps.feedback.services import assign
from apps.teams.models import Membership
from atrium.access.principals import Role
from atrium.audit.models import Event
from atrium.errors import Invalid, NotFound, NotPermitted
from atrium.tenancy.context import team_context
from tests.people import Lab

from .cases import base, flagged, get, signed_in, words


def test_a_view_is_saved_from_the_list_and_counts_what_it_finds_now(lab: Lab) -> None:
    flagged(lab, message="Portable")
    answer = signed_in(lab.alice).post(f"{base(lab)}views?show=all&q=portable&verdict=wrong", {"name": " <Ward> "})
    assert answer["Location"] == f"{base(lab)}?show=all&q=portable&verdict=wrong"
    html = words(get(lab, lab.alice, show="all", q="portable", verdict="wrong"))
    assert '<span class="clip">&lt;Ward&gt;</span> <span class="num">1</span>' in html
    assert "Delete the view “&lt;Ward&gt;”" in html
    flagged(lab, message="Portable, again")
    assert '</span> <span class="num">2</span></a>' in words(get(lab, lab.alice))


def test_own_views_are_seen_by_their_owner_and_shared_ones_by_all(lab: Lab) -> None:
    bob, vera = lab.member("Bob", Role.MEMBER), lab.member("Vera", Role.VIEWER)
    own = save_view(lab.alice, lab.project, name="Own one", query={"show": "mine"}, shared=False)
    shared = save_view(lab.alice, lab.project, name="Shared one", query={"show": "mine"}, shared=True)
    for who in (bob, vera):
        html = words(get(lab, who))
        assert "Shared one" in html
        assert "Own one" not in html
    assert "Save as a view" not in words(get(lab, vera, q="x"))
    with pytest.raises(NotFound):
        delete_view(bob, lab.project, own.pk)
    with pytest.raises(NotPermitted):
        delete_view(vera, lab.project, shared.pk)
    with pytest.raises(NotPermitted):
        save_view(vera, lab.project, name="Hers", query={}, shared=False)
    delete_view(bob, lab.project, shared.pk)
    with team_context(lab.alice):
        whats = list(Event.objects.filter(subject_id=shared.pk).order_by("at").values_list("what", flat=True))
    assert whats == ["inbox_view.saved", "inbox_view.deleted"]


def test_mine_in_a_shared_view_is_about_whoever_looks(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    flag = flagged(lab)
    assign(lab.alice, flag.thread_id, bob.membership_id)
    save_view(lab.alice, lab.project, name="Mine, wrong", query={"show": "mine", "verdict": "wrong"}, shared=True)
    assert 'Mine, wrong</span> <span class="num">1</span>' in words(get(lab, bob))
    assert 'Mine, wrong</span> <span class="num">0</span>' in words(get(lab, lab.alice))


def test_the_same_name_is_replaced_and_there_are_not_too_many(lab: Lab) -> None:
    for verdict in ("wrong", "unsure"):
        save_view(lab.alice, lab.project, name="One", query={"verdict": verdict}, shared=True)
    with team_context(lab.alice):
        [view] = SavedView.objects.filter(project=lab.project)
        assert view.query == {"verdict": "unsure"}
        SavedView.objects.bulk_create(SavedView(project=lab.project, name=f"{n}") for n in range(MOST - 1))
    with pytest.raises(Invalid):
        save_view(lab.alice, lab.project, name="One more", query={}, shared=True)
    for name in ("", " ", "x" * 61):
        with pytest.raises(Invalid):
            save_view(lab.alice, lab.project, name=name, query={}, shared=False)


def test_a_view_can_be_taken_away_and_goes_with_its_owner(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    save_view(bob, lab.project, name="Bob's", query={"q": "fold"}, shared=False)
    with team_context(lab.alice):
        assert own_data(bob.user_id).told["saved_views"] == [{"name": "Bob's", "query": {"q": "fold"}}]
        Membership.objects.filter(pk=bob.membership_id).delete()
        assert not SavedView.objects.exists()
