"""Operators see workers, counts and development mail; nobody else sees the pages, and they show no content."""

from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.test import Client

from apps.jobs.services import submit
from apps.users.models import User
from atrium.access.principals import Person
from atrium.tenancy.context import team_context
from tests.browsing import signed_in, text_of
from tests.people import Lab, new_person
from tests.workers import heard

PAGES = ("/operator/pool/", "/operator/mail/")


def operator() -> Person:
    person = new_person("Olga")
    User.objects.filter(pk=person.user_id).update(is_staff=True)
    return person


def test_only_operators_see_their_pages(lab: Lab) -> None:
    olga = signed_in(operator())
    for page in PAGES:
        assert olga.get(page).status_code == 200
        assert signed_in(lab.alice).get(page).status_code == 404
        assert Client().get(page).status_code == 302


def test_the_shell_leads_operators_there_and_nobody_else(lab: Lab) -> None:
    team = f"/t/{lab.team.slug}/"
    assert "/operator/pool/" not in text_of(signed_in(lab.alice).get(team))
    User.objects.filter(pk=lab.alice.user_id).update(is_staff=True)
    assert "/operator/pool/" in text_of(signed_in(lab.alice).get(team))


def test_the_pool_counts_what_waits_and_shows_no_content(lab: Lab) -> None:
    with team_context(lab.alice):
        lab.team.name = "Counting lab"
        lab.team.save()
        for _ in range(3):
            submit("predict", lab.endpoint.pk, {"inputs": {"note": "a patient's words"}}, pool="idle")
    with heard(name="ward-7"):
        page = text_of(signed_in(operator()).get("/operator/pool/"))
    assert "ward-7" in page
    assert '<th scope="row">Counting lab</th> <td>idle</td> <td class="n">3</td> <td class="n">0</td>' in page
    assert "patient" not in page


def test_development_mail_is_listed_and_read_with_its_addresses_as_links(mails: Path) -> None:
    olga = signed_in(operator())
    assert "No mail yet" in text_of(olga.get("/operator/mail/"))
    EmailMessage("First", "Nothing here", to=["a@example.org"]).send()
    EmailMessage("Join <b>us</b>", "Open http://localhost/invitations/x1/ soon.", to=["b@example.org"]).send()
    listed = olga.get("/operator/mail/")
    page = text_of(listed)
    assert "Join &lt;b&gt;us&lt;/b&gt;" in page
    assert {mail.subject for mail in listed.context["mails"]} == {"First", "Join <b>us</b>"}
    key = next(mail.key for mail in listed.context["mails"] if mail.subject.startswith("Join"))
    letter = text_of(olga.get(f"/operator/mail/{key}/"))
    assert '<a href="http://localhost/invitations/x1/">http://localhost/invitations/x1/</a> soon.' in letter
    assert olga.get("/operator/mail/none/").status_code == 404


def test_there_is_no_mail_page_in_production(mails: Path, settings: Any) -> None:
    olga = signed_in(operator())
    assert olga.get("/operator/mail/").status_code == 200
    settings.DEVELOPMENT = False
    assert olga.get("/operator/mail/").status_code == 404
    assert "/operator/mail/" not in text_of(olga.get("/operator/pool/"))
