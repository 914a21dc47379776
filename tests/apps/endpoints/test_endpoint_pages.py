"""The list of endpoints, an endpoint's page, and what members do there."""

import re

import pytest

from apps.endpoints.live.services import serve_function
from apps.endpoints.models import Endpoint, Example
from apps.endpoints.selectors import offered_to
from atrium.access.principals import Member, Role
from atrium.audit.models import Event
from atrium.audit.services import record
from atrium.tenancy.context import team_context
from tests.browsing import signed_in, text_of
from tests.people import Lab, ready_version


def base(lab: Lab) -> str:
    return f"/t/{lab.team.slug}/films/endpoints/"


@pytest.fixture
def bob(lab: Lab) -> Member:
    return lab.member("Bob", Role.MEMBER)


@pytest.fixture
def vera(lab: Lab) -> Member:
    return lab.member("Vera", Role.VIEWER)


def test_the_list_shows_what_serves_and_how_it_is_used(lab: Lab) -> None:
    lab.prediction(lab.alice, timings={"total": 84.0})
    page = text_of(signed_in(lab.alice).get(base(lab)))
    assert "reader v1" in page
    assert '84 <span class="unit">ms</span>' in page
    assert 'aria-label="Between 0 and 1 a day"' in page


def test_the_page_says_what_it_serves_and_counts_its_traffic(lab: Lab, vera: Member) -> None:
    lab.prediction(lab.alice, timings={"total": 80.0})
    lab.prediction(lab.alice, timings={"total": 120.0})
    page = text_of(signed_in(vera).get(f"{base(lab)}reader/"))
    assert "<b>2</b> predictions, 7 days" in page
    assert '<b>100 <span class="unit">ms</span></b> p50' in page
    assert "Finds fluid on films." in page
    assert "Look at it" in page
    assert "Rename" not in page
    assert "Your role is viewer" in page


def test_the_pages_of_a_function_say_that_a_notebook_answers_and_whether_it_is_there(lab: Lab) -> None:
    declared = {"inputs": [{"kind": "text", "name": "word"}], "outputs": [{"kind": "text", "name": "said"}]}
    endpoint = serve_function(lab.alice, lab.project.pk, name="Echo", interface=declared)[0]
    with team_context(lab.alice):
        record(lab.alice, "function.left", endpoint.version, project_id=lab.project.pk)
    client = signed_in(lab.alice)
    for address in (f"{base(lab)}echo/", f"/t/{lab.team.slug}/films/models/echo/v1/"):
        page = text_of(client.get(address))
        assert "Offline" in page, address
        assert re.search(r"answered from a notebook, which left <time[^>]*>just now", page), address
        assert "SHA-256" not in page, address
        assert "Ready, serving" not in page, address
    assert text_of(client.get(base(lab))).count("Offline") == 1


def test_a_stranger_finds_nothing(lab: Lab, other_lab: Lab) -> None:
    url = f"{base(lab)}reader/"
    assert signed_in(lab.alice).get(url).status_code == 200
    charlie = signed_in(other_lab.alice)
    assert charlie.get(url).status_code == 404
    assert charlie.get(base(lab)).status_code == 404
    assert charlie.post(f"{url}act/", {"act": "rename", "name": "Mine"}).status_code == 404


def test_a_version_is_deployed_and_a_taken_name_is_told_on_its_page(lab: Lab, bob: Member, vera: Member) -> None:
    version = ready_version(lab.alice, lab.project, "reader")
    given = {"version": str(version.pk), "name": "Second reader"}
    assert signed_in(vera).post(base(lab), given).status_code == 403
    client = signed_in(bob)
    assert client.post(base(lab), given)["Location"] == f"{base(lab)}second-reader/"
    again = client.post(base(lab), given)
    assert "There is an endpoint" in text_of(client.get(again["Location"]))
    assert client.post(base(lab), {"version": "none", "name": "x"}).status_code == 400


def test_an_endpoint_is_renamed_and_keeps_its_address(lab: Lab, bob: Member, vera: Member) -> None:
    act = {"act": "rename", "name": "Film reader"}
    assert signed_in(vera).post(f"{base(lab)}reader/act/", act).status_code == 403
    assert signed_in(bob).post(f"{base(lab)}reader/act/", act).status_code == 303
    assert "<h1>Film reader</h1>" in text_of(signed_in(vera).get(f"{base(lab)}reader/"))
    assert signed_in(bob).post(f"{base(lab)}reader/act/", {"act": "bake"}).status_code == 400


def test_own_cases_become_examples_that_are_titled_moved_and_removed(lab: Lab, bob: Member, vera: Member) -> None:
    client, act = signed_in(bob), f"{base(lab)}reader/act/"
    mine = [lab.prediction(bob) for _ in range(2)]
    assert str(mine[0].pk) in text_of(client.get(f"{base(lab)}reader/"))
    assert signed_in(vera).post(act, {"act": "add", "prediction": str(mine[0].pk)}).status_code == 403
    for number, prediction in enumerate(mine):
        client.post(act, {"act": "add", "prediction": str(prediction.pk), "title": f"Film {number}"})

    def titles() -> list[str]:
        with team_context(lab.alice):
            return list(Example.objects.filter(endpoint=lab.endpoint).values_list("title", flat=True))

    assert titles() == ["Film 0", "Film 1"]
    with team_context(lab.alice):
        second = Example.objects.get(title="Film 1")
    assert signed_in(vera).post(act, {"act": "remove", "example": str(second.pk)}).status_code == 403
    client.post(act, {"act": "up", "example": str(second.pk)})
    assert titles() == ["Film 1", "Film 0"]
    client.post(act, {"act": "up", "example": str(second.pk)})
    assert titles() == ["Film 1", "Film 0"]
    client.post(act, {"act": "title", "example": str(second.pk), "title": "With marker"})
    assert titles() == ["With marker", "Film 0"]
    client.post(act, {"act": "remove", "example": str(second.pk)})
    assert titles() == ["Film 0"]
    with team_context(lab.alice):
        acts = Event.objects.filter(what__startswith="example.").values_list("what", flat=True)
        assert set(acts) == {"example.added", "example.moved", "example.changed", "example.removed"}


def test_offered_are_ones_own_newest_unedited_answers_that_are_no_example(lab: Lab, bob: Member) -> None:
    older, newer = lab.prediction(bob), lab.prediction(bob)
    lab.prediction(bob, original=older, edits=[{"kind": "flip", "axis": "x"}])
    lab.prediction(bob, state="failed")
    lab.prediction(bob, kept=False)
    lab.prediction(lab.alice)
    with team_context(bob):
        Example.objects.create(endpoint=lab.endpoint, prediction=lab.prediction(bob))
        assert offered_to(bob, lab.endpoint, limit=12) == [newer, older]
        assert offered_to(bob, lab.endpoint, limit=1) == [newer]


def test_an_example_of_another_endpoint_is_not_found(lab: Lab, other_lab: Lab) -> None:
    foreign, mine = other_lab.example(), lab.example()
    client = signed_in(lab.alice)
    version = ready_version(lab.alice, lab.project, "other")
    client.post(base(lab), {"version": str(version.pk), "name": "Other"})
    assert client.post(f"{base(lab)}reader/act/", {"act": "remove", "example": str(foreign.pk)}).status_code == 404
    assert client.post(f"{base(lab)}other/act/", {"act": "remove", "example": str(mine.pk)}).status_code == 404
    assert client.post(f"{base(lab)}reader/act/", {"act": "remove", "example": str(mine.pk)}).status_code == 303


def test_a_version_that_fits_is_promoted_after_a_look(lab: Lab, bob: Member, vera: Member) -> None:
    version = ready_version(lab.alice, lab.project, "reader")
    url = f"/t/{lab.team.slug}/films/models/reader/v{version.number}/promote/"
    assert signed_in(vera).get(url, {"endpoint": "reader"}).status_code == 403
    client = signed_in(bob)
    page = text_of(client.get(url, {"endpoint": "reader"}))
    assert "stays the same" in page
    assert f"Serve {version}" in page
    with team_context(lab.alice):
        assert Endpoint.objects.get(pk=lab.endpoint.pk).version_id == lab.version.pk
    assert signed_in(vera).post(url, {"endpoint": "reader"}).status_code == 403
    assert client.post(url, {"endpoint": "reader"})["Location"] == f"{base(lab)}reader/"
    with team_context(lab.alice):
        assert Endpoint.objects.get(pk=lab.endpoint.pk).version_id == version.pk
    assert client.get(url, {"endpoint": "none"}).status_code == 404


def test_of_other_models_only_those_that_fit_are_offered(lab: Lab) -> None:
    """A version of the same model is offered although it differs: the comparison says what does."""
    other = {
        "inputs": [{"kind": "image", "name": "film", "mode": "L"}],
        "outputs": [{"kind": "label", "name": "finding", "classes": ["fluid", "none"]}],
    }
    ready_version(lab.alice, lab.project, "fitting")
    ready_version(lab.alice, lab.project, "stranger", other)
    ready_version(lab.alice, lab.project, "reader", other)
    page = text_of(signed_in(lab.alice).get(f"{base(lab)}reader/"))
    assert re.findall(r'aria-label="Compare (.+?)"', page) == ["reader v2", "fitting v1"]


def test_a_version_that_would_break_its_users_is_not_promoted(lab: Lab) -> None:
    other = {
        "inputs": [{"kind": "image", "name": "film", "mode": "L"}],
        "outputs": [{"kind": "label", "name": "finding", "classes": ["fluid", "none"]}],
    }
    version = ready_version(lab.alice, lab.project, "reader", other)
    url = f"/t/{lab.team.slug}/films/models/reader/v{version.number}/promote/"
    client = signed_in(lab.alice)
    page = text_of(client.get(url, {"endpoint": "reader"}))
    assert "The output “finding” has other classes." in page
    assert f"Serve {version}" not in page
    refused = client.post(url, {"endpoint": "reader"})
    assert "Deploy it as an endpoint of its own" in text_of(client.get(refused["Location"]))
    with team_context(lab.alice):
        assert Endpoint.objects.get(pk=lab.endpoint.pk).version_id == lab.version.pk


def test_a_team_sees_its_pictures_and_nobody_elses(lab: Lab, other_lab: Lab, vera: Member) -> None:
    picture = lab.prediction(lab.alice).inputs["film"]["original"]
    url = f"/t/{lab.team.slug}/pictures/{picture}"
    shown = signed_in(vera).get(url)
    assert shown["Content-Type"] == "image/png"
    assert shown.content.startswith(b"\x89PNG")
    charlie = signed_in(other_lab.alice)
    assert charlie.get(url).status_code == 404
    assert charlie.get(f"/t/{other_lab.team.slug}/pictures/{picture}").status_code == 404
