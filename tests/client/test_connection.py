"""Retries, problem documents, the version check, and where the token goes."""

import re
from typing import Any

import httpx
import pytest

from atrium_client import (
    Atrium,
    AtriumError,
    Conflict,
    Invalid,
    Link,
    NotFound,
    NotPermitted,
    QuotaExceeded,
    Unavailable,
)
from atrium_client.connection import unreachable, version_advice
from atrium_client.errors import from_problem
from tests.client import network as wire
from tests.client.network import Answer, Cut, Network, Request


def problem(
    status: int, code: str, detail: str = "It is so.", errors: list[Any] | None = None, **headers: str
) -> Answer:
    body = {"title": code, "status": status, "code": code, "detail": detail, "errors": errors or [], "request_id": "r7"}
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


class Flaky:
    """Answers in turn; the last answer stays."""

    def __init__(self, *answers: Answer | type[Cut]) -> None:
        self.answers = list(answers)
        self.keys: list[str] = []

    def __call__(self, request: Request) -> Answer:
        self.keys.append(request.headers.get("Idempotency-Key", ""))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not isinstance(answer, Answer):
            raise answer
        return answer


ME = Answer(200, {"user": "alice", "role": "owner", "scopes": []})


class TestRetries:
    def test_a_broken_connection_is_tried_again(
        self, atrium: Atrium, network: Network, pauses: list[float], caplog: pytest.LogCaptureFixture
    ) -> None:
        network.on("GET", "/api/v1/me", Flaky(Cut, Cut, ME))
        assert atrium.me()["user"] == "alice"
        assert len(pauses) == 2
        assert [record.getMessage() for record in caplog.records if record.name == "atrium_client"] == [
            f"{atrium.url} does not answer; trying again for a quarter of a minute …"
        ]

    def test_retry_after_is_kept_to(self, atrium: Atrium, network: Network, pauses: list[float]) -> None:
        network.on(
            "GET",
            "/api/v1/me",
            Flaky(problem(503, "busy", Retry_After="3"), problem(429, "queue_full", Retry_After="2"), ME),
        )
        atrium.me()
        assert pauses == [3.0, 2.0]

    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    def test_what_passes_is_tried_again(
        self, atrium: Atrium, network: Network, pauses: list[float], status: int
    ) -> None:
        network.on("GET", "/api/v1/me", Flaky(problem(status, "busy", Retry_After="1"), ME))
        atrium.me()
        assert len(pauses) == 1

    def test_it_ends_with_a_sentence(self, atrium: Atrium, network: Network, pauses: list[float]) -> None:
        network.on("GET", "/api/v1/me", Flaky(Cut))
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1:\d+ does not answer.*try again"):
            atrium.me()
        assert len(pauses) == 5

    def test_a_server_without_tls_is_told_at_once(self, network: Network, pauses: list[float]) -> None:
        atrium = Atrium(network.url.replace("http:", "https:"), "atr_test")
        atrium._connection.pause = pauses.append
        with pytest.raises(Unavailable, match=r"no encrypted connection.*write http://"):
            atrium.me()
        assert pauses == []

    def test_a_certificate_that_nobody_vouches_for_is_told_with_the_way(self) -> None:
        error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate (_ssl.c:1002)")
        assert "SSL_CERT_FILE" in str(unreachable("https://atrium.example", error, "read"))

    def test_a_repeated_creation_carries_one_key(self, atrium: Atrium, network: Network) -> None:
        network.on("GET", "/api/v1/projects", {"results": [], "next": None})
        creating = Flaky(Cut, Answer(201, wire.PROJECT))
        network.on("POST", "/api/v1/projects", creating)
        atrium.project("echo-views", create=True)
        assert len(creating.keys) == 2
        assert creating.keys[0] == creating.keys[1] != ""

    def test_a_quota_is_not_waited_for(self, atrium: Atrium, network: Network, pauses: list[float]) -> None:
        network.on("GET", "/api/v1/me", Flaky(problem(429, "quota_exceeded", Retry_After="60")))
        with pytest.raises(QuotaExceeded):
            atrium.me()
        assert pauses == []

    def test_a_refusal_is_not_repeated(self, atrium: Atrium, network: Network) -> None:
        network.on("GET", "/api/v1/me", Flaky(problem(400, "invalid")))
        with pytest.raises(Invalid):
            atrium.me()
        assert network.count("GET", "/api/v1/me") == 1


class TestProblems:
    @pytest.mark.parametrize(
        ("status", "code", "kind"),
        [
            (401, "unauthenticated", NotPermitted),
            (403, "not_permitted", NotPermitted),
            (404, "not_found", NotFound),
            (410, "gone", NotFound),
            (409, "conflict", Conflict),
            (400, "invalid", Invalid),
            (422, "input_damaged", Invalid),
            (413, "too_large", Invalid),
            (429, "quota_exceeded", QuotaExceeded),
            (429, "too_many_requests", Unavailable),
            (500, "internal", Unavailable),
            (405, "method_not_allowed", Invalid),
        ],
    )
    def test_each_has_its_class(self, atrium: Atrium, network: Network, status: int, code: str, kind: type) -> None:
        network.on("GET", "/api/v1/me", Flaky(problem(status, code)))
        with pytest.raises(AtriumError) as caught:
            atrium.me()
        assert type(caught.value) is kind
        assert (caught.value.code, caught.value.request_id) == (code, "r7")
        assert str(caught.value).startswith("Could not read who the token belongs to: It is so.")

    def test_what_the_server_does_not_know_may_be_newer_than_it(self, atrium: Atrium, network: Network) -> None:
        network.on("PATCH", "/api/v1/links/l1", lambda _: problem(405, "method_not_allowed", "This is not done here."))
        with pytest.raises(Invalid, match=r"older than this client \(0\.1\.0\)"):
            Link({"id": "l1", "role": "view"}, atrium._connection).show_on()

    def test_fields_are_named(self, atrium: Atrium, network: Network) -> None:
        errors = [{"field": "inputs.age", "code": "range", "message": "“age” lies between 0 and 120."}]
        network.on("GET", "/api/v1/me", Flaky(problem(400, "invalid", errors=errors)))
        with pytest.raises(Invalid, match=r"inputs\.age: “age” lies between 0 and 120") as caught:
            atrium.me()
        assert caught.value.fields[0].field == "inputs.age"

    def test_a_proxy_that_speaks_html_is_understood(self, atrium: Atrium, network: Network) -> None:
        network.on("GET", "/api/v1/me", Flaky(Answer(404, b"<html>nothing</html>")))
        with pytest.raises(NotFound, match="404 Not Found"):
            atrium.me()


class TestToken:
    def test_it_is_sent_to_the_server(self, atrium: Atrium, network: Network) -> None:
        network.on("GET", "/api/v1/me", ME.body)
        atrium.me()
        assert network.requests[0].headers["Authorization"] == "Bearer atr_test"

    def test_a_list_cannot_lead_it_elsewhere(self, atrium: Atrium, network: Network) -> None:
        network.on("GET", "/api/v1/projects", {"results": [], "next": "http://evil.example/api/v1/projects?cursor=2"})
        with pytest.raises(Unavailable, match="the token is not sent there"):
            atrium.projects()

    def test_a_redirect_is_not_followed(self, atrium: Atrium, network: Network) -> None:
        network.on("GET", "/api/v1/me", Flaky(Answer(302, None, {"Location": f"{network.url}/elsewhere"})))
        with pytest.raises(Unavailable, match="nothing else than a page"):
            atrium.me()
        assert network.count("GET", "/elsewhere") == 0

    def test_a_redirect_to_another_address_names_it(self, atrium: Atrium, network: Network) -> None:
        network.on("GET", "/api/v1/me", Flaky(Answer(308, None, {"Location": "https://atrium.example/api/v1/me"})))
        with pytest.raises(Unavailable, match=r"answers at https://atrium\.example: give that address"):
            atrium.me()

    def test_a_download_from_storage_does_not_carry_it(self, atrium: Atrium, network: Network) -> None:
        other = Network()
        other.on("GET", "/object", Flaky(Answer(200, b"data")))
        pieces: list[bytes] = []
        atrium._connection.download(f"{other.url}/object", pieces.append, action="fetch")
        other.close()
        assert b"".join(pieces) == b"data"
        assert "Authorization" not in other.requests[0].headers

    def test_it_is_in_no_repr_and_no_message(self, atrium: Atrium, network: Network) -> None:
        network.on("GET", "/api/v1/me", Flaky(problem(401, "unauthenticated")))
        with pytest.raises(NotPermitted) as caught:
            atrium.me()
        assert "atr_test" not in repr(atrium) + atrium._repr_html_() + str(caught.value)


class TestPages:
    def test_every_page_is_read(self, atrium: Atrium, network: Network) -> None:
        def page(request: Request) -> Answer:
            last = "cursor=2" in request.query
            following = None if last else f"{network.url}/api/v1/projects?cursor=2"
            return Answer(200, {"results": [{**wire.PROJECT, "id": "p2" if last else "p1"}], "next": following})

        network.on("GET", "/api/v1/projects", page)
        assert [project.id for project in atrium.projects()] == ["p1", "p2"]


class TestVersion:
    @pytest.mark.parametrize("server", ["0.1.0", "0.1.9", "", "main"])
    def test_the_same_series_says_nothing(self, server: str) -> None:
        assert version_advice(server) == ""

    def test_a_newer_server_asks_for_a_newer_client(self) -> None:
        assert re.search("upgrade the client", version_advice("0.2.0"))
        assert re.search("upgrade the client", version_advice("1.0.0"))

    def test_an_older_server_says_which_client_to_install(self) -> None:
        assert re.search(r"ask its operator to upgrade, or install atrium-client 0\.0\.9", version_advice("0.0.9"))

    def test_it_is_said_once(self, atrium: Atrium, network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wire, "VERSION", "0.2.0")
        network.on("GET", "/api/v1/me", ME.body)
        with pytest.warns(UserWarning, match="upgrade the client"):
            atrium.me()
        atrium.me()  # a second warning would be an error here


def test_a_refusal_of_the_whole_has_no_empty_brackets() -> None:
    errors = [{"field": "", "code": "invalid", "message": "A question has a type."}]
    assert str(from_problem(400, {"detail": "A question has a type.", "errors": errors}, "ask")) == (
        "Could not ask: A question has a type."
    )
    assert str(from_problem(400, {"title": "Invalid.", "errors": errors}, "ask")).endswith(
        "Invalid. A question has a type."
    )


def test_a_field_stands_behind_the_sentence_without_another_full_stop() -> None:
    errors = [{"field": "inputs.age", "code": "invalid", "message": "“age” lies between 0 and 120."}]
    told = str(from_problem(400, {"detail": "“age” lies between 0 and 120.", "errors": errors}, "ask"))
    assert told == "Could not ask: “age” lies between 0 and 120. (inputs.age)"
