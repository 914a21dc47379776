"""Each error as a document and as a page, and what a failing part of Atrium is told as."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connections
from django.http import Http404
from django.test import Client, RequestFactory
from psycopg.errors import DeadlockDetected, DiskFull, LockNotAvailable, QueryCanceled
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from apps.endpoints.models import Endpoint
from apps.projects.models import Project
from apps.users.models import User
from atrium.errors import REGISTER, FieldError, Problem
from atrium.errors.documents import document, respond
from atrium.errors.middleware import present, problem_from
from atrium.tenancy.context import team_context
from infra.dev.ground import free_port
from infra.dev.processes import Process
from tests.people import Lab
from tests.schema import Api


@pytest.mark.parametrize("code", sorted(REGISTER))
class TestEachCode:
    def test_is_a_document(self, code: str) -> None:
        problem = Problem(code, errors=[FieldError("inputs.film", "required", "Needed.")])
        told = document(problem, "an-id")
        assert told["status"] == REGISTER[code].status
        assert told["detail"] == REGISTER[code].sentence
        assert told["request_id"] == "an-id"
        answer = respond(problem, RequestFactory().get("/api/v1/x"))
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.has_header("Retry-After") == (answer.status_code in (429, 503))
        assert answer.has_header("WWW-Authenticate") == (answer.status_code == 401)

    def test_is_a_page(self, code: str) -> None:
        page = present(Problem(code), RequestFactory().get("/t/x/"))
        assert page.status_code == REGISTER[code].status
        assert REGISTER[code].title in page.content.decode()


def test_an_unknown_code_is_a_bug_at_once() -> None:
    with pytest.raises(KeyError):
        Problem("no_such_code")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperationalError("gone"), "unavailable"),
        (InterfaceError("closed"), "unavailable"),
        (RedisConnectionError("gone"), "unavailable"),
        (RedisTimeoutError("slow"), "unavailable"),
        (Http404(), "not_found"),
        (IntegrityError("check"), "internal"),
        (ValueError("x"), "internal"),
    ],
)
def test_what_a_library_raises_has_its_code(error: Exception, code: str) -> None:
    assert problem_from(error).code == code


def test_a_full_disk_is_told_as_such() -> None:
    error = OperationalError("could not extend file")
    error.__cause__ = DiskFull("could not extend file")
    problem = problem_from(error)
    assert (problem.code, problem.retry_after) == ("unavailable", 30)
    assert "disk is full" in problem.message


def test_two_who_make_the_same_at_once_meet_a_conflict(lab: Lab) -> None:
    with pytest.raises(IntegrityError) as raised, team_context(lab.alice):
        Project.objects.create(name="Films", slug=lab.project.slug)
    assert problem_from(raised.value).code == "conflict"


def test_what_was_deleted_just_then_is_a_conflict(lab: Lab) -> None:
    with pytest.raises(IntegrityError) as raised, team_context(lab.alice):
        Endpoint.objects.filter(pk=lab.endpoint.pk).update(version_id=uuid4())
    problem = problem_from(raised.value)
    assert problem.code == "conflict"
    assert problem.message.startswith("What this belongs to was deleted a moment ago.")


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (LockNotAvailable, "Somebody else changes the same"),
        (DeadlockDetected, "Somebody else changes the same"),
        (QueryCanceled, "took too long"),
    ],
)
def test_a_database_that_is_there_is_not_told_as_away(cause: type[Exception], told: str) -> None:
    error = OperationalError("canceled")
    error.__cause__ = cause("canceled")
    problem = problem_from(error)
    assert problem.code == "unavailable"
    assert told in problem.message


@pytest.fixture
def without_a_database() -> Iterator[None]:
    """This thread's connection leads to a port where nobody listens."""
    stored = connections["default"]
    away: Any = type(stored)(
        stored.settings_dict | {"HOST": "127.0.0.1", "PORT": free_port(), "OPTIONS": {"connect_timeout": 2}}, "default"
    )
    connections["default"] = away
    yield
    connections["default"] = stored


class TestWithoutADatabase:
    def test_the_api_says_when_to_come_back(self, without_a_database: None) -> None:
        api = Api("atr_x")
        answer = api.client.get("/api/v1/projects", headers=api.headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) >= 1

    def test_a_page_says_so_too(self, lab: Lab, without_a_database: None) -> None:
        client = Client(raise_request_exception=False)
        client.cookies["sessionid"] = "x" * 32
        answer = client.get(f"/t/{lab.team.slug}/")
        assert answer.status_code == 503
        assert "Retry-After" in answer.headers
        assert "The database is away" in answer.content.decode()

    def test_health_says_what_is_away(self, without_a_database: None) -> None:
        answer = Client().get("/health/")
        assert (answer.status_code, answer.json()["database"], answer.json()["messages"]) == (503, "away", "ok")


def test_health_is_well(inputs_process: Process) -> None:
    answer = Client().get("/health/")
    assert (answer.status_code, answer.json()) == (
        200,
        {"database": "ok", "messages": "ok", "store": "ok", "inputs": "ok"},
    )


def test_health_misses_the_message_service(settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    answer = Client().get("/health/")
    assert (answer.status_code, answer.json()["messages"]) == (503, "away")


class TestWhatNobodyExpected:
    """It is told by an id, which the log has with the trace; nothing of it leaves."""

    SECRET = "the patient is called Dana"

    @pytest.fixture(autouse=True)
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*arguments: object, **options: object) -> None:
            raise RuntimeError(self.SECRET)

        monkeypatch.setattr(User.objects, "get", fail)

    def test_is_told_by_its_id_alone(self, lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
        api = Api(lab.token())
        answer = api.client.get("/api/v1/me", headers=api.headers)
        told = answer.json()
        assert (answer.status_code, told["code"]) == (500, "internal")
        assert told["request_id"] == answer.headers["Request-Id"] != ""
        assert self.SECRET not in json.dumps(told)
        assert any(record.exc_info and "Dana" in str(record.exc_info[1]) for record in caplog.records)


class TestBodies:
    """What PostgreSQL could not keep, or no reader could end, is refused with its field."""

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ('{"name": "a\\u0000b"}', "name"),
            ('{"name": "\\ud800"}', "name"),
            ('{"name": 1e999}', "name"),
            ('{"name": ' + "9" * 30 + "}", "name"),
            ('{"name": ["x", {"y": "\\u0000"}]}', "name.1.y"),
            ('{"\\u0000": 1}', ""),
        ],
    )
    def test_that_cannot_be_kept_is_refused(self, lab: Lab, body: str, field: str) -> None:
        status, problem = Api(lab.token()).request("POST", "projects", body)
        assert (status, problem["code"], problem["errors"][0]["field"]) == (400, "invalid", field)

    @pytest.mark.parametrize("body", ["{", "[" * 100_000, "nonsense", '{"a": NaN}', "\xff"])
    def test_that_is_no_json_is_malformed(self, lab: Lab, body: str) -> None:
        status, problem = Api(lab.token()).request("POST", "projects", body)
        assert (status, problem["code"]) == (400, "malformed")

    def test_that_is_no_object_is_invalid(self, lab: Lab) -> None:
        assert Api(lab.token()).request("POST", "projects", "[]")[1]["code"] == "invalid"

    def test_of_another_type_is_refused(self, lab: Lab) -> None:
        api = Api(lab.token())
        answer = api.client.post("/api/v1/projects", "name=x", content_type="text/plain", headers=api.headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")

    def test_a_card_with_a_null_character_is_named(self, lab: Lab) -> None:
        body = {"card": {"purpose": "a\x00"}}
        status, problem = Api(lab.token()).patch(f"versions/{lab.version.pk}", body)
        assert (status, problem["errors"][0]["field"]) == (400, "card.purpose")


class TestAddresses:
    def test_one_that_is_not_there_is_a_document(self) -> None:
        answer = Client().get("/api/v1/nothing")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    def test_one_that_takes_another_method_says_so(self, lab: Lab) -> None:
        api = Api(lab.token())
        answer = api.client.put("/api/v1/projects", "{}", content_type="application/json", headers=api.headers)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")

    @pytest.mark.parametrize("cursor", ["nonsense", "cD1ub25zZW5zZQ==", "bz0tNQ==", "%00"])
    def test_a_cursor_that_was_not_ours_is_no_error_of_ours(self, lab: Lab, cursor: str) -> None:
        assert Api(lab.token()).get(f"projects?cursor={cursor}")[0] in (200, 400, 404)

    def test_a_null_character_in_a_question_finds_nothing(self, lab: Lab) -> None:
        status, found = Api(lab.token()).get("projects?slug=%00")
        assert (status, found["results"]) == (200, [])
