"""Stored pictures, whole and small: made once for a browser, never in front of predictions, holding no connection."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.artifacts import services
from apps.artifacts.models import Artifact
from apps.endpoints import pictures
from apps.endpoints.models import Prediction, PredictionArtifact
from apps.endpoints.selectors import file_for
from atrium import rendering
from atrium.access.principals import Guest
from atrium.errors import NotFound, Problem
from atrium.rendering import connections
from atrium.tenancy.context import team_context
from gpu_workers.protocol.rendering import Made, Reply, Request, Thumbnail
from tests.browsing import signed_in
from tests.people import PIXEL, Lab

SHOWN = Made(PIXEL, "", "image", {"width": 1, "height": 1})


def addresses(lab: Lab) -> list[tuple[Client, str, dict[str, str]]]:
    """A film, by the page and by the API."""
    film = lab.prediction(lab.alice).inputs["film"]["original"]
    token = {"Authorization": f"Bearer {lab.token()}"}
    return [
        (signed_in(lab.alice), f"/t/{lab.team.slug}/pictures/{film}?side=160", {}),
        (Client(), f"/api/v1/pictures/{film}?side=160", token),
    ]


def test_a_browser_that_has_it_is_told_so(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its hour is over: it asks again, and nothing is read or made. Another size is another picture."""
    made: list[int] = []
    held: list[bool] = []

    def read(artifact: Artifact) -> bytes:
        held.append(connection.connection is not None)
        return services.read(artifact)

    def thumbnail(data: bytes, kind: str, side: int) -> Made:
        made.append(side)
        return SHOWN

    monkeypatch.setattr(pictures, "read", read)
    monkeypatch.setattr(pictures, "thumbnail_now", thumbnail)
    for client, address, headers in addresses(lab):
        made.clear()
        first = client.get(address, headers=headers)
        assert (first.status_code, first.content) == (200, PIXEL)
        assert "private" in first["Cache-Control"]
        again = client.get(address, headers=headers | {"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert made == [160]
        other = client.get(address.replace("160", "320"), headers=headers | {"If-None-Match": first["ETag"]})
        assert (other.status_code, made) == (200, [160, 320])
    assert held == [False] * 4


def test_who_may_not_see_it_is_not_told_that_it_is_the_same(lab: Lab, other_lab: Lab) -> None:
    [(client, address, _), (_, api, _)] = addresses(lab)
    tag = client.head(address.partition("?")[0])["ETag"]
    stranger = {"Authorization": f"Bearer {other_lab.token()}", "If-None-Match": tag}
    assert Client().get(api.partition("?")[0], headers=stranger).status_code == 404


def tried_on(lab: Lab, original: Prediction, guests: list[Guest]) -> None:
    """Attempts on one film, which all of them hold."""
    film = original.inputs["film"]["original"]
    for guest in guests:
        attempt = lab.prediction(guest, original=original)
        with team_context(guest):
            PredictionArtifact.objects.filter(prediction=attempt).update(artifact=film)


@pytest.mark.parametrize("is_shown", [False, True])
def test_a_guest_sees_its_film_however_many_others_tried_it(lab: Lab, is_shown: bool) -> None:
    dana, erin = lab.guest(), lab.guest(name="Erin")
    original = lab.example().prediction if is_shown else lab.prediction(lab.alice)
    tried_on(lab, original, [erin] * 51)
    film = original.inputs["film"]["original"]
    with team_context(lab.alice):  # written last, it is found last
        PredictionArtifact.objects.filter(prediction=original).delete()
        PredictionArtifact.objects.create(prediction=original, artifact_id=film)
    if not is_shown:
        with team_context(dana), pytest.raises(NotFound):
            file_for(dana, film)
        tried_on(lab, original, [dana])
    with team_context(dana):
        assert str(file_for(dana, film).pk) == film


class Crowd:
    """Stands for the inputs process: a thumbnail takes until it is let go, everything else no time."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.asked = 0

    def ask(self, request: Request) -> Reply:
        if isinstance(request, Thumbnail):
            self.asked += 1
            self.begun.release()
            assert self.go.acquire(timeout=20)
        return SHOWN


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> Crowd:
    stands = Crowd()
    monkeypatch.setattr(connections, "ask_now", stands.ask)
    return stands


def test_thumbnails_stand_before_no_prediction(crowd: Crowd) -> None:
    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(rendering.thumbnail_now, PIXEL) for _ in range(8)]
        for done in range(8):
            assert crowd.begun.acquire(timeout=20)
            assert crowd.asked == done + 1
            assert rendering.decode_now(PIXEL, "image", {"mode": "L"}) == SHOWN
            crowd.go.release()
        assert [each.result(20) for each in waiting] == [SHOWN] * 8


def test_who_waits_too_long_is_told(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "TIMEOUT", 0.01)
    with ThreadPoolExecutor(1) as threads:
        first: Any = threads.submit(rendering.thumbnail_now, PIXEL)
        assert crowd.begun.acquire(timeout=20)
        with pytest.raises(Problem, match="small pictures"):
            rendering.thumbnail_now(PIXEL)
        crowd.go.release()
        assert first.result(20) == SHOWN
