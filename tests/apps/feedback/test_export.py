"""The table and the archive: complete, harmless to a spreadsheet, and for those who may read."""

import asyncio
import csv
import io
import json
import zipfile
from contextlib import closing
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.artifacts import services as artifacts
from apps.artifacts.models import Artifact
from apps.endpoints.models import Prediction
from apps.feedback.archive import Download
from atrium.access.principals import Role
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.people import PIXEL, Lab

from .cases import BOX, flagged, get, reviewer


def table(answer: Any) -> list[dict[str, str]]:
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_table_holds_every_judgement(lab: Lab) -> None:
    long = "Zeile 1\nZeile 2; „größer“, 心臓 🫀 " + "x" * 4000
    flag = flagged(lab, message=long, correction={"finding": "none"}, marks=[BOX])
    flagged(lab, reviewer(lab, "=HYPERLINK(1)"), message=" \t=1+1|evil", verdict="unsure")
    answer = get(lab, lab.alice, "export.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="films-flags.csv"'
    first, second = table(answer)
    assert first["flag"] == str(flag.pk)
    assert first["message"] == long
    assert (first["verdict"], first["status"], first["endpoint"], first["version"]) == (
        "wrong",
        "open",
        "Reader",
        "reader v1",
    )
    assert json.loads(first["correction"]) == {"finding": "none"}
    assert json.loads(first["marks"]) == [BOX]
    assert json.loads(first["edits"])[0]["kind"] == "occlude"
    assert second["reviewer"] == "'=HYPERLINK(1)"
    assert second["message"] == "'=1+1|evil"


def test_no_cell_of_the_file_begins_a_formula(lab: Lab) -> None:
    flagged(lab, reviewer(lab, "@Dana"), message="-2+3")
    rows = list(csv.reader(io.StringIO(get(lab, lab.alice, "export.csv").getvalue().decode("utf-8-sig"), newline="")))
    assert len(rows) == 2
    assert not [cell for row in rows for cell in row if cell.lstrip()[:1] in set("=+-@")]


def test_the_archive_holds_the_pictures(lab: Lab) -> None:
    flag = flagged(lab)
    answer = get(lab, lab.alice, "export.zip")
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        assert archive.read(f"pictures/{flag.pk}/1-film-original.png") == PIXEL
        [shown] = json.loads(archive.read("flags.json"))
        rows = list(csv.DictReader(io.StringIO(archive.read("flags.csv").decode("utf-8-sig"))))
    assert names == ["flags.csv", "flags.json", "coco.json", f"pictures/{flag.pk}/1-film-original.png"]
    assert shown["message"] == "It reads the marker."
    assert rows[0]["flag"] == str(flag.pk)


def unzipped(answer: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as found:
        return {name: found.read(name) for name in found.namelist()}


def test_a_damaged_picture_is_named_and_the_rest_is_there(lab: Lab) -> None:
    lost, kept = flagged(lab), flagged(lab)
    with team_context(lab.alice):
        film = Prediction.objects.get(pk=lost.prediction_id).inputs["film"]["original"]
        Artifact.objects.filter(pk=film).update(inline=None)  # it is looked for in the store, and is not there
    found = unzipped(get(lab, lab.alice, "export.zip"))
    assert json.loads(found["damaged.json"]) == [f"pictures/{lost.pk}/1-film-original.png"]
    assert found[f"pictures/{kept.pk}/1-film-original.png"] == PIXEL
    assert len(json.loads(found["flags.json"])) == 2


def test_no_connection_is_held_while_the_store_is_read(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the page and by the API. Batches as small as can be, so that the second picture follows a second one."""
    held: list[bool] = []

    def read(artifact: Artifact) -> bytes:
        held.append(connection.connection is not None)
        return artifacts.read(artifact)

    monkeypatch.setattr("apps.feedback.archive.read", read)
    monkeypatch.setattr("apps.feedback.exports.AT_ONCE", 1)
    flags = [flagged(lab) for _ in range(3)]
    found = unzipped(get(lab, lab.alice, "export.zip"))
    assert [shown["id"] for shown in json.loads(found["flags.json"])] == [str(flag.pk) for flag in flags]
    assert list(found)[3:] == [f"pictures/{flag.pk}/1-film-original.png" for flag in flags]
    address = f"/api/v1/projects/{lab.project.pk}/threads/export"
    told = Client().get(address, {"format": "zip"}, headers={"Authorization": f"Bearer {lab.token()}"})
    assert unzipped(told).keys() == found.keys()
    assert held == [False] * 6


def test_it_is_sent_piece_by_piece() -> None:
    """An asynchronous server must not read the whole file before it sends its beginning."""
    file = io.BytesIO(bytes(10 * Download.block_size))
    with closing(Download(file, "large.zip", "application/zip")) as answer:

        async def begin() -> bytes:
            return await anext(aiter(answer))

        assert len(asyncio.run(begin())) == file.tell() == Download.block_size


def test_an_empty_inbox_exports_its_head(lab: Lab) -> None:
    assert table(get(lab, lab.alice, "export.csv")) == []
    assert get(lab, lab.alice, "export.csv").getvalue().decode("utf-8-sig").startswith("flag,thread,")


def test_a_download_is_audited(lab: Lab) -> None:
    flagged(lab)
    unzipped(get(lab, lab.alice, "export.zip"))
    with team_context(lab.alice):
        event = Event.objects.get(what="feedback.exported")
    assert event.data == {"format": "zip", "flags": 1}


def test_viewers_may_and_strangers_find_nothing(lab: Lab, other_lab: Lab) -> None:
    flagged(lab)
    assert len(table(get(lab, lab.member("Vera", Role.VIEWER), "export.csv"))) == 1
    assert get(lab, other_lab.alice, "export.csv").status_code == 404
    assert table(get(other_lab, other_lab.alice, "export.csv")) == []
    assert get(lab, lab.alice, "export.exe").status_code == 404
