"""Links by the API: listed in pages, and the one that was made told without reading the others."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

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
