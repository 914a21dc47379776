"""The proxy of infra/compose for real: TLS, cookies, forwarded headers, sockets, bodies, names."""

import hashlib
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from apps.registry.models import Version
from apps.users.models import User
from atrium import storage
from atrium.tenancy.context import team_context
from infra.dev.ground import free_port
from infra.dev.processes import Process
from tests.infra.front import FILES, METRICS_TOKEN, MIB, NAME, OLD_ASSET, Front, certify, proxy, web
from tests.people import PASSWORD, Lab


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both names lead here, as they would by DNS."""
    known = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **options: Any) -> Any:
        return known("127.0.0.1" if host in (NAME, FILES) else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory, inputs_process: Process) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    front = Front(free_port(), free_port(), free_port(), certify(folder), folder)
    started = [web(front), proxy(front)]
    try:
        for process in started:
            process.start()
        for process in started:
            process.wait()
        yield front
    finally:
        for process in reversed(started):
            process.stop()


def signed_in(front: Front, lab: Lab) -> httpx.Client:
    """Alice's browser, after the log-in page."""
    browser = front.client()
    email = User.objects.get(pk=lab.alice.user_id).email
    assert submit(browser, "/accounts/login/", login=email, password=PASSWORD).status_code == 302
    return browser


def submit(browser: httpx.Client, path: str, **form: str) -> httpx.Response:
    """Load a page, then send a form from it, as a browser does."""
    browser.get(path)
    origin = {"Origin": str(browser.base_url).rstrip("/"), "Referer": f"{browser.base_url}{path}"}
    return browser.post(path, data={**form, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}, headers=origin)


class TestTls:
    def test_both_names_are_certified(self, front: Front) -> None:
        with front.client() as browser:
            assert browser.get("/health/live").status_code == 200
            assert browser.get(f"https://{FILES}:{front.port}/").status_code in (400, 403)

    def test_plain_http_is_sent_to_it(self, front: Front) -> None:
        answer = httpx.get(f"http://{NAME}:{front.plain_port}/accounts/login/")
        assert (answer.status_code, answer.headers["Location"]) == (308, f"https://{NAME}/accounts/login/")

    def test_browsers_are_told_to_stay(self, front: Front) -> None:
        with front.client() as browser:
            for path in ("/", "/accounts/login/", "/api/v1/me"):
                assert browser.get(path).headers["Strict-Transport-Security"] == "max-age=31536000"

    def test_another_name_gets_nothing(self, front: Front) -> None:
        with pytest.raises(httpx.ConnectError), front.client() as browser:
            browser.get(f"https://127.0.0.1:{front.port}/")
        with front.client() as browser:
            answer = browser.get("/", headers={"Host": "evil.example"})
        assert (answer.status_code, answer.content) == (200, b"")  # the proxy's own empty answer: web was not asked


class TestCookies:
    def test_all_of_them_are_secure(self, front: Front, lab: Lab) -> None:
        with closing(signed_in(front, lab)) as browser:
            link_id, secret = lab.link()
            assert browser.get(f"/l/{secret}").headers["Location"] == f"/r/{link_id}/"
            browser.post(
                f"/r/{link_id}/me", json={}, headers={"X-CSRFToken": browser.cookies["csrftoken"], "Origin": front.url}
            )
            cookies = {cookie.name: cookie.secure for cookie in browser.cookies.jar}
        assert set(cookies) == {"sessionid", "csrftoken", "key", "guest"}
        assert all(cookies.values())

    def test_a_form_of_another_site_is_refused(self, front: Front, lab: Lab) -> None:
        with closing(signed_in(front, lab)) as browser:
            path, token = f"/t/{lab.team.slug}/", {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}
            told = [
                browser.post(path, data={"name": "Sounds", **token}, headers={"Origin": origin}).status_code
                for origin in ("https://evil.example", f"http://{NAME}:{front.port}", front.url)
            ]
        assert told == [403, 403, 303]


class TestForwarding:
    """Guessed links are limited for each address: thirty in ten minutes, of which two windows may be touched."""

    def guesses(self, browser: httpx.Client) -> set[int]:
        with browser:
            return {browser.get("/l/guessed", headers=forged(number)).status_code for number in range(61)}

    def test_limits_count_the_clients_address(self, front: Front) -> None:
        assert self.guesses(front.client()) == {404, 429}
        with front.client() as another:
            assert another.get("/l/guessed").status_code == 404

    def test_what_a_client_says_past_the_proxy_is_not_believed(self, front: Front) -> None:
        assert self.guesses(front.beside()) == {404, 429}
        with front.beside() as stranger:
            answer = stranger.get("/accounts/login/", headers=forged(1))
        assert "Strict-Transport-Security" not in answer.headers  # by TLS, it says; it came without

    def test_mails_and_answers_name_the_public_address(self, front: Front, lab: Lab) -> None:
        with front.client() as browser:
            answer = browser.get("/api/v1/me", headers={"X-Forwarded-Host": "evil.example"})
        assert answer.status_code == 401
        assert answer.json()["type"].startswith(f"{front.url}/docs/errors#")


def forged(number: int) -> dict[str, str]:
    return {"X-Forwarded-For": f"198.51.100.{number}", "X-Forwarded-Proto": "https", "X-Real-IP": "198.51.100.1"}


class TestSockets:
    def paths(self, lab: Lab) -> list[str]:
        project = f"/t/{lab.team.slug}/films"
        return [f"{project}/endpoints/reader/bench/socket", f"{project}/inbox/socket"]

    def test_a_bench_and_an_inbox_open(self, front: Front, lab: Lab) -> None:
        with closing(signed_in(front, lab)) as browser:
            cookie = f"sessionid={browser.cookies['sessionid']}"
        for path in self.paths(lab):
            address = f"wss://{NAME}:{front.port}{path}"
            headers = {"Cookie": cookie}
            with connect(address, ssl=front.trust, origin=Origin(front.url), additional_headers=headers) as there:
                assert there.ping().wait(30)
                if path.endswith("bench/socket"):
                    there.send(json.dumps({"type": "cancel", "prediction": str(UUID(int=0))}))
                    there.send(json.dumps({"type": "predict", "request": 1, "inputs": {}, "edits": [], "keep": False}))
                    assert json.loads(there.recv(30))["type"] == "refused"
            with pytest.raises(InvalidStatus):
                connect(address, ssl=front.trust, origin=Origin("https://evil.example"), additional_headers=headers)


class TestBodies:
    def test_a_large_one_is_refused_by_us(self, front: Front, lab: Lab) -> None:
        url = f"/api/v1/endpoints/{lab.endpoint.pk}/predictions"
        headers = {"Authorization": f"Bearer {lab.token()}", "Content-Type": "application/json"}
        with front.client() as client:
            for body in (b"x" * (35 * MIB), (b"x" * MIB for _ in range(35))):  # of a told length, and in chunks
                answer = client.post(url, content=body, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    def test_one_below_the_limit_passes(self, front: Front, lab: Lab) -> None:
        url = f"/api/v1/endpoints/{lab.endpoint.pk}/predictions"
        headers = {"Authorization": f"Bearer {lab.token()}", "Content-Type": "application/json"}
        with front.client() as client:
            answer = client.post(url, content=b'{"inputs": {}, "edits": []}' + b" " * (33 * MIB), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_model_of_256_mib_goes_to_the_store_by_its_own_name(front: Front, lab: Lab) -> None:
    piece, count = os.urandom(8 * MIB), 32
    whole = hashlib.sha256()
    for _ in range(count):
        whole.update(piece)
    headers = {"Authorization": f"Bearer {lab.token()}"}
    asked = {"format": "onnx", "size": count * len(piece), "sha256": whole.hexdigest()}
    with front.client() as client:
        url = f"/api/v1/models/{lab.version.model_id}/versions"
        announced = client.post(url, json=asked, headers=headers).raise_for_status().json()
        parts = announced["upload"]["parts"]
        assert {httpx.URL(part["url"]).host for part in parts} == {FILES}
        etags = [
            {
                "number": part["number"],
                "etag": client.put(part["url"], content=piece).raise_for_status().headers["ETag"],
            }
            for part in parts
        ]
        version = f"/api/v1/versions/{announced['version']['id']}"
        done = client.post(f"{version}/complete", json={"parts": etags}, headers=headers)
        assert (done.status_code, done.json()["state"]) == (200, "inspecting")
        altered = parts[0]["url"].replace(FILES, NAME)
        assert client.put(altered, content=piece).status_code in (403, 404, 405)
        storage.delete(artifact_key(lab, announced["version"]["id"]))


def artifact_key(lab: Lab, version: str) -> str:
    with team_context(lab.alice):
        key: str = Version.objects.get(pk=version).artifact.key
    return key


def test_pages_of_the_previous_build_find_their_files(front: Front) -> None:
    manifest = json.loads((front.folder / "image" / "frontend" / "dist" / ".vite" / "manifest.json").read_text())
    with front.client() as browser:
        for name in (OLD_ASSET, manifest["pages/app.ts"]["file"]):
            answer = browser.get(f"/static/{name}")
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]
        page = browser.get("/accounts/login/").text
        assert manifest["pages/app.ts"]["file"] in page


def test_the_counts_of_both_processes_are_one(front: Front) -> None:
    def counted() -> float:
        with front.client() as monitor:
            answer = monitor.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
        name = 'atrium_requests_total{route="/accounts/login/",status="200"}'
        found = [line for line in answer.text.splitlines() if line.startswith(name)]
        return float(found[0].rpartition(" ")[2]) if found else 0.0

    before = counted()
    for _ in range(20):
        with front.beside() as visitor:  # a connection each, which either process may accept
            assert visitor.get("/accounts/login/").status_code == 200
    assert counted() == before + 20
    with front.client() as stranger:
        assert stranger.get("/metrics").status_code == 404


def test_a_failed_request_is_logged_without_its_address(front: Front, tmp_path: Path) -> None:
    for name in ("cert.pem", "key.pem"):
        shutil.copy(front.folder / name, tmp_path)
    other = replace(front, port=free_port(), plain_port=free_port(), folder=tmp_path)
    process = proxy(other, store=free_port())
    process.start()
    try:
        process.wait()
        with other.client() as browser:
            asked = f"https://{FILES}:{other.port}/atrium/key?X-Amz-Signature=canary"
            assert browser.get(asked, headers={"X-Said": "canary"}).status_code == 502
    finally:
        process.stop()
    told = [json.loads(line) for line in (tmp_path / "proxy.log").read_text().splitlines() if line.startswith("{")]
    assert [line["status"] for line in told if line.get("logger") == "http.log.error"] == [502]
    assert "canary" not in (tmp_path / "proxy.log").read_text()


def test_a_passkey_is_bound_to_the_name(front: Front, lab: Lab) -> None:
    with front.client() as browser:
        answer = browser.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
        asked = answer.json()["request_options"]["publicKey"]
    assert asked["rpId"] == NAME
