"""A recording by REST, by the client, on the pages: sent, edited, answered with another recording, taken away."""

import json
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from django.test import Client

from apps.endpoints.models import Prediction, PredictionArtifact
from atrium.tenancy.context import team_context
from atrium_client import Atrium, Audio, AudioResult, Number, NumberResult, Sound
from atrium_client.sounds import sound_of
from infra.dev.processes import Process
from tests.browsing import signed_in, text_of
from tests.gpu_workers.inputs.sounds import pcm, tones
from tests.models import loudness
from tests.people import Lab
from tests.schema import LiveApi
from tests.services import site

VOICE = pcm(tones(), 16)
SILENCED = {"kind": "mask", "start_s": 0, "end_s": 0.1}


class Listening:
    """A lab whose endpoint says how loud a recording is."""

    def __init__(self) -> None:
        self.lab = Lab.make()
        self.token = self.lab.token()
        project = Atrium(site().url, self.token).project("Sounds", create=True)
        version = project.upload(
            "loudness",
            loudness(),
            inputs=[Audio("voice", rate_hz=8000, max_seconds=5)],
            outputs=[Number("loudness"), Audio("turned", rate_hz=8000)],
            example=[Sound(tones()[:, 0], 8000)],
        )
        self.project, self.endpoint = project, version.deploy()
        self.address = f"endpoints/{self.endpoint.id}/predictions"
        self.api = LiveApi(site().url, self.token)


@pytest.fixture(scope="module")
def listening(web_process: Process, worker_process: Process) -> Iterator[Listening]:
    made = Listening()
    yield made
    made.api.close()


def url_of(data: bytes) -> str:
    return "data:audio/wav;base64," + b64encode(data).decode()


def test_it_is_answered_with_a_number_and_a_recording(listening: Listening) -> None:
    answer = listening.api.request("POST", listening.address, json={"inputs": {"voice": url_of(VOICE)}})
    found = answer.json()
    assert (answer.status_code, found["state"]) == (200, "succeeded"), found
    sent = found["inputs"]["voice"]
    assert (sent["kind"], sent["rate_hz"], sent["channels"], sent["seconds"]) == ("audio", 8000, 1, 0.2)
    assert found["answer"]["loudness"]["value"] == pytest.approx(np.abs(tones()).mean(), abs=1e-4)
    assert found["answer"]["turned"]["seconds"] == 0.2
    stored = listening.api.request("GET", sent["url"])
    assert stored.headers["Content-Type"] == "audio/wav"
    assert stored.headers["X-Content-Type-Options"] == "nosniff"
    small = listening.api.request("GET", sent["thumbnail"])
    assert (small.headers["Content-Type"], small.content[:4]) == ("image/png", b"\x89PNG")


def test_edits_change_what_the_model_is_given(listening: Listening) -> None:
    first = listening.api.request("POST", listening.address, files={"voice": ("a.mp3", VOICE)}, data={}).json()
    body = {"inputs": {"voice": {"prediction": first["id"]}}, "edits": [SILENCED]}
    second = listening.api.request("POST", listening.address, json=body).json()
    assert second["original"] == first["id"]
    assert second["answer"]["loudness"]["value"] == pytest.approx(np.abs(tones()[800:]).sum() / 1600, abs=1e-4)
    off = listening.api.request("POST", listening.address, json=body | {"edits": [SILENCED | {"off": True}]}).json()
    assert off["answer"]["loudness"] == first["answer"]["loudness"]
    assert off["rendered"]["voice"] == off["inputs"]["voice"]["url"] != second["rendered"]["voice"]


@pytest.mark.parametrize(
    ("given", "edits", "field", "code"),
    [
        ("no data URL", [], "inputs.voice", "audio"),
        (url_of(b"no sound, but text"), [], "inputs.voice", "input_unsupported"),
        (url_of(pcm(tones(seconds=6), 16)), [], "inputs.voice", "input_too_large"),
        (url_of(VOICE[:900]), [], "inputs.voice", "input_damaged"),
        (url_of(VOICE), [{"kind": "flip", "axis": "x"}], "edits.0.input", "unknown"),
        (url_of(VOICE), [SILENCED | {"end_s": 0}], "edits.0", "invalid"),
    ],
)
def test_what_is_refused_names_the_field(
    listening: Listening, given: str, edits: list[object], field: str, code: str
) -> None:
    answer = listening.api.request("POST", listening.address, json={"inputs": {"voice": given}, "edits": edits})
    assert answer.status_code in (400, 413, 422)
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code), error


def test_the_client_sends_arrays_and_hears_the_answer(listening: Listening, tmp_path: Path) -> None:
    stereo = np.column_stack([tones()[:, 0], tones()[:, 0]])
    answer = listening.endpoint.predict((stereo, 8000))
    heard = answer["turned"]
    assert isinstance(heard, AudioResult)
    assert np.abs(heard.sound().samples + tones()[:, 0]).max() < 1e-6
    path = tmp_path / "voice.wav"
    path.write_bytes(VOICE)
    loud = listening.endpoint.predict(path)["loudness"]
    assert isinstance(loud, NumberResult)
    assert float(loud) == pytest.approx(np.abs(tones()).mean(), abs=1e-4)


def test_pages_play_it_and_the_export_holds_it(listening: Listening) -> None:
    lab = listening.lab
    body = {"inputs": {"voice": url_of(VOICE)}, "edits": [SILENCED | {"end_s": 0.05}]}
    found = listening.api.request("POST", listening.address, json=body).json()
    alice: Client = signed_in(lab.alice)
    page = alice.get(f"/t/{lab.team.slug}/predictions/{found['id']}")
    assert "0.20 s, 8,000 Hz, mono" in text_of(page)
    assert "Silence 0.00 to 0.05 s" in text_of(page)
    assert page.content.decode().count("<audio") == 3
    with team_context(lab.alice):
        prediction = Prediction.objects.get(pk=found["id"])
        held = PredictionArtifact.objects.filter(prediction=prediction).select_related("artifact")
        assert {each.artifact.content_type for each in held} == {"audio/wav"}
        assert len(held) == 3
    flag = listening.api.request("POST", f"predictions/{found['id']}/flag", json={"verdict": "wrong"}).json()
    taken = alice.get(f"/t/{lab.team.slug}/{listening.project.slug}/inbox/export.zip")
    with zipfile.ZipFile(BytesIO(taken.getvalue())) as archive:
        own = {name: archive.read(name) for name in archive.namelist() if f"/{flag['id']}/" in name}
        [told] = [one for one in json.loads(archive.read("flags.json")) if one["id"] == flag["id"]]
    whole, silenced = (
        sound_of(own.pop(f"files/{flag['id']}/1-voice-{which}.wav")) for which in ("original", "rendered")
    )
    assert (own, whole.rate_hz, silenced.rate_hz) == ({}, 8000, 8000)
    assert np.abs(whole.samples.reshape(-1) - tones()[:, 0]).max() < 1e-4
    assert np.array_equal(silenced.samples[400:], whole.samples[400:])
    assert not silenced.samples[:400].any()
    assert told["edits"] == found["edits"]
