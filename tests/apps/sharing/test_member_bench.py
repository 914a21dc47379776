"""Members try an endpoint of their team on the same bench as reviewers, and others do not."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from apps.endpoints.services import create_endpoint
from atrium.access.principals import Member, Role
from tests.browsing import signed_in
from tests.people import Lab, ready_version


def bench(lab: Lab, rest: str = "") -> str:
    return f"/t/{lab.team.slug}/films/endpoints/reader/bench/{rest}"


def send(client: Client, url: str, body: dict[str, Any]) -> Any:
    return client.post(url, json.dumps(body), content_type="application/json", headers={"Accept": "application/json"})


@pytest.fixture
def bob(lab: Lab) -> Member:
    return lab.member("Bob", Role.MEMBER)


@pytest.fixture
def vera(lab: Lab) -> Member:
    return lab.member("Vera", Role.VIEWER)


def state_of(client: Client, url: str) -> dict[str, Any]:
    page = client.get(url)
    assert page.status_code == 200
    found = page.content.decode().split('<script id="bench-state" type="application/json">')[1].split("</script>")[0]
    state: dict[str, Any] = json.loads(found)
    return state


def test_the_page_tells_the_bench_who_sits_there(lab: Lab, bob: Member, vera: Member) -> None:
    lab.example()
    mine = lab.prediction(bob)
    state = state_of(signed_in(bob), bench(lab))
    assert state["role"] == "review"
    assert state["guest"]["name"] == "Bob"
    assert state["urls"]["predictions"] == bench(lab, "predictions")
    assert state["urls"]["back"] == bench(lab).removesuffix("bench/")
    assert [example["title"] for example in state["examples"]] == ["One"]
    assert [case["original"] for case in state["cases"]] == [str(mine.pk)]
    assert state["examples"][0]["thumbnail"].startswith(f"/t/{lab.team.slug}/pictures/")
    assert state_of(signed_in(vera), bench(lab))["role"] == "view"


def test_a_stranger_finds_no_bench(lab: Lab, other_lab: Lab, bob: Member) -> None:
    prediction = lab.prediction(bob)
    one = bench(lab, f"predictions/{prediction.pk}")
    assert signed_in(bob).get(one).status_code == 200
    charlie = signed_in(other_lab.alice)
    for url in (bench(lab), one, f"{one}/thread"):
        assert charlie.get(url).status_code == 404
    assert send(charlie, bench(lab, "predictions"), {"inputs": {}}).status_code == 404
    assert send(Client(), bench(lab, "predictions"), {"inputs": {}}).status_code == 401
    assert Client().get(bench(lab)).status_code == 302


def test_what_is_asked_is_checked_and_a_viewer_may_not(lab: Lab, bob: Member, vera: Member) -> None:
    url = bench(lab, "predictions")
    refused = send(signed_in(bob), url, {"inputs": {"film": "nonsense"}})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "inputs.film"
    assert send(signed_in(vera), url, {"inputs": {"film": "nonsense"}}).status_code == 403
    assert signed_in(bob).get(url).status_code == 405


def test_a_stored_answer_is_found_again(lab: Lab, bob: Member) -> None:
    mine = lab.prediction(bob, kept=False)
    one = bench(lab, f"predictions/{mine.pk}")
    client = signed_in(bob)
    shown = client.get(one).json()
    assert shown["state"] == "succeeded"
    assert shown["kept"] is False
    assert send(client, f"{one}/keep", {}).json()["kept"] is True
    assert send(client, f"{one}/cancel", {}).json()["state"] == "succeeded"


def test_a_prediction_of_another_endpoint_is_not_shown_here(lab: Lab, bob: Member) -> None:
    version = ready_version(lab.alice, lab.project, "other")
    create_endpoint(lab.alice, lab.project.pk, name="Other", version_id=version.pk)
    prediction = lab.prediction(bob)
    client = signed_in(bob)
    assert client.get(bench(lab, f"predictions/{prediction.pk}")).status_code == 200
    elsewhere = f"/t/{lab.team.slug}/films/endpoints/other/bench/predictions/{prediction.pk}"
    assert client.get(elsewhere).status_code == 404
    assert send(client, f"{elsewhere}/keep", {}).status_code == 404


def test_a_member_flags_and_talks_about_a_case(lab: Lab, bob: Member, vera: Member) -> None:
    prediction = lab.prediction(bob)
    one = bench(lab, f"predictions/{prediction.pk}")
    client = signed_in(bob)
    assert client.get(f"{one}/thread").json() == {"messages": []}
    assert send(client, f"{one}/thread", {"body": "Hm"}).status_code == 404
    judgement = {"verdict": "wrong", "message": "It reads the marker.", "name": "Somebody else", "email": ""}
    assert send(signed_in(vera), f"{one}/flag", judgement).status_code == 403
    flagged = send(client, f"{one}/flag", judgement)
    assert flagged.status_code == 201
    assert flagged.json()["flag"]["verdict"] == "wrong"
    written = send(client, f"{one}/thread", {"body": "Look at the corner."})
    assert written.status_code == 201
    last = client.get(f"{one}/thread").json()["messages"][-1]
    assert (last["author"], last["body"], last["mine"]) == ("Bob", "Look at the corner.", True)
    assert send(client, f"{one}/flag", {"verdict": "maybe"}).status_code == 400


def test_a_member_has_the_name_of_the_account(lab: Lab, bob: Member) -> None:
    client = signed_in(bob)
    assert send(client, bench(lab, "me"), {"name": "Somebody else"}).json()["name"] == "Bob"
    assert client.delete(bench(lab, "me")).status_code == 405


def test_cases_that_the_address_names_come_first_and_say_where_they_are_from(lab: Lab, bob: Member) -> None:
    origin = {"version": str(uuid4()), "dataset": "Films", "number": 2, "row": 11, "id": "CXR-12"}
    own, theirs = lab.prediction(lab.alice), lab.prediction(bob, came_from=origin)
    client = signed_in(lab.alice)
    state = state_of(client, bench(lab, f"?cases={theirs.pk},{uuid4()},{own.pk}"))
    assert state["opened"] == [str(theirs.pk), str(own.pk)]
    assert state["urls"]["table"].endswith(f"/{lab.project.slug}/datasets/versions/{{version}}/debugger/")
    shown = {case["original"]: case["attempts"][0]["came_from"] for case in state["cases"]}
    assert shown == {str(theirs.pk): origin, str(own.pk): None}
    assert client.get(bench(lab, "?cases=x")).status_code == 400


def test_another_teams_cases_are_not_shown(lab: Lab, other_lab: Lab) -> None:
    theirs = other_lab.prediction(other_lab.alice)
    assert state_of(signed_in(lab.alice), bench(lab, f"?cases={theirs.pk}"))["opened"] == []
