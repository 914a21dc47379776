"""The keys of the store: each names a team and an artifact, and opens to nobody without a signature for it."""

import re
from uuid import UUID

import httpx
import pytest
from django.conf import settings

from apps.artifacts.models import Artifact
from apps.artifacts.services import keep, stage
from apps.artifacts.uploads import begin, parts
from atrium import storage
from atrium.tenancy.context import team_context
from tests.people import Lab

KEY = re.compile(r"team/(?P<team>[0-9a-f-]{36})/(?P<artifact>[0-9a-f-]{36})")
REFUSED: tuple[int, ...] = (400, 401, 403)
"""Servers differ in what they say to a request that is not signed."""
LARGE = bytes(settings.INLINE_BYTES + 1)


@pytest.fixture
def artifact(lab: Lab) -> Artifact:
    staged = stage(lab.team.pk, LARGE, "image/png")
    with team_context(lab.alice):
        return keep([staged])[0]


def at(key: str) -> str:
    return f"{settings.S3_URL}/{settings.S3_BUCKET}/{key}"


def test_a_key_names_its_team_and_its_artifact(artifact: Artifact) -> None:
    found = KEY.fullmatch(artifact.key)
    assert found is not None
    assert (UUID(found["team"]), UUID(found["artifact"])) == (artifact.team_id, artifact.pk)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_nobody_reaches_an_object_without_a_signature(artifact: Artifact, method: str) -> None:
    assert httpx.request(method, at(artifact.key)).status_code in REFUSED
    assert storage.get(artifact.key) == LARGE


def test_nobody_lists_them(artifact: Artifact) -> None:
    for address in (at(""), f"{at('')}?list-type=2", f"{settings.S3_URL}/", f"{at('')}?uploads"):
        answer = httpx.get(address)
        assert 400 <= answer.status_code < 500
        assert str(artifact.pk) not in answer.text


def test_a_signature_for_one_team_opens_nothing_of_another(lab: Lab, other_lab: Lab, artifact: Artifact) -> None:
    theirs = stage(other_lab.team.pk, LARGE, "image/png")
    with team_context(other_lab.alice):
        [other] = keep([theirs])
    for method, url in (("GET", storage.presign_get(artifact.key, 60)), ("PUT", storage.presign_put(artifact.key, 60))):
        for key in (
            other.key,
            f"{artifact.key}/../../{other.team_id}/{other.pk}",
            other.key.replace("team/", "team//"),
        ):
            assert httpx.request(method, url.replace(artifact.key, key)).status_code in REFUSED
    assert storage.get(other.key) == LARGE


def test_the_part_of_one_upload_is_no_part_of_another(lab: Lab, other_lab: Lab) -> None:
    mine, theirs = (begin(one.team.pk, 4, bytes(32), "application/octet-stream", 9) for one in (lab, other_lab))
    [part] = parts(mine)
    for url in (part.url.replace(mine.key, theirs.key), part.url.replace(mine.upload, theirs.upload)):
        assert httpx.put(url, content=b"1234").status_code in (400, 403, 404)
    assert storage.listed_parts(theirs.key, theirs.upload) == {}
    for each in (mine, theirs):
        storage.abort_upload(each.key, each.upload)
