"""The reference pages show every operation and every error code, and their examples are requests that work."""

import json
import re

import pytest
from django.conf import settings
from django.test import Client

from apps.home.reference import groups, schema
from apps.home.summaries import BODIES, SUMMARIES
from atrium.errors.register import REGISTER
from tests.browsing import text_of
from tests.people import Lab

OPERATIONS = {operation.id: operation for group in groups() for operation in group.operations}


def test_every_operation_of_the_schema_is_on_the_page_with_a_sentence() -> None:
    declared = {one["operationId"] for path in schema()["paths"].values() for one in path.values()}
    assert set(OPERATIONS) == declared
    assert declared - set(SUMMARIES) == set()
    page = text_of(Client().get("/docs/api/"))
    for operation in OPERATIONS.values():
        assert f'id="{operation.id}"' in page
        assert operation.summary


def test_the_page_needs_no_script_of_its_own_and_no_other_host() -> None:
    page = text_of(Client().get("/docs/api/"))
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert not re.search(r'(src|href)="https?://(?!localhost)', page)


def test_bodies_show_their_fields_with_types_and_bounds() -> None:
    fields = {field.name: field for field in OPERATIONS["endpoints_links_create"].body}
    assert fields["role"].type == '"view" | "try" | "review"'
    assert "At most 120 characters." in fields["label"].text
    answers = {field.name for field in OPERATIONS["models_versions_create"].answers[0].fields}
    assert "upload.parts[].url" in answers


def test_every_error_code_has_an_anchor_where_problem_documents_point() -> None:
    page = text_of(Client().get("/docs/errors"))
    for code in REGISTER:
        assert f'id="{code}"' in page
    problem = Client().get("/api/v1/me").json()
    assert problem["type"] == f"{settings.ATRIUM_URL}/docs/errors#{problem['code']}"


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ("projects_create", 201),
        ("projects_partial_update", 200),
        ("projects_models_create", 201),
        ("models_versions_create", 201),
        ("versions_partial_update", 200),
        ("projects_endpoints_create", 201),
        ("endpoints_partial_update", 200),
        ("endpoints_links_create", 201),
        ("predictions_flag_create", 201),
    ],
)
def test_the_examples_on_the_page_are_accepted(lab: Lab, operation: str, status: int) -> None:
    known = {
        "project_id": lab.project.pk,
        "model_id": lab.version.model_id,
        "version_id": lab.version.pk,
        "endpoint_id": lab.endpoint.pk,
        "prediction_id": lab.prediction(lab.alice).pk,
    }
    shown = OPERATIONS[operation]
    url = re.sub(r"{(\w+)}", lambda name: str(known[name[1]]), shown.path)
    body = re.sub(r"{(\w+)}", lambda name: str(known[name[1]]), json.dumps(BODIES[operation]))
    client = Client(headers={"authorization": f"Bearer {lab.token()}"})
    answer = client.generic(shown.method, url, body, content_type="application/json")
    assert answer.status_code == status, answer.content


def test_a_file_is_said_to_be_one_and_words_are_said_once() -> None:
    assert OPERATIONS["threads_export"].answers[0].text == "a file: text/csv or application/zip"
    assert not any("* `" in field.text for operation in OPERATIONS.values() for field in operation.body)


def test_a_wrong_token_is_told_apart_from_none(lab: Lab) -> None:
    none = Client().get("/api/v1/me").json()["detail"]
    wrong = Client(headers={"authorization": "Bearer atr_wrong"}).get("/api/v1/me").json()["detail"]
    assert none.startswith("Send an API token")
    assert "unknown, expired or revoked" in wrong


def test_a_wrong_word_is_answered_with_the_words(lab: Lab) -> None:
    client = Client(headers={"authorization": f"Bearer {lab.token()}"})
    url = f"/api/v1/predictions/{lab.prediction(lab.alice).pk}/flag"
    answer = client.post(url, {"verdict": "bad"}, content_type="application/json")
    assert answer.json()["errors"][0]["message"] == "“bad” is none of right, right_wrong_reason, wrong, unsure."
    url = f"/api/v1/projects/{lab.project.pk}/webhooks"
    answer = client.post(url, {"url": "https://x.example", "events": ["flag.bad"]}, content_type="application/json")
    assert answer.json()["errors"][0]["message"].startswith("“flag.bad” is none of flag.created, ")
