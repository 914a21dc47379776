"""Links are made, shown once, listed with what came of them, and revoked; each by who may and by who may not."""

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from apps.endpoints.services import create_endpoint
from apps.feedback.services import flag_prediction
from apps.sharing.models import GuestVisit, Link
from apps.sharing.services import arrive, introduce
from atrium.access.door import link_behind
from atrium.access.principals import Role
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.browsing import signed_in, text_of
from tests.people import Lab

GIVEN = {"label": "Ward review", "role": "3", "expires": "30", "key": "one"}


def url(lab: Lab) -> str:
    return f"/t/{lab.team.slug}/films/endpoints/reader/links/"


def links(lab: Lab) -> int:
    with team_context(lab.alice):
        return Link.objects.count()


def test_a_link_is_made_by_a_member_and_its_address_shown_once(lab: Lab) -> None:
    client = signed_in(lab.member("Bob", Role.MEMBER))
    answer = client.post(url(lab), GIVEN | {"quota": "20", "passcode": "ward 3"})
    page = text_of(answer)
    secret = re.findall(r'id="address">http[^<]+/l/([\w-]+)<', page)[0]
    assert "ward 3" in page
    assert answer["Cache-Control"] == "no-store"
    with team_context(lab.alice):
        link = Link.objects.get(pk=link_behind(secret) or "")
        assert link.expires_at is not None
        assert timedelta(days=29) < link.expires_at - timezone.now() <= timedelta(days=30)
        assert link.passcode.startswith("argon2")
    listed = text_of(client.get(url(lab)))
    assert secret not in listed
    assert "Ward review" in listed
    assert "of 20, 20 left" in listed
    assert "with a passcode" in listed


def test_the_markup_of_a_link_is_text_on_its_pages(lab: Lab) -> None:
    client = signed_in(lab.alice)
    made = client.post(url(lab), GIVEN | {"embed": "https://clinic.example"})
    link_id, _ = lab.link()
    for page in (made, client.get(f"{url(lab)}{link_id}/")):
        assert ("&lt;iframe src=" in text_of(page), "<iframe" in text_of(page)) == (True, False)


def test_viewers_see_links_and_make_none_and_strangers_see_nothing(lab: Lab, other_lab: Lab) -> None:
    link_id, _ = lab.link(label="Ward review")
    vera, charlie = signed_in(lab.member("Vera", Role.VIEWER)), signed_in(other_lab.alice)
    page = text_of(vera.get(url(lab)))
    assert "Ward review" in page
    assert "Your role is viewer" in page
    assert "Make the link" not in page
    assert vera.get(f"{url(lab)}{link_id}/").status_code == 200
    assert vera.post(url(lab), GIVEN).status_code == 403
    assert vera.post(f"{url(lab)}{link_id}/revoke").status_code == 403
    for answer in (
        charlie.get(url(lab)),
        charlie.post(url(lab), GIVEN),
        charlie.get(f"{url(lab)}{link_id}/"),
        charlie.post(f"{url(lab)}{link_id}/revoke"),
        charlie.get(f"/t/{other_lab.team.slug}/films/endpoints/reader/links/{link_id}/"),
    ):
        assert answer.status_code == 404
    assert Client().get(url(lab)).status_code == 302
    assert links(lab) == 1


def test_a_form_that_is_sent_again_makes_no_second_link(lab: Lab) -> None:
    client = signed_in(lab.alice)
    assert client.post(url(lab), GIVEN).status_code == 200
    assert client.post(url(lab), GIVEN).status_code == 303
    assert "was made already" in text_of(client.get(url(lab)))
    assert links(lab) == 1
    assert client.post(url(lab), GIVEN | {"key": "two"}).status_code == 200
    assert links(lab) == 2


def test_what_is_wrong_is_said_beside_the_field(lab: Lab) -> None:
    client = signed_in(lab.alice)
    for wrong in ({"label": ""}, {"role": "9"}, {"passcode": "abc"}, {"quota": "0"}, {"expires": "soon"}):
        answer = client.post(url(lab), GIVEN | wrong)
        assert answer.status_code == 400
        assert "data-open" in text_of(answer)
    assert links(lab) == 0


def test_a_model_without_a_purpose_is_asked_for_one_sentence_and_nobody_is_stopped(lab: Lab) -> None:
    client = signed_in(lab.alice)
    asked = "What is this model for?"
    assert asked not in text_of(client.get(url(lab)))
    with team_context(lab.alice):
        lab.version.card = {"contact": "ward@example.org"}
        lab.version.save()
    assert asked in text_of(client.get(url(lab)))
    assert client.post(url(lab), GIVEN | {"purpose": ""}).status_code == 200
    assert asked in text_of(client.get(url(lab)))
    said = "Finds fluid on films."
    assert client.post(url(lab), GIVEN | {"key": "two", "purpose": said}).status_code == 200
    with team_context(lab.alice):
        lab.version.refresh_from_db()
    assert lab.version.card == {"contact": "ward@example.org", "purpose": said}
    assert asked not in text_of(client.get(url(lab)))


def test_a_links_page_tells_who_opened_kept_and_flagged_and_when(lab: Lab) -> None:
    dana = lab.guest(label="Ward review", quota=5)
    other = lab.guest(label="Another")
    arrive(dana)
    introduce(dana, name="Dr. Dana", email="dana@example.org")
    seen = lab.prediction(dana)
    flag_prediction(dana, seen.pk, verdict="wrong", message="It reads the marker.")
    arrive(other)
    page = text_of(signed_in(lab.alice).get(f"{url(lab)}{dana.grant.link_id}/"))
    assert "Dr. Dana" in page
    assert "dana@example.org" in page
    for words in ("made the link", "opened the link", ">flagged</a>"):
        assert words in page
    assert re.search(r'href="/t/[\w-]+/films/inbox/[\w-]+/"', page)
    assert "It reads the marker." not in page
    listed = text_of(signed_in(lab.alice).get(url(lab)))
    assert '<td class="n">1</td>' in listed


def test_coming_back_after_a_while_is_another_opening(lab: Lab) -> None:
    dana = lab.guest()

    def openings() -> int:
        with team_context(lab.alice):
            return Event.objects.filter(what="link.opened").count()

    arrive(dana)
    arrive(dana)
    assert openings() == 1
    with team_context(lab.alice):
        GuestVisit.objects.update(last_seen_at=timezone.now() - timedelta(hours=2))
    arrive(dana)
    arrive(dana)
    assert openings() == 2


def test_a_revoked_link_is_listed_as_such_and_can_be_revoked_once(lab: Lab) -> None:
    link_id, _ = lab.link(label="Ward review")
    client = signed_in(lab.alice)
    assert client.get(f"{url(lab)}{link_id}/revoke").status_code == 405
    assert client.post(f"{url(lab)}{link_id}/revoke").status_code == 303
    page = text_of(client.get(url(lab)))
    assert "Revoked" in page
    assert f"revoke-{link_id}" not in page
    client.post(f"{url(lab)}{link_id}/revoke")
    with team_context(lab.alice):
        assert Event.objects.filter(what="link.revoked").count() == 1


def test_the_list_takes_as_many_queries_for_many_links_as_for_one(lab: Lab) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(lab.alice)
    lab.link(label="First", quota=3)
    with CaptureQueriesContext(connection) as one:
        client.get(url(lab))
    for number in range(5):
        lab.link(label=f"Link {number}", quota=3)
    with CaptureQueriesContext(connection) as many:
        client.get(url(lab))
    assert len(many) == len(one)


def test_where_a_link_is_shown_is_said_on_its_page(lab: Lab) -> None:
    link_id, _ = lab.link(label="Ward review")
    client, vera = signed_in(lab.alice), signed_in(lab.member("Vera", Role.VIEWER))
    page, given = f"{url(lab)}{link_id}/", {"embed": "https://Clinic.example/\nhttp://localhost:8888"}
    assert "No page" in text_of(client.get(page))
    assert client.post(page, given).status_code == 303
    shown = text_of(client.get(page))
    assert "Shown on pages of https://clinic.example, http://localhost:8888." in shown
    assert "changed on whose pages the link is shown" in shown
    refused = client.post(page, {"embed": "https://*.example"})
    assert (refused.status_code, "Name each origin in full" in text_of(refused)) == (400, True)
    assert "data-open" in text_of(refused)
    seen = text_of(vera.get(page))
    assert ("https://clinic.example" in seen, "shown-on" in seen) == (True, False)
    assert vera.post(page, {"embed": ""}).status_code == 403
    assert client.post(page, {"embed": ""}).status_code == 303
    assert "No page" in text_of(client.get(page))


def test_a_link_is_changed_at_its_own_endpoints_address_alone(lab: Lab) -> None:
    create_endpoint(lab.alice, lab.project.pk, name="Second", version_id=lab.version.pk)
    link_id, _ = lab.link(embed=["https://clinic.example"])
    elsewhere = f"{url(lab).replace('endpoints/reader', 'endpoints/second')}{link_id}/"
    client = signed_in(lab.alice)
    assert client.get(elsewhere).status_code == 404
    assert client.post(elsewhere, {"embed": ""}).status_code == 404
    with team_context(lab.alice):
        assert Link.objects.get(pk=link_id).embed == ["https://clinic.example"]
