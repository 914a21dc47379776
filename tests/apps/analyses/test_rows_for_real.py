"""Rows with pictures, hostile ones among them: shown small, opened as cases, each with where it is from."""

import io
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy import full, uint8

from apps.endpoints.models import Prediction
from atrium.access.principals import Member, Role
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from atrium_client.png import encode
from infra.dev.processes import Process
from tests.apps.endpoints.served import Served
from tests.browsing import signed_in
from tests.services import site
from tests.waiting import PATIENCE, until


def film(level: int, side: int = 40) -> bytes:
    return encode(full((side, side), level, uint8))


def bomb() -> bytes:
    """Some bytes that say that they are 50,000 pixels square."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


FILMS: list[tuple[bytes | None, str]] = [
    (film(20), ""),
    (None, "“film” is empty."),
    (film(240, 400), ""),
    (film(30)[:60], "damaged"),
    (bomb(), "megapixels"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
    (b"MZ" + bytes(200), "no picture"),
    (film(20), ""),
]
CODES = {3: "input_damaged", 4: "input_too_large", 5: "input_unsupported", 6: "input_not_an_image"}


class There:
    """A table of films beside a model that says whether one is bright, and a browser's session."""

    def __init__(self, folder: Path) -> None:
        self.served = Served()
        rows = [{"bytes": data, "path": "x.png"} for data, _ in FILMS]
        columns = {
            "film": pa.array(rows),
            "study": [f"CXR-{row}" for row in range(len(rows))],
            "level": list(range(len(rows))),
            "finding": ["bright", "dark"] * 4,
        }
        pq.write_table(pa.table(columns | {"p": [0.5] * len(rows)}), folder / "films.parquet")
        roles = {"study": "id", "finding": "label", "p": "probability:reader:bright"}
        self.version = self.served.project.dataset("Films", folder / "films.parquet", roles, progress=False)
        self.lab, self.slug = self.served.lab, "brightness"

    def page(self, member: Member) -> httpx.Client:
        client = httpx.Client(
            base_url=f"{self.version.url}debugger/", headers={"Accept": "application/json"}, timeout=60
        )
        client.cookies.set("sessionid", signed_in(member).cookies["sessionid"].value)
        client.cookies.set("csrftoken", "a" * 32)
        client.headers.update({"X-CSRFToken": "a" * 32, "Origin": site().url})
        return client

    def told(self, client: httpx.Client, path: str, body: Any) -> httpx.Response:
        """The answer, however long a busy machine takes."""
        end = time.monotonic() + PATIENCE
        while (answer := client.post(path, json=body, headers={"Prefer": "wait=5"})).status_code == 202:
            assert time.monotonic() < end
        return answer

    def unanswered(self) -> bool:
        with team_context(self.lab.alice):
            return Prediction.objects.filter(state=Prediction.State.QUEUED).exists()


@pytest.fixture(scope="module")
def there(web_process: Process, worker_process: Process, tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    made = There(tmp_path_factory.mktemp("films"))
    yield made
    made.served.api.close()


def test_pictures_are_shown_small_and_hostile_ones_refused(there: There) -> None:
    vera = there.lab.member("Vera", Role.VIEWER)
    rows = list(range(len(FILMS)))
    with there.page(vera) as client:
        told = there.told(client, "pictures", {"column": "film", "rows": rows})
        assert told.status_code == 200, told.text
        shown = told.json()["pictures"]
        assert [(each["row"], each["id"]) for each in shown] == [(row, f"CXR-{row}") for row in rows]
        assert shown[1]["url"] is None
        for row in (0, 2):
            picture = client.get(f"{site().url}{shown[row]['url']}?side=160")
            assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png"), picture.text
            assert struct.unpack(">II", picture.content[16:24]) == ((40, 40), (160, 160))[row // 2]
            assert (picture.headers["X-Content-Type-Options"], picture.headers["Cache-Control"][:7]) == (
                "nosniff",
                "private",
            )
            again = client.get(
                f"{site().url}{shown[row]['url']}?side=160", headers={"If-None-Match": picture.headers["ETag"]}
            )
            assert (again.status_code, again.content) == (304, b"")
        for row, code in CODES.items():
            refused = client.get(f"{site().url}{shown[row]['url']}?side=160")
            assert (refused.status_code // 100, refused.json()["code"]) == (4, code)
            assert b"script" not in refused.content
        assert client.get(site().url + shown[0]["url"].replace("pictures/0", "pictures/99")).status_code == 404
        assert there.told(client, "cases/open", {}).status_code == 403
        assert client.get("cases").status_code == 403


def test_rows_are_opened_as_cases_and_those_that_cannot_be_are_said(there: There) -> None:
    bob = there.lab.member("Bob", Role.MEMBER)
    with there.page(bob) as client:
        [offer] = client.get("cases").json()["endpoints"]
        assert (offer["id"], offer["mapping"]) == (there.served.endpoint, {"film": "film"})
        rows = list(range(len(FILMS)))[::-1]
        body = {"endpoint": offer["id"], "mapping": offer["mapping"], "rows": rows}
        told = there.told(client, "cases/open", body)
        assert told.status_code == 200, told.text
        opened = told.json()
        assert opened["opened"] == 3
        reasons = {each["row"]: each["reason"] for each in opened["refused"]}
        assert set(reasons) == {row for row, (_, said) in enumerate(FILMS) if said}
        assert all(FILMS[row][1] in reason for row, reason in reasons.items()), reasons
        until(lambda: not there.unanswered())
        again = there.told(client, "cases/open", body).json()
        assert again == opened  # the same predictions, which nobody is charged for twice
        bench = client.get(site().url + opened["url"], headers={"Accept": "text/html"})
        assert bench.status_code == 200
    ids = opened["url"].partition("?cases=")[2].partition("#")[0].split(",")
    with team_context(bob):
        found = [Prediction.objects.get(pk=each) for each in ids]
        assert [each.came_from["row"] for each in found if each.came_from] == [7, 2, 0]
        assert [each.came_from["id"] for each in found if each.came_from] == ["CXR-7", "CXR-2", "CXR-0"]
        assert found[0].original_sha256 == found[2].original_sha256  # two rows of one picture are one case
        assert {each.came_from["dataset"] for each in found if each.came_from} == {"Films"}
        notes = Event.objects.filter(what="dataset.opened_rows").values_list("data", flat=True)
        assert {note["rows"] for note in notes} == {3}


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"mapping": {"film": "level"}}, 400, "“film” takes pictures; “level” holds numbers."),
        ({"mapping": {}}, 400, "“film” needs a column."),
        ({"mapping": {"picture": "film"}}, 400, "There is no input “picture”."),
        ({"rows": [99]}, 422, "Rows are counted from 0 to 7."),
        ({"rows": list(range(60))}, 422, "between 1 and 50 rows"),
        ({"endpoint": "0190c0de-0000-7000-8000-000000000000"}, 404, ""),
    ],
)
def test_what_cannot_be_opened_is_refused(there: There, change: dict[str, Any], status: int, said: str) -> None:
    with there.page(there.lab.alice) as client:
        body = {"endpoint": there.served.endpoint, "mapping": {"film": "film"}, "rows": [0]}
        told = there.told(client, "cases/open", body | change)
    assert (told.status_code, said in told.text) == (status, True), told.text


def asked(there: There, question: dict[str, Any]) -> tuple[Any, bytes]:
    """By a program: the answer, and the file beside it."""
    api, end = there.served.api, time.monotonic() + PATIENCE
    while (answer := api.request("POST", f"dataset-versions/{there.version.id}/ask", json=question)).status_code == 202:
        assert time.monotonic() < end
    url = api.request("GET", f"answers/{answer.headers['Atrium-Answer']}/file").json()["url"]
    return answer.json(), httpx.get(url).content


def test_an_export_has_the_pictures_whole(there: There) -> None:
    _, file = asked(there, {"type": "export", "view": {"type": "view"}, "format": "parquet"})
    assert pq.read_table(io.BytesIO(file))["film"].to_pylist() == [data for data, _ in FILMS]


def test_a_program_takes_some_rows_exactly(there: There) -> None:
    told, file = asked(there, {"type": "take", "rows": [2, 0], "columns": ["level", "film"]})
    assert [level for level, _ in told["values"]] == [2, 0]
    assert [file[each["start"] :][: each["size"]] for _, each in told["values"]] == [FILMS[2][0], FILMS[0][0]]


def test_what_is_tried_on_a_case_keeps_its_row_and_finds_its_answer(there: There) -> None:
    with there.page(there.lab.alice) as client:
        body = {"endpoint": there.served.endpoint, "mapping": {"film": "film"}, "rows": [2]}
        case = there.told(client, "cases/open", body).json()["url"].rpartition("#")[2]
    film = {"film": {"prediction": case}}
    status, same = there.served.predict({"inputs": film}, Prefer="wait=30")
    assert (status, same["id"], same["stored"]) == (200, case, True)
    cover = [{"kind": "occlude", "x": 0, "y": 0, "w": 1, "h": 1, "fill": "black"}]
    _, covered = there.served.predict({"inputs": film, "edits": cover}, Prefer="wait=30")
    assert (covered["original"], covered["came_from"]["row"]) == (case, 2)
    assert covered["answer"]["finding"]["scores"] != same["answer"]["finding"]["scores"]
