"""The ledger and today's quota, for admins; the audit, filtered, by pages and as a table."""

import csv
import io
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from apps.home.views.settings_usage import spoken
from apps.jobs.models import Quota, UsageEntry
from apps.projects.services import create_project
from apps.sharing.services import arrive
from atrium.access.principals import Role
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.browsing import signed_in, text_of
from tests.people import Lab


def base(lab: Lab) -> str:
    return f"/t/{lab.team.slug}/settings/"


def test_the_ledger_is_summed_by_day_and_the_quota_is_todays(lab: Lab, other_lab: Lab) -> None:
    today = timezone.now().date()
    with team_context(lab.alice):
        for milliseconds in (90_000, 150_000):
            UsageEntry.objects.create(kind="predict", outcome="succeeded", device_ms=milliseconds, day=today)
        UsageEntry.objects.create(kind="predict", outcome="failed", day=today - timedelta(days=40))
        Quota.objects.create(subject=lab.team.pk, unit="device_ms", day=today, limit=4 * 3_600_000, used=3_600_000)
    page = text_of(signed_in(lab.alice).get(f"{base(lab)}usage/"))
    assert "4 min" in page
    assert "60 min" in page
    assert "of 4 h 00 min" in page
    assert "Failed</td>" not in page
    theirs = text_of(signed_in(other_lab.alice).get(f"{base(other_lab)}usage/"))
    assert "Nothing used yet" in theirs
    assert f"of {spoken(settings.TEAM_DEVICE_MS)}" in theirs


def test_usage_and_audit_are_for_admins(lab: Lab, other_lab: Lab) -> None:
    admin, bob = lab.member("Adam", Role.ADMIN), lab.member("Bob", Role.MEMBER)
    for page in ("usage/", "audit/", "audit/export"):
        assert signed_in(admin).get(base(lab) + page).status_code == 200
        assert signed_in(bob).get(base(lab) + page).status_code == 403
        assert signed_in(other_lab.alice).get(base(lab) + page).status_code == 404


def test_who_is_refused_a_page_is_led_back_to_the_team(lab: Lab) -> None:
    bob = signed_in(lab.member("Bob", Role.MEMBER))
    refused = text_of(bob.get(f"{base(lab)}usage/"))
    assert f'href="/t/{lab.team.slug}/">Back to the team' in refused
    assert "Back to the team" not in text_of(bob.get(f"/t/{lab.team.slug}/nowhere/"))


def test_a_day_that_is_used_up_is_told_on_every_page(lab: Lab, other_lab: Lab) -> None:
    bob, page = signed_in(lab.member("Bob", Role.MEMBER)), f"/t/{lab.team.slug}/"
    assert "used up" not in text_of(bob.get(page))
    today = timezone.now().date()
    with team_context(lab.alice):
        Quota.objects.create(subject=lab.team.pk, unit="device_ms", day=today - timedelta(days=1), limit=5, used=5)
    assert "used up" not in text_of(bob.get(page))
    with team_context(lab.alice):
        Quota.objects.create(subject=lab.team.pk, unit="device_ms", day=today, limit=5, used=5)
    assert "used up" in text_of(bob.get(page))
    assert "See the usage" not in text_of(bob.get(page))
    assert "See the usage" in text_of(signed_in(lab.alice).get(base(lab)))
    assert "used up" not in text_of(signed_in(other_lab.alice).get(f"/t/{other_lab.team.slug}/"))


def test_the_audit_names_who_did_what_and_filters(lab: Lab) -> None:
    bob, dana = lab.member("Bob", Role.MEMBER), lab.guest(label="Ward review")
    create_project(bob, name="Echo views")
    arrive(dana)
    client, url = signed_in(lab.alice), f"{base(lab)}audit/"
    whole = text_of(client.get(url))
    assert "Echo views" in whole
    assert "link.opened" in whole
    assert "Guest, Ward review" in whole
    his = text_of(client.get(url, {"who": str(bob.user_id)}))
    assert "Echo views" in his
    assert "link.opened" not in his
    assert "link.opened" in text_of(client.get(url, {"who": "guest"}))
    assert "project.created" not in text_of(client.get(url, {"kind": "link"}))
    tomorrow = timezone.now().date() + timedelta(days=1)
    assert "No such events" in text_of(client.get(url, {"since": tomorrow.isoformat()}))
    assert "link.opened" in text_of(client.get(url, {"until": timezone.now().date().isoformat()}))


def test_filters_that_are_nonsense_are_refused(lab: Lab) -> None:
    client, url = signed_in(lab.alice), f"{base(lab)}audit/"
    for wrong in ({"who": "x"}, {"kind": "x"}, {"since": "2026-13-45"}, {"until": "soon"}, {"before": "1"}):
        assert client.get(url, wrong).status_code == 400


def test_the_audit_turns_pages_both_ways_without_losing_a_line(lab: Lab) -> None:
    with team_context(lab.alice):
        for number in range(120):
            Event.objects.create(who="system", what="link.counted", subject_type="", data={"reason": f"n{number:03}"})
    client, url = signed_in(lab.alice), f"{base(lab)}audit/"
    seen: list[str] = []
    answer = client.get(url, {"kind": "link", "who": "system"})
    while True:
        lines = [line.note for line in answer.context["lines"]]
        seen += lines
        if not answer.context["next"]:
            break
        back = answer
        answer = client.get(url + answer.context["next"])
    assert seen == [f"n{number:03}" for number in reversed(range(120))]
    again = client.get(url + answer.context["previous"])
    assert [line.id for line in again.context["lines"]] == [line.id for line in back.context["lines"]]


def test_the_export_holds_the_filtered_lines_defuses_formulas_and_is_an_event(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    create_project(bob, name="=cmd()")
    create_project(lab.alice, name="Hers")
    client = signed_in(lab.alice)
    answer = client.get(f"{base(lab)}audit/export", {"who": str(bob.user_id)})
    assert answer["Content-Disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["event"], row["object"], row["name"]) for row in rows] == [("project.created", "'=cmd()", "Bob")]
    with team_context(lab.alice):
        assert Event.objects.get(what="audit.exported").data == {"lines": 1}
