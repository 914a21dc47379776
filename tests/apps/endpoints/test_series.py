"""A series by REST: as JSON, as a table, as a record of WFDB in two file fields, as a zip: one answer, one case."""

import json
from base64 import b64encode
from collections.abc import Iterator

import numpy as np
import pytest

from atrium_client import Atrium, Number, Series
from infra.dev.processes import Process
from tests.models import swing
from tests.people import Lab
from tests.schema import LiveApi
from tests.services import site

STORED = np.array([[400, -200, 100, 0], [40, 80, -20, -60]])
"""(leads, samples), in fifths of a thousandth of a volt: gain 200."""
VALUES = STORED / 200
HEADER = b"p 2 250 4\np.dat 16 200/mV 16 0 0 0 0 II\np.dat 16 200/mV 16 0 0 0 0 V1\n"
SAMPLES = STORED.T.astype("<i2").tobytes()
TABLE = "\n".join(["time,V1 (mV),II (mV)", *(f"{at / 250},{v1},{ii}" for at, (ii, v1) in enumerate(VALUES.T))]).encode()


@pytest.fixture(scope="module")
def ecg(web_process: Process, worker_process: Process) -> Iterator[tuple[LiveApi, str]]:
    lab = Lab.make()
    token = lab.token()
    version = (
        Atrium(site().url, token)
        .project("Leads", create=True)
        .upload(
            "swing",
            swing(),
            inputs=[Series("ecg", leads=("II", "V1"), unit="mV", rate_hz=250, max_seconds=10)],
            outputs=[Number("swing", unit="mV")],
            example=[{"values": VALUES.tolist(), "rate_hz": 250, "leads": ["II", "V1"], "unit": "mV"}],
        )
    )
    api = LiveApi(site().url, token)
    yield api, f"endpoints/{version.deploy().id}/predictions"
    api.close()


def test_it_is_one_series_however_it_comes(ecg: tuple[LiveApi, str]) -> None:
    api, address = ecg
    plain = {"values": VALUES.tolist(), "rate_hz": 250, "unit": "mV", "leads": ["II", "V1"]}
    micro = {"values": (VALUES * 1000).tolist(), "rate_hz": 250, "unit": "uV", "leads": ["II", "V1"]}
    as_file = "data:text/csv;base64," + b64encode(TABLE).decode()
    record = [("ecg", ("p.hea", HEADER)), ("ecg", ("p.dat", SAMPLES))]
    answers = [
        api.request("POST", address, json={"inputs": {"ecg": plain}}),
        api.request("POST", address, json={"inputs": {"ecg": micro}}),
        api.request("POST", address, json={"inputs": {"ecg": as_file}}),
        api.request("POST", address, files={"ecg": ("ecg.json", json.dumps(plain).encode())}, data={}),
        api.request("POST", address, files=record, data={}),
    ]
    for answer in answers:
        found = answer.json()
        assert (answer.status_code, found["state"]) == (200, "succeeded"), found
        assert found["answer"]["swing"]["value"] == pytest.approx(np.abs(VALUES).mean(), rel=1e-6)
        told = found["inputs"]["ecg"]
        assert (told["rate_hz"], sorted(told["leads"]), told["unit"], told["seconds"]) == (
            250, ["II", "V1"], "mV", 0.016,
        )  # fmt: skip
    digests = {answer.json()["inputs"]["ecg"]["sha256"] for answer in (answers[0], answers[3], answers[4])}
    assert len(digests) == 1


def test_a_record_without_its_samples_is_refused_in_words(ecg: tuple[LiveApi, str]) -> None:
    api, address = ecg
    answer = api.request("POST", address, files={"ecg": ("p.hea", HEADER)}, data={})
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("inputs.ecg", "input_unsupported")
    assert "Send its .dat files with it" in error["message"]
