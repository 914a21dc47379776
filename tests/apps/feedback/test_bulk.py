"""One act on many cases: one transaction, told how many, undone where nobody went on."""

from uuid import UUID, uuid4

import pytest

from apps.feedback.bulk import change_cases, undo_change
from apps.feedback.filters import InboxFilters
from apps.feedback.labels import create_label, delete_label
from apps.feedback.models import BulkChange, Thread
from apps.feedback.services import assign, set_status
from apps.teams.models import Membership
from atrium.access.principals import Role
from atrium.audit.models import Event
from atrium.errors import Conflict, Invalid, NotFound, NotPermitted
from atrium.tenancy.context import team_context
from tests.people import Lab

from .cases import base, flagged, followed, get, signed_in, words


def cases(lab: Lab, count: int) -> list[UUID]:
    return [flagged(lab, message=f"Case {n}").thread_id for n in range(count)]


def states(lab: Lab, field: str) -> list[object]:
    with team_context(lab.alice):
        return list(Thread.objects.filter(project=lab.project).order_by("pk").values_list(field, flat=True))


def test_chosen_cases_are_assigned_and_the_rest_is_let_be(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    one, two, _ = cases(lab, 3)
    assign(lab.alice, one, bob.membership_id)
    done = change_cases(lab.alice, lab.project.pk, [one, two], act="assign", value=str(bob.membership_id))
    assert (done.changed, done.unchanged) == (1, 1)
    assert states(lab, "assignee_id") == [bob.membership_id, bob.membership_id, None]
    with team_context(lab.alice):
        assert Event.objects.filter(subject_id=two, what="thread.assigned").count() == 1
        assert Event.objects.filter(what="inbox.changed_many", data__cases=1).count() == 1


@pytest.mark.parametrize("act", ["assign", "due", "label", "unlabel", "resolve", "reopen"])
def test_each_act_is_undone(lab: Lab, act: str) -> None:
    ids = cases(lab, 2)
    label = create_label(lab.alice, lab.project.pk, name="Artefact")
    if act == "unlabel":
        change_cases(lab.alice, lab.project.pk, ids, act="label", value=str(label.pk))
    if act == "reopen":
        set_status(lab.alice, ids[0], "resolved", version_id=lab.version.pk)
        set_status(lab.alice, ids[1], "resolved")
    value = {"assign": str(lab.alice.membership_id), "due": "2026-12-24"}.get(act, str(label.pk))
    fields = ("assignee_id", "due_on", "labelled__label", "status", "waiting", "resolved_version_id", "updated_at")
    before = [states(lab, field) for field in fields]
    done = change_cases(lab.alice, lab.project.pk, ids, act=act, value=value)
    assert done.changed == 2
    assert done.change is not None
    assert [states(lab, field) for field in fields] != before
    undone = undo_change(lab.alice, done.change)
    assert (undone.changed, undone.unchanged) == (2, 0)
    assert [states(lab, field) for field in fields] == before
    with pytest.raises(Conflict):
        undo_change(lab.alice, done.change)


def test_what_somebody_changed_since_is_not_undone(lab: Lab) -> None:
    one, two = cases(lab, 2)
    done = change_cases(lab.alice, lab.project.pk, [one, two], act="assign", value=str(lab.alice.membership_id))
    assert done.change is not None
    assign(lab.alice, one, None)
    bob = lab.member("Bob", Role.MEMBER)
    assign(lab.alice, one, bob.membership_id)
    assert undo_change(lab.alice, done.change).changed == 1
    assert states(lab, "assignee_id") == [bob.membership_id, None]


def test_who_is_gone_comes_back_to_no_case(lab: Lab) -> None:
    bob, [one] = lab.member("Bob", Role.MEMBER), cases(lab, 1)
    assign(lab.alice, one, bob.membership_id)
    done = change_cases(lab.alice, lab.project.pk, [one], act="assign", value=str(lab.alice.membership_id))
    label = create_label(lab.alice, lab.project.pk, name="Artefact")
    labelled = change_cases(lab.alice, lab.project.pk, [one], act="label", value=str(label.pk))
    unlabelled = change_cases(lab.alice, lab.project.pk, [one], act="unlabel", value=str(label.pk))
    assert done.change
    assert labelled.change
    assert unlabelled.change
    with team_context(lab.alice):
        Membership.objects.filter(pk=bob.membership_id).delete()
    delete_label(lab.alice, label.pk)
    undo_change(lab.alice, done.change)
    assert states(lab, "assignee_id") == [None]
    assert undo_change(lab.alice, unlabelled.change).changed == 0


def test_all_that_match_are_changed(lab: Lab) -> None:
    cases(lab, 3)
    flagged(lab, verdict="unsure")
    done = change_cases(lab.alice, lab.project.pk, InboxFilters(verdict="wrong"), act="resolve")
    assert done.changed == 3
    assert sorted(map(str, states(lab, "status"))) == ["open", "resolved", "resolved", "resolved"]


def test_nothing_happens_where_one_is_not_there(lab: Lab, other_lab: Lab) -> None:
    [mine], [theirs] = cases(lab, 1), cases(other_lab, 1)
    for wrong in (theirs, uuid4()):
        with pytest.raises(NotFound):
            change_cases(lab.alice, lab.project.pk, [mine, wrong], act="resolve")
    with pytest.raises(NotFound):
        change_cases(lab.alice, lab.project.pk, [mine], act="assign", value=str(other_lab.alice.membership_id))
    with pytest.raises(NotFound):
        undo_change(lab.alice, uuid4())
    assert states(lab, "status") == ["open"]
    for act, value in (("due", "soon"), ("label", "x"), ("label", str(uuid4())), ("burn", "")):
        with pytest.raises(Invalid):
            change_cases(lab.alice, lab.project.pk, [mine], act=act, value=value)


def test_viewers_change_nothing(lab: Lab) -> None:
    vera, ids = lab.member("Vera", Role.VIEWER), cases(lab, 1)
    done = change_cases(lab.alice, lab.project.pk, ids, act="resolve")
    assert done.change
    with pytest.raises(NotPermitted):
        change_cases(vera, lab.project.pk, ids, act="reopen")
    with pytest.raises(NotPermitted):
        undo_change(vera, done.change)
    assert 'name="thread"' not in words(get(lab, vera, show="resolved"))


def test_the_page_tells_how_many_and_undoes_it(lab: Lab) -> None:
    one, two = cases(lab, 2)
    client = signed_in(lab.alice)
    sent = {"change": "assign", "thread": [str(one), str(two)], "assignee": str(lab.alice.membership_id)}
    html = words(followed(client, f"{base(lab)}many?show=open", sent))
    assert "2 cases given to somebody else." in html
    with team_context(lab.alice):
        change = BulkChange.objects.get(project=lab.project)
    html = words(followed(client, f"{base(lab)}many/{change.pk}/undo"))
    assert "Undone: 2 cases as before." in html
    html = words(followed(client, f"{base(lab)}many?show=open", {"change": "resolve", "all": "on"}))
    assert "2 cases resolved." in html
    assert "Choose cases first" in words(followed(client, f"{base(lab)}many", {"change": "resolve"}))
