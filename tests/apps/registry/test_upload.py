"""A file's way in by the API, against the real store: parts, cuts, lies about it, and what the inspection says."""

import os
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psutil
import pytest
from pytest_django import Settings

from apps.jobs.models import Job
from apps.registry.models import Version
from atrium import storage
from atrium.tenancy.context import team_context
from infra.dev.ground import ROOT
from infra.dev.processes import Process
from tests.apps.registry.uploading import File, Given, announce, complete, send
from tests.models import doubling
from tests.people import Lab
from tests.schema import Api, LiveApi
from tests.services import site
from tests.threads import Threads

PART = 8 * 1024 * 1024
SMALL = 64 * 1024
THREE = Given(bytes(range(256)) * 600)  # three parts of 64 KiB
LIMIT = 100 * 1024 * 1024


@pytest.fixture
def small_parts(settings: Settings) -> None:
    settings.PART_BYTES = SMALL


@pytest.fixture
def api(lab: Lab, small_parts: None) -> Api:
    return Api(lab.token())


def model_of(lab: Lab) -> UUID:
    return lab.version.model_id


class TestParts:
    def test_all_of_them_make_the_file(self, lab: Lab, api: Api) -> None:
        announced = announce(api, model_of(lab), THREE, SMALL)
        version = announced["version"]["id"]
        etags = send(announced["upload"]["parts"], THREE, SMALL)
        status, shown = complete(api, version, etags)
        assert (status, shown["state"], shown["sha256"]) == (200, "inspecting", THREE.sha256(SMALL))
        with team_context(lab.alice):
            artifact = Version.objects.get(pk=version).artifact
        assert storage.get(artifact.key) == THREE.data

    def test_completed_twice_is_inspected_once(self, lab: Lab, api: Api) -> None:
        announced = announce(api, model_of(lab), THREE, SMALL)
        version = announced["version"]["id"]
        etags = send(announced["upload"]["parts"], THREE, SMALL)
        assert complete(api, version, etags)[0] == complete(api, version, etags)[0] == 200
        with team_context(lab.alice):
            assert Job.objects.filter(subject=version).count() == 1

    def test_an_upload_that_was_joined_unheard_is_taken(self, lab: Lab, api: Api) -> None:
        """The store joined the parts, and web died before it wrote that down."""
        announced = announce(api, model_of(lab), THREE, SMALL)
        version = announced["version"]["id"]
        etags = send(announced["upload"]["parts"], THREE, SMALL)
        with team_context(lab.alice):
            artifact = Version.objects.get(pk=version).artifact
        storage.finish_upload(artifact.key, artifact.upload, etags)
        assert complete(api, version, etags)[1]["state"] == "inspecting"

    def test_missing_ones_are_named_and_resumed(self, lab: Lab, api: Api) -> None:
        announced = announce(api, model_of(lab), THREE, SMALL)
        version = announced["version"]["id"]
        etags = send(announced["upload"]["parts"], THREE, SMALL, only={2})
        status, problem = complete(api, version, etags)
        assert (status, problem["code"]) == (409, "upload_incomplete")
        assert "Not arrived yet: part 1, 3." in problem["detail"]
        _, upload = api.get(f"versions/{version}/upload")
        assert [part["done"] for part in upload["parts"]] == [False, True, False]
        etags |= send(upload["parts"], THREE, SMALL)
        assert complete(api, version, etags)[1]["state"] == "inspecting"

    def test_others_than_those_that_were_sent_are_named(self, lab: Lab, api: Api) -> None:
        announced = announce(api, model_of(lab), THREE, SMALL)
        etags = send(announced["upload"]["parts"], THREE, SMALL)
        status, problem = complete(api, announced["version"]["id"], etags | {3: '"' + "0" * 32 + '"'})
        assert (status, problem["code"]) == (409, "upload_incomplete")
        assert "Parts 3 are not" in problem["detail"]

    def test_of_another_size_are_refused_by_the_store(self, lab: Lab, api: Api) -> None:
        announced = announce(api, model_of(lab), THREE, SMALL)
        first = announced["upload"]["parts"][0]
        assert httpx.put(first["url"], content=b"short").status_code == 403
        assert httpx.put(first["url"].replace("partNumber=1", "partNumber=2"), content=bytes(SMALL)).status_code == 403

    def test_that_the_store_forgot_are_told(self, lab: Lab, api: Api) -> None:
        announced = announce(api, model_of(lab), THREE, SMALL)
        with team_context(lab.alice):
            artifact = Version.objects.get(pk=announced["version"]["id"]).artifact
        storage.abort_upload(artifact.key, artifact.upload)
        status, problem = complete(api, announced["version"]["id"], {})
        assert (status, problem["code"]) == (410, "upload_gone")

    @pytest.mark.parametrize("size", [0, -1, 2 * 1024**3 + 1])
    def test_a_file_too_large_or_empty_is_not_announced(self, lab: Lab, api: Api, size: int) -> None:
        status, problem = api.post(f"models/{model_of(lab)}/versions", {"size": size, "sha256": "0" * 64})
        assert (status, problem["errors"][0]["field"]) == (400, "size")

    def test_a_version_that_is_deleted_leaves_no_upload(self, lab: Lab, api: Api) -> None:
        announced = announce(api, model_of(lab), THREE, SMALL)
        version = announced["version"]["id"]
        with team_context(lab.alice):
            artifact = Version.objects.get(pk=version).artifact
        assert api.delete(f"versions/{version}")[0] == 204
        assert api.get(f"versions/{version}")[0] == 404
        with pytest.raises(Exception, match="upload_gone"):
            storage.listed_parts(artifact.key, artifact.upload)


class TestNumbers:
    def test_of_two_at_once_differ(self, lab: Lab, api: Api) -> None:
        token = api.headers["Authorization"].removeprefix("Bearer ")

        def one(seed: int) -> int:
            number: int = announce(Api(token), model_of(lab), File(1000, seed), SMALL)["version"]["number"]
            return number

        with Threads(4) as threads:
            assert sorted(threads.map(one, range(4))) == [2, 3, 4, 5]


class TestIdempotencyKey:
    def test_of_a_version_returns_it_and_its_open_parts(self, lab: Lab, api: Api) -> None:
        body = {"size": THREE.size, "sha256": THREE.sha256(SMALL)}
        path, key = f"models/{model_of(lab)}/versions", {"Idempotency-Key": "a"}
        _, first = api.post(path, body, **key)
        send(first["upload"]["parts"], THREE, SMALL, only={1})
        status, again = api.post(path, body, **key)
        assert (status, again["version"]["id"]) == (201, first["version"]["id"])
        assert [part["done"] for part in again["upload"]["parts"]] == [True, False, False]
        assert api.post(path, body | {"notes": "x"}, **key)[1]["code"] == "key_reused"

    def test_of_an_endpoint_and_a_flag_makes_them_once(self, lab: Lab, api: Api) -> None:
        key = {"Idempotency-Key": "b"}
        path, body = f"projects/{lab.project.pk}/endpoints", {"name": "Two", "version": str(lab.version.pk)}
        assert api.post(path, body, **key)[1]["id"] == api.post(path, body, **key)[1]["id"]
        assert api.post(path, body | {"name": "Three"}, **key)[0] == 422
        prediction = lab.prediction(lab.alice)
        path = f"predictions/{prediction.pk}/flag"
        first = api.post(path, {"verdict": "wrong"}, **{"Idempotency-Key": "c"})[1]
        assert api.post(path, {"verdict": "wrong"}, **{"Idempotency-Key": "c"})[1]["id"] == first["id"]
        assert api.post(path, {"verdict": "right"}, **{"Idempotency-Key": "c"})[1]["code"] == "key_reused"
        for _ in range(2):  # another judgement by the same reviewer replaces the first, and repeats too
            changed = api.post(path, {"verdict": "right"}, **{"Idempotency-Key": "d"})[1]
            assert (changed["id"], changed["verdict"]) == (first["id"], "right")

    def test_of_a_project_makes_it_once(self, api: Api) -> None:
        body, key = {"name": "Twice"}, {"Idempotency-Key": "p"}
        made = [api.post("projects", body, **key) for _ in range(2)]
        assert [status for status, _ in made] == [201, 201]
        assert made[0][1]["id"] == made[1][1]["id"]
        assert api.post("projects", body)[0] == 409

    def test_of_a_link_tells_its_id_and_never_its_secret(self, lab: Lab, api: Api) -> None:
        path, key = f"endpoints/{lab.endpoint.pk}/links", {"Idempotency-Key": "e"}
        _, link = api.post(path, {"role": "try"}, **key)
        status, problem = api.post(path, {"role": "try"}, **key)
        assert (status, problem["code"]) == (409, "already_created")
        assert link["id"] in problem["detail"]
        assert link["url"].rpartition("/")[2] not in str(problem)
        assert api.post(path, {"role": "view"}, **key)[1]["code"] == "key_reused"

    def test_belongs_to_its_token(self, lab: Lab, api: Api) -> None:
        path, body = f"projects/{lab.project.pk}/endpoints", {"name": "Mine", "version": str(lab.version.pk)}
        assert api.post(path, body, **{"Idempotency-Key": "f"})[0] == 201
        assert Api(lab.token()).post(path, body, **{"Idempotency-Key": "f"})[0] == 409


class TestServed:
    def test_is_neither_deleted_nor_archived_nor_renamed(self, lab: Lab, api: Api) -> None:
        path = f"versions/{lab.version.pk}"
        assert api.delete(path)[1]["code"] == "in_use"
        assert api.patch(path, {"archived": True})[1]["code"] == "in_use"
        assert api.patch(path, {"interface": lab.version.interface})[1]["code"] == "in_use"


@pytest.fixture(scope="module")
def live(web_process: Process, worker_process: Process) -> "LiveLab":
    return LiveLab()


class LiveLab:
    """A lab on the running processes, with a real worker."""

    def __init__(self) -> None:
        self.lab = Lab.make()
        self.api = LiveApi(site().url, self.lab.token())

    def upload(self, file: File | Given, **fields: Any) -> str:
        announced = announce(self.api, model_of(self.lab), file, PART, **fields)
        etags = send(announced["upload"]["parts"], file, PART)
        assert complete(self.api, announced["version"]["id"], etags)[0] == 200
        return str(announced["version"]["id"])

    def decided(self, version: str, seconds: float = 60) -> dict[str, Any]:
        until = time.monotonic() + seconds
        while (shown := self.api.request("GET", f"versions/{version}").json())["state"] == "inspecting":
            assert time.monotonic() < until, "the inspection did not end"
            time.sleep(0.05)
        found: dict[str, Any] = shown
        return found


class TestInspection:
    def test_proposes_an_interface_that_is_confirmed_and_served(self, live: LiveLab) -> None:
        version = live.upload(Given(doubling()), example={"x": [1.5]})
        shown = live.decided(version)
        assert (shown["state"], shown["interface"]) == ("ready", None)
        proposed = shown["proposed_interface"]
        path = f"projects/{live.lab.project.pk}/endpoints"
        refused = live.api.request("POST", path, json={"name": "Early", "version": version}).json()
        assert refused["code"] == "interface_unconfirmed"
        wrong = {**proposed, "inputs": [{"kind": "number", "name": "y", "tensor": "no"}]}
        answer = live.api.request("PATCH", f"versions/{version}", json={"interface": wrong})
        assert answer.json()["errors"][0]["field"] == "interface.inputs.0.tensor"
        confirmed = live.api.request("PATCH", f"versions/{version}", json={"interface": proposed}).json()
        assert (confirmed["interface"], confirmed["proposed_interface"]) == (proposed, None)
        assert live.api.request("POST", path, json={"name": "Now", "version": version}).status_code == 201

    def test_refuses_a_file_that_is_not_the_announced_one(self, live: LiveLab) -> None:
        """One byte was flipped on its way; the announced hash tells."""
        data = doubling()
        flipped = data[:-1] + bytes([data[-1] ^ 1])
        announced = announce(live.api, model_of(live.lab), Given(data), PART)
        etags = send(announced["upload"]["parts"], Given(flipped), PART)
        complete(live.api, announced["version"]["id"], etags)
        shown = live.decided(announced["version"]["id"])
        assert (shown["state"], shown["rejected"]["rule"]) == ("rejected", "hash_mismatch")

    def test_lends_nobody_a_file_by_its_checksum_alone(self, live: LiveLab) -> None:
        """The worker holds the file of another version; who announces its checksum must still have its bytes."""
        data = doubling()
        live.decided(live.upload(Given(data)))
        announced = announce(live.api, model_of(live.lab), Given(data), PART, notes="Again")
        etags = send(announced["upload"]["parts"], Given(bytes(len(data))), PART)
        complete(live.api, announced["version"]["id"], etags)
        assert live.decided(announced["version"]["id"])["state"] == "rejected"

    def test_of_what_is_there_already_gives_that_version(self, live: LiveLab) -> None:
        columns = [{"name": "size", "unit": "mm", "minimum": 0}]
        interface = {
            "inputs": [{"kind": "table", "name": "x", "columns": columns}],
            "outputs": [{"kind": "number", "name": "y"}],
        }
        card = {"not_for": "Halving."}
        file, facts = (
            Given(doubling()),
            {"notes": "Twice", "card": card, "interface": interface, "example": {"x": [2.0]}},
        )
        version = live.upload(file, **facts)
        live.decided(version)
        body = {"size": file.size, "sha256": file.sha256(PART)} | facts
        path = f"models/{model_of(live.lab)}/versions"
        for key in ({}, {"Idempotency-Key": "twin"}, {"Idempotency-Key": "twin"}):
            answer = live.api.request("POST", path, json=body, headers=key)
            given = answer.json()
            assert (answer.status_code, given["version"]["id"], given["upload"]["parts"]) == (200, version, [])
            assert "nothing new was made" in given["notices"][0]
        number = given["version"]["number"]
        assert live.api.request("GET", f"models/{model_of(live.lab)}").json()["versions"][0]["number"] == number
        for other in ({"notes": "Thrice"}, {"example": {"x": [3.5]}}, {"card": {"purpose": "Doubles."}}):
            made = live.api.request("POST", path, json=body | other)
            assert made.status_code == 201
            assert made.json()["notices"] == [f"v{number} holds the same file."]
            live.api.request("DELETE", f"versions/{made.json()['version']['id']}")

    def test_without_a_card_takes_over_the_one_before(self, live: LiveLab) -> None:
        model = live.api.request("POST", f"projects/{live.lab.project.pk}/models", json={"name": "carded"}).json()
        path = f"models/{model['id']}/versions"
        body = {"size": 10, "sha256": "ab" * 32}
        told = []
        for card in ({"not_for": "Diagnosis."}, {}, {"purpose": "Ranks."}, {}):
            made = live.api.request("POST", path, json=body | {"card": card}).json()
            said = {name: text for name, text in made["version"]["card"].items() if text}
            told.append((said, len(made["notices"])))
        first, last = {"not_for": "Diagnosis."}, {"purpose": "Ranks."}
        assert told == [(first, 0), (first, 1), (last, 0), (last, 1)]

    def test_refuses_what_is_no_model_and_says_so(self, live: LiveLab) -> None:
        shown = live.decided(live.upload(File(4000)))
        assert shown["state"] == "rejected"
        assert shown["rejected"]["rule"]
        assert shown["rejected"]["reason"].endswith((".", "”"))

    def test_that_failed_is_tried_again(self, live: LiveLab) -> None:
        version = live.upload(Given(doubling()), notes="Failing")
        live.decided(version)
        answer = live.api.request("POST", f"versions/{version}/inspect")
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        with team_context(live.lab.alice):
            Version.objects.filter(pk=version).update(state="failed", error={"code": "internal", "message": "Ours."})
        assert live.api.request("POST", f"versions/{version}/inspect").json()["state"] == "inspecting"
        shown = live.decided(version)
        assert (shown["state"], shown["error"]) == ("ready", None)


CLIENT = """
import re, sys
from pathlib import Path
from atrium_client import Atrium
from atrium_client.progress import Progress
from atrium_client.transfer import Place, send

def memory(name):
    return int(re.search(name + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

url, token, model, path, sha256 = sys.argv[1:]
atrium, file = Atrium(url, token), Path(path)
atrium._connection.get("me", action="connect")
before = memory("VmRSS")
body = {"format": "onnx", "size": file.stat().st_size, "sha256": sha256, "notes": "", "card": {}}
with Progress("upload", body["size"], shown=False) as progress:
    version = send(atrium._connection, Place.model(model), file, body, progress)
print(version["id"], (memory("VmHWM") - before) * 1024)
"""
"""The client's own transfer, without its export: it prints the version and how many bytes its memory grew."""


class Growth:
    """How much the memory of the running web and worker grows, sampled whenever asked."""

    def __init__(self) -> None:
        self.processes: dict[str, psutil.Process] = {}
        for process in psutil.Process().children(recursive=True):
            command = " ".join(process.cmdline())
            for name, mark in (("web", "atrium.config.asgi"), ("worker", "-m gpu_workers --pool")):
                if mark in command:
                    self.processes.setdefault(name, process)
        assert set(self.processes) == {"web", "worker"}
        self.before = {name: process.memory_info().rss for name, process in self.processes.items()}
        self.most = dict(self.before)

    def sample(self) -> None:
        for name, process in self.processes.items():
            self.most[name] = max(self.most[name], process.memory_info().rss)

    def figures(self) -> dict[str, int]:
        return {name: self.most[name] - self.before[name] for name in self.processes}


def test_a_large_file_needs_no_more_memory_than_a_part(
    live: LiveLab, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Random bytes, so the inspection reads all of them and refuses them. 256 MiB, or by --large 2 GiB."""
    mebibytes = 2048 if request.config.getoption("--large") else 256
    path, digest = tmp_path / "random.onnx", sha256()
    with path.open("wb") as file:
        for _ in range(mebibytes):
            piece = os.urandom(2**20)
            digest.update(piece)
            file.write(piece)
    live.decided(live.upload(File(PART, seed=7)))  # what is loaded once is not growth
    growth, begun = Growth(), time.monotonic()
    arguments = [site().url, live.lab.token(), str(model_of(live.lab)), str(path), digest.hexdigest()]
    command = [sys.executable, "-c", CLIENT, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "frontend" / "notebook"), "HOME": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as client:
        while client.poll() is None:
            growth.sample()
            time.sleep(0.05)
        assert client.stdout is not None
        version, grown = client.stdout.read().split()
    sent = time.monotonic()
    while live.api.request("GET", f"versions/{version}").json()["state"] == "inspecting":
        growth.sample()
        assert time.monotonic() < sent + 300
        time.sleep(0.05)
    figures = growth.figures() | {"client": int(grown)}
    told = ", ".join(f"{name} {figure / 2**20:.0f} MiB" for name, figure in figures.items())
    seconds = f"sent in {sent - begun:.1f} s, read in {time.monotonic() - sent:.1f} s"
    sys.stdout.write(f"{mebibytes} MiB: {seconds}; memory grew by {told}\n")
    assert live.api.request("GET", f"versions/{version}").json()["state"] == "rejected"
    assert max(figures.values()) < LIMIT, told
    assert live.api.request("DELETE", f"versions/{version}").status_code == 204
