"""Endpoints that serve real files which no inspection has seen, and how they are asked."""

import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
from uuid6 import uuid7

from apps.artifacts.models import Artifact
from apps.endpoints.models import Endpoint
from apps.endpoints.services import create_endpoint
from apps.registry.models import Version
from atrium import storage
from atrium.tenancy.context import team_context
from tests.people import Lab, ready_version
from tests.services import site

OCTETS = "application/octet-stream"
OPEN = ("queued", "running")


@dataclass(frozen=True)
class Served:
    """One endpoint with one number in, `x`, and one out, `y`."""

    lab: Lab
    token: str
    endpoint_id: UUID
    sha256: str
    """Of its model's file."""

    def ask(self, x: float, wait: float = 0) -> httpx.Response:
        """wait: seconds for the answer."""
        return httpx.post(
            f"{site().url}/api/v1/endpoints/{self.endpoint_id}/predictions",
            json={"inputs": {"x": x}},
            headers={"Authorization": f"Bearer {self.token}", "Prefer": f"wait={wait:.0f}"},
            timeout=60,
        )

    def accepted(self, x: float) -> str:
        """The id of a prediction that is under way."""
        answer = self.ask(x)
        assert answer.status_code in (200, 202), answer.text
        return str(answer.json()["id"])

    def call(self, method: str, path: str) -> dict[str, Any]:
        answer = httpx.request(
            method, f"{site().url}/api/v1/{path}", headers={"Authorization": f"Bearer {self.token}"}, timeout=60
        )
        shown: dict[str, Any] = answer.raise_for_status().json()
        return shown

    def ended(self, prediction: str, seconds: float) -> dict[str, Any]:
        limit = time.monotonic() + seconds
        while (shown := self.call("GET", f"predictions/{prediction}"))["state"] in OPEN:
            assert time.monotonic() < limit, f"not within {seconds} s"
            time.sleep(0.02)
        return shown


def serve(lab: Lab, name: str, model: bytes, *, integer: bool = False, pool: str = "default") -> Served:
    """integer: whether the model takes int64."""
    artifact_id, digest = uuid7(), sha256(model)
    storage.put(f"team/{lab.alice.team_id}/{artifact_id}", model, OCTETS)
    number = {"kind": "number", "name": "x"} | ({"dtype": "int64"} if integer else {})
    interface = {"inputs": [number], "outputs": [{"kind": "number", "name": "y"}]}
    version = ready_version(lab.alice, lab.project, name, interface)
    with team_context(lab.alice):
        artifact = Artifact.objects.create(
            id=artifact_id, sha256=digest.digest(), size=len(model), content_type=OCTETS, inline=None
        )
        Version.objects.filter(pk=version.pk).update(artifact=artifact, batch_axis=None)
    endpoint = create_endpoint(lab.alice, lab.project.pk, name=name, version_id=version.pk)
    with team_context(lab.alice):
        Endpoint.objects.filter(pk=endpoint.pk).update(pool=pool)
    return Served(lab, lab.token(), endpoint.pk, digest.hexdigest())
