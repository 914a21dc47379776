"""A project's first page shows what runs, how it is used, and what reviewers said."""

from datetime import timedelta

from django.utils import timezone

from apps.endpoints.models import Prediction
from apps.feedback.services import flag_prediction
from atrium.access.principals import Member, Role
from atrium.tenancy.context import team_context
from tests.browsing import signed_in
from tests.people import Lab


def page(lab: Lab, member: Member) -> str:
    answer = signed_in(member).get(f"/t/{lab.team.slug}/films/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_figures_are_counted(lab: Lab) -> None:
    dana = lab.guest()
    seen = lab.prediction(dana, timings={"total": 84.0})
    lab.prediction(lab.alice, timings={"total": 104.0})
    lab.prediction(dana, kept=False)
    flag_prediction(dana, seen.pk, verdict="wrong", message="It reads the marker.")
    html = page(lab, lab.alice)
    assert "<b>2</b> predictions, 7 days" in html
    assert '<b>94 <span class="unit">ms</span></b> median answer' in html
    assert "<b>1</b> flag, 1 open" in html
    assert "<b>1</b> reviewer this week" in html
    assert "It reads the marker." in html
    assert "Ready, serving" in html
    assert 'aria-label="Between 0 and 2 a day"' in html


def test_what_is_older_than_a_week_is_not_counted(lab: Lab) -> None:
    old = lab.prediction(lab.alice, timings={"total": 84.0})
    with team_context(lab.alice):
        Prediction.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    html = page(lab, lab.alice)
    assert "<b>0</b> predictions, 7 days" in html
    assert 'aria-label="0 a day"' in html


def test_a_viewer_gets_the_page_without_the_buttons(lab: Lab) -> None:
    assert "Upload" in page(lab, lab.alice)
    html = page(lab, lab.member("Vera", Role.VIEWER))
    assert "Ready, serving" in html
    assert "Upload</a>" not in html
