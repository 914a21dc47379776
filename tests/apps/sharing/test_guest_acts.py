"""What a guest does on the bench of a link, by its HTTP addresses."""

import json
from typing import Any

from django.test import Client

from atrium.access.principals import LinkRole
from tests.people import Lab, answered


def opened(lab: Lab, role: LinkRole = LinkRole.REVIEW) -> tuple[Client, str]:
    """A browser that has followed a link, and the address below which it works."""
    link_id, secret = lab.link(role)
    client = Client()
    assert client.get(f"/l/{secret}").status_code == 303
    assert client.get(f"/r/{link_id}/").status_code == 200
    return client, f"/r/{link_id}/"


def send(client: Client, url: str, body: dict[str, Any]) -> Any:
    return client.post(url, json.dumps(body), content_type="application/json", headers={"Accept": "application/json"})


def test_an_example_is_flagged_and_talked_about(lab: Lab) -> None:
    example = lab.example().prediction
    client, base = opened(lab)
    one = f"{base}predictions/{example.pk}"
    assert client.get(one).json()["state"] == "succeeded"
    flagged = send(client, f"{one}/flag", {"verdict": "wrong", "message": "The marker.", "name": "Dr. Dana"})
    assert flagged.status_code == 201
    assert flagged.json()["flag"]["verdict"] == "wrong"
    written = send(client, f"{one}/thread", {"body": "And the corner."})
    assert written.status_code == 201
    last = client.get(f"{one}/thread").json()["messages"][-1]
    assert (last["author"], last["body"], last["mine"]) == ("Dr. Dana", "And the corner.", True)


def test_a_link_to_look_with_flags_nothing(lab: Lab) -> None:
    example = lab.example().prediction
    client, base = opened(lab, LinkRole.VIEW)
    one = f"{base}predictions/{example.pk}"
    assert client.get(one).status_code == 200
    assert send(client, f"{one}/flag", {"verdict": "wrong"}).status_code == 403
    assert send(client, f"{base}predictions", {"inputs": {"film": "x"}}).status_code == 403


def test_what_others_tried_is_not_found(lab: Lab) -> None:
    example = lab.example().prediction
    other = answered(lab, lab.guest())
    client, base = opened(lab)
    assert client.get(f"{base}predictions/{example.pk}").status_code == 200
    for rest in ("", "/thread"):
        assert client.get(f"{base}predictions/{other.pk}{rest}").status_code == 404
    for rest in ("/keep", "/cancel", "/flag"):
        assert send(client, f"{base}predictions/{other.pk}{rest}", {"verdict": "wrong"}).status_code == 404
