"""A picture is sent from the bench as a browser sends it: a form with a file, and the page's CSRF token."""

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.people import Lab


def upload(client: Client, base: str, token: str, data: bytes) -> Any:
    film = SimpleUploadedFile("film.png", data, "image/png")
    body = {"inputs": json.dumps({}), "edits": "[]", "keep": "true", "film": film}
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    return client.post(f"{base}predictions", body, headers=headers)


def test_a_file_is_read_behind_the_check_of_the_token(lab: Lab) -> None:
    link_id, secret = lab.link()
    base = f"/r/{link_id}/"
    client = Client(enforce_csrf_checks=True)
    client.get(f"/l/{secret}")
    client.get(base)
    assert upload(client, base, "", b"no picture").status_code == 403
    refused = upload(client, base, client.cookies["csrftoken"].value, b"no picture")
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert error["field"] == "inputs.film"
