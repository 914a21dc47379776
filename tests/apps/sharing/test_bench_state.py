"""What the bench is told when it opens again: what was judged, said and answered, and how to leave."""

import json
from typing import Any

from django.test import Client

from apps.feedback.services import flag_prediction, write_message
from apps.sharing.bench import bench_state, guest_place, member_place
from atrium.tenancy.context import team_context
from tests.people import Lab


def state_for(client: Client, base: str) -> dict[str, Any]:
    page = client.get(base).content.decode()
    found = page.split('<script id="bench-state" type="application/json">')[1].split("</script>")[0]
    state: dict[str, Any] = json.loads(found)
    return state


def opened(lab: Lab) -> tuple[Client, str]:
    link_id, secret = lab.link()
    client = Client()
    client.get(f"/l/{secret}")
    return client, f"/r/{link_id}/"


def test_an_example_keeps_ones_judgement_and_its_conversation(lab: Lab) -> None:
    example = lab.example().prediction
    dana, henrik = lab.guest(), lab.guest(name="Henrik")
    flag = flag_prediction(dana, example.pk, verdict="wrong", correction={"finding": "none"}, message="The marker.")
    write_message(lab.alice, flag.thread_id, body="Thank you.")
    with team_context(dana):
        [shown] = bench_state(dana, lab.endpoint, guest_place(dana))["examples"]
    assert shown["prediction"]["flag"]["correction"] == {"finding": "none"}
    assert [message["body"] for message in shown["thread"]["messages"]] == ["Thank you."]
    with team_context(henrik):
        [shown] = bench_state(henrik, lab.endpoint, guest_place(henrik))["examples"]
    assert (shown["prediction"]["flag"], shown["thread"]) == (None, None)


def test_only_a_guest_can_leave(lab: Lab) -> None:
    dana = lab.guest()
    with team_context(dana):
        assert bench_state(dana, lab.endpoint, guest_place(dana))["urls"]["leave"].endswith("/leave")
    with team_context(lab.alice):
        place = member_place(lab.team.slug, lab.endpoint)
        assert "leave" not in bench_state(lab.alice, lab.endpoint, place)["urls"]


def test_who_leaves_comes_back_as_somebody_else(lab: Lab) -> None:
    client, base = opened(lab)
    first = state_for(client, base)
    client.post(f"{base}me", {"name": "Dana", "email": "dana@example.org"}, content_type="application/json")
    again = state_for(client, base)["guest"]
    assert (again["id"], again["name"]) == (first["guest"]["id"], "Dana")
    left = client.post(first["urls"]["leave"])
    assert (left.status_code, left["Location"]) == (303, base)
    fresh = state_for(client, base)["guest"]
    assert fresh["id"] != again["id"]
    assert (fresh["name"], fresh["email"]) == ("", "")


def test_who_deletes_finds_nothing_again(lab: Lab) -> None:
    example = lab.example().prediction
    client, base = opened(lab)
    one = f"{base}predictions/{example.pk}"
    sent = {"verdict": "wrong", "message": "The marker.", "name": "Dana", "email": "dana@example.org"}
    assert client.post(f"{one}/flag", sent, content_type="application/json").status_code == 201
    assert client.delete(f"{base}me").json() == {"withdrawn": True}
    state = state_for(client, base)
    assert (state["guest"]["name"], state["guest"]["email"]) == ("", "")
    assert state["examples"][0]["prediction"]["flag"] is None
