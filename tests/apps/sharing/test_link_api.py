"""Links by the API: listed in pages, the one that was made told without reading others; shown elsewhere later on."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.sharing.services import revoke_link
from atrium.access.principals import Scope
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.people import Lab
from tests.schema import Api


def test_many_links_come_in_pages(lab: Lab) -> None:
    made = [str(lab.link(label=f"number {number}", quota=9)[0]) for number in range(3)]
    api, address = Api(lab.token()), f"endpoints/{lab.endpoint.pk}/links"
    status, first = api.get(f"{address}?limit=2")
    assert status == 200
    assert [(link["id"], link["cases_left"]) for link in first["results"]] == [(made[2], 9), (made[1], 9)]
    _, second = api.get(first["next"].partition("/api/v1/")[2])
    assert [link["id"] for link in second["results"]] == made[:1]
    assert (second["next"], second["previous"] is None) == (None, False)


def test_a_new_link_is_told_alone(lab: Lab) -> None:
    for _ in range(2):
        lab.link()
    api = Api(lab.token())
    with CaptureQueriesContext(connection) as queries:
        status, link = api.post(f"endpoints/{lab.endpoint.pk}/links", {"label": "new"})
    assert (status, link["label"], link["guests"]) == (201, "new", 0)
    [read] = [query["sql"] for query in queries if "sharing_guestvisit" in query["sql"]]
    assert link["id"].replace("-", "") in read.replace("-", "")


def framed_by(browser: Client, link_id: object) -> str:
    """What the browser is told of who may frame the link's page."""
    policy: str = browser.get(f"/r/{link_id}/", headers={"Sec-Fetch-Dest": "iframe"})["Content-Security-Policy"]
    return next(each.strip() for each in policy.split(";") if "frame-ancestors" in each)


def test_a_link_is_shown_elsewhere_from_now_on(lab: Lab) -> None:
    (link_id, secret), guest, api = lab.link(), Client(), Api(lab.token())
    guest.get(f"/l/{secret}")
    assert framed_by(guest, link_id) == "frame-ancestors 'none'"
    status, link = api.patch(f"links/{link_id}", {"embed": ["https://Clinic.example/", "http://localhost:8888"]})
    assert (status, link["embed"]) == (200, ["https://clinic.example", "http://localhost:8888"])
    assert framed_by(guest, link_id) == "frame-ancestors https://clinic.example http://localhost:8888"
    assert api.patch(f"links/{link_id}", {"embed": ["clinic.example", "http://localhost:8888"]})[0] == 200
    assert api.patch(f"links/{link_id}", {"embed": []})[1]["embed"] == []
    assert framed_by(guest, link_id) == "frame-ancestors 'none'"
    with team_context(lab.alice):
        changed = Event.objects.filter(what="link.changed_origins", subject_id=link_id).order_by("at")
        assert [event.data for event in changed] == [{"before": 0, "origins": 2}, {"before": 2, "origins": 0}]


def test_who_may_not_share_changes_no_origins(lab: Lab, other_lab: Lab) -> None:
    link_id, _ = lab.link(embed=["https://clinic.example"])
    body = {"embed": ["https://elsewhere.example"]}
    for api, status in ((Api(lab.token(Scope.MODELS_WRITE)), 403), (Api(other_lab.token()), 404)):
        assert api.patch(f"links/{link_id}", body)[0] == status
    mine = Api(lab.token())
    status, refused = mine.patch(f"links/{link_id}", {"embed": ["https://*.example"]})
    assert (status, refused["errors"][0]["field"]) == (400, "embed")
    assert mine.patch(f"links/{link_id}", {})[0] == 400
    revoke_link(lab.alice, link_id)
    status, over = mine.patch(f"links/{link_id}", body)
    assert (status, "revoked" in over["detail"]) == (409, True)
    assert mine.get(f"endpoints/{lab.endpoint.pk}/links")[1]["results"][0]["embed"] == ["https://clinic.example"]
