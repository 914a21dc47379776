"""A project's labels, on cases and on the list; days by which cases are due."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.feedback.filters import read_filters
from apps.feedback.labels import MOST, change_label, create_label, delete_label, set_labels
from apps.feedback.models import Label, Thread, ThreadLabel
from apps.feedback.services import set_due, set_status
from atrium.access.principals import Role
from atrium.audit.models import Event
from atrium.errors import Conflict, Invalid, NotFound, NotPermitted
from atrium.tenancy.context import team_context
from tests.people import Lab

from .cases import base, flagged, followed, get, post, signed_in, words


def test_a_case_has_the_labels_that_are_set_and_no_others(lab: Lab) -> None:
    flag = flagged(lab)
    one, two = (create_label(lab.alice, lab.project.pk, name=name, colour="teal") for name in ("Artefact", "<Device>"))
    set_labels(lab.alice, flag.thread_id, [one.pk])
    set_labels(lab.alice, flag.thread_id, [two.pk])
    html = words(get(lab, lab.alice, f"{flag.thread_id}/"))
    assert html.count('<span class="dot teal" aria-hidden="true"></span><span class="clip">&lt;Device&gt;</span>') == 2
    assert "labelled this “&lt;Device&gt;”" in html
    assert "took off the label “Artefact”" in html
    with team_context(lab.alice):
        whats = list(
            Event.objects.filter(subject_id=flag.thread_id, data__has_key="label").values_list("what", flat=True)
        )
    assert sorted(whats) == ["thread.labelled", "thread.labelled", "thread.unlabelled"]


def test_the_list_is_filtered_by_label_and_day(lab: Lab) -> None:
    sick, well = flagged(lab, message="Sick"), flagged(lab, message="Well")
    label = create_label(lab.alice, lab.project.pk, name="Artefact")
    set_labels(lab.alice, sick.thread_id, [label.pk])
    today = timezone.now().date()
    set_due(lab.alice, sick.thread_id, today - timedelta(days=1))
    set_due(lab.alice, well.thread_id, today + timedelta(days=30))
    found = words(get(lab, lab.alice, label=str(label.pk)))
    assert "Sick" in found
    assert "Well" not in found
    assert "overdue," in found
    for due, cases in (("overdue", 1), ("week", 0), ("later", 1), ("none", 0)):
        with team_context(lab.alice):
            filters, wrong = read_filters({"due": due})
            assert not wrong
            assert filters.chosen(Thread.objects.all(), lab.project.pk).count() == cases, due
    set_status(lab.alice, sick.thread_id, "resolved")
    assert "overdue," not in words(get(lab, lab.alice, show="resolved"))


def test_a_label_is_renamed_everywhere_and_deleted_from_every_case(lab: Lab) -> None:
    flag = flagged(lab)
    label = create_label(lab.alice, lab.project.pk, name="Artefact")
    set_labels(lab.alice, flag.thread_id, [label.pk])
    change_label(lab.alice, label.pk, name="Artifact", colour="plum")
    assert "Artifact" in words(get(lab, lab.alice))
    delete_label(lab.alice, label.pk)
    assert "labelled this a label that is gone" in words(get(lab, lab.alice, f"{flag.thread_id}/"))
    with team_context(lab.alice):
        assert not ThreadLabel.objects.exists()


def test_names_are_taken_once_and_colours_are_known(lab: Lab) -> None:
    create_label(lab.alice, lab.project.pk, name="Artefact")
    with pytest.raises(Conflict):
        create_label(lab.alice, lab.project.pk, name=" artefact ")
    for name, colour in (("", "blue"), ("x" * 41, "blue"), ("New", "red")):
        with pytest.raises(Invalid):
            create_label(lab.alice, lab.project.pk, name=name, colour=colour)
    with team_context(lab.alice):
        Label.objects.bulk_create(Label(project=lab.project, name=str(n)) for n in range(MOST - 1))
    with pytest.raises(Invalid):
        create_label(lab.alice, lab.project.pk, name="One more")


def test_labels_of_others_are_none(lab: Lab, other_lab: Lab) -> None:
    flag = flagged(lab)
    theirs = create_label(other_lab.alice, other_lab.project.pk, name="Theirs")
    with pytest.raises(Invalid):
        set_labels(lab.alice, flag.thread_id, [theirs.pk])
    with pytest.raises(NotFound):
        delete_label(lab.alice, theirs.pk)
    with pytest.raises(NotFound):
        change_label(lab.alice, uuid4(), name="New")


def test_viewers_change_none(lab: Lab) -> None:
    vera, flag = lab.member("Vera", Role.VIEWER), flagged(lab)
    label = create_label(lab.alice, lab.project.pk, name="Artefact")
    for act in (
        lambda: create_label(vera, lab.project.pk, name="New"),
        lambda: change_label(vera, label.pk, name="New"),
        lambda: delete_label(vera, label.pk),
        lambda: set_labels(vera, flag.thread_id, [label.pk]),
        lambda: set_due(vera, flag.thread_id, date(2026, 12, 1)),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert "Artefact" in words(get(lab, vera, f"{flag.thread_id}/"))


def test_the_page_sets_labels_and_a_day(lab: Lab) -> None:
    flag = flagged(lab)
    client = signed_in(lab.alice)
    client.post(f"{base(lab)}labels?show=all", {"name": "Artefact", "colour": "teal"})
    with team_context(lab.alice):
        label = Label.objects.get(project=lab.project)
    answer = post(lab, lab.alice, flag.thread_id, "labels?show=all", {"label": str(label.pk)})
    assert answer["Location"] == f"{base(lab)}{flag.thread_id}/?show=all"
    post(lab, lab.alice, flag.thread_id, "due", {"day": "2026-12-24"})
    html = words(get(lab, lab.alice, f"{flag.thread_id}/"))
    assert 'value="2026-12-24"' in html
    assert "set this due on 24 December 2026" in html
    assert post(lab, lab.alice, flag.thread_id, "due", {"day": "24.12."}).status_code == 400
    client.post(f"{base(lab)}labels/{label.pk}", {"act": "delete"})
    assert "There is none yet" in words(get(lab, lab.alice))
    for told in ("The label is there", "There is a label"):
        assert told in words(followed(client, f"{base(lab)}labels", {"name": "A", "colour": "teal"}))
