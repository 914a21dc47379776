"""A part of a stored file: of one that lies in its row, and of one that lies in the store."""

import pytest
from django.test import Client
from pytest_django import Settings

from apps.endpoints.ranges import Part, Unsatisfiable, part_of
from tests.people import PIXEL, Lab


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-3", (0, 4)),
        ("bytes=2-", (2, 8)),
        ("bytes=-4", (6, 4)),
        ("bytes=-99", (0, 10)),
        ("bytes=8-99", (8, 2)),
        ("Bytes=9-9", (9, 1)),
        ("", None),
        ("bytes=-", None),
        ("bytes=5-2", None),
        ("bytes=0-1,4-5", None),
        ("bytes=a-b", None),
        ("lines=0-1", None),
    ],
)
def test_what_is_asked_for(asked: str, part: tuple[int, int] | None) -> None:
    assert part_of(asked, 10) == (None if part is None else Part(*part, 10))


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=12-14", "bytes=-0"])
def test_what_is_not_there(asked: str) -> None:
    with pytest.raises(Unsatisfiable):
        part_of(asked, 10)


@pytest.mark.parametrize("inline_bytes", [1 << 16, 8], ids=["in its row", "in the store"])
def test_parts_of_a_picture(lab: Lab, settings: Settings, inline_bytes: int) -> None:
    settings.INLINE_BYTES = inline_bytes
    film = lab.prediction(lab.alice).inputs["film"]["original"]
    address, token = f"/api/v1/pictures/{film}", {"Authorization": f"Bearer {lab.token()}"}
    whole = Client().get(address, headers=token)
    assert (whole.status_code, whole.content, whole["Accept-Ranges"]) == (200, PIXEL, "bytes")
    part = Client().get(address, headers=token | {"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, PIXEL[1:4])
    assert part["Content-Range"] == f"bytes 1-3/{len(PIXEL)}"
    assert part["X-Content-Type-Options"] == "nosniff"
    beyond = Client().get(address, headers=token | {"Range": "bytes=9999999-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(PIXEL)}")
    known = Client().get(address, headers=token | {"Range": "bytes=1-3", "If-None-Match": whole["ETag"]})
    assert known.status_code == 304
    other = Client().get(address, headers=token | {"Range": "bytes=1-3", "If-Range": '"another"'})
    assert (other.status_code, other.content) == (200, PIXEL)
    assert Client().get(address, headers={"Range": "bytes=1-3"}).status_code == 401
