"""Rows as a file: asked for, taken away, made a dataset of, and gone after a week."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from django.utils import timezone

from apps.analyses.chores import ANSWER_LIFE, sweep_team
from apps.analyses.models import Answer
from apps.artifacts.models import Artifact, key_of
from apps.datasets.models import DatasetVersion
from apps.jobs.models import Job
from atrium import storage
from atrium.access.principals import Role
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.schema import Api
from tests.tables import ready_table

from .tables import EXPORT, JSON, VIEW, Asked, page_of

AT_ONCE = {"Prefer": "wait=0"}
ROWS = b"case,age\r\n1,57\r\n"


def ended(asked: Asked) -> tuple[UUID, UUID]:
    """(answer, file) of the export that waits, answered, its file in the store."""
    [answer] = [row for row in asked.answers() if row.state == Answer.State.QUEUED]
    assert answer.file_id is not None
    storage.put(key_of(asked.lab.team.pk, answer.file_id), ROWS, "text/csv")
    asked.end_all(made=asked.export(rows=1, size=len(ROWS)))
    return answer.pk, answer.file_id


def events(asked: Asked) -> list[Any]:
    with team_context(asked.lab.alice):
        return list(Event.objects.filter(what="dataset.exported").values_list("subject_id", "data"))


class TestFromThePage:
    def test_is_accepted_and_found_by_asking_once_more(self, asked: Asked) -> None:
        client = page_of(asked.lab.member("Bob", Role.MEMBER))
        first = client.post(f"{asked.debugger}export", EXPORT, JSON, headers=AT_ONCE)
        answer, _ = ended(asked)
        assert (first.status_code, first.json()) == (202, {"id": str(answer)})
        assert first["Location"] == f"{asked.debugger}answers/{answer}"
        again = client.post(f"{asked.debugger}export", EXPORT, JSON, headers=AT_ONCE)
        url = f"{asked.debugger}answers/{answer}/file"
        assert again.json() == {"url": url, "name": "rows-v1-1-rows.csv", "rows": 1, "size": len(ROWS)}
        assert len(asked.jobs()) == 1
        assert events(asked) == []
        ready_table(asked.lab.alice, asked.lab.project, "rows")
        assert client.get(url.replace("/v1/", "/v2/")).status_code == 404
        assert events(asked) == []
        there = client.get(url)
        assert there.status_code == 302
        file = httpx.get(there["Location"])
        assert (file.content, file.headers["Content-Disposition"]) == (
            ROWS,
            'attachment; filename="rows-v1-1-rows.csv"',
        )
        assert events(asked) == [(asked.version.pk, {"rows": 1})]

    def test_is_not_for_viewers(self, asked: Asked) -> None:
        vera = page_of(asked.lab.member("Vera", Role.VIEWER))
        assert vera.post(f"{asked.debugger}export", EXPORT, JSON, headers=AT_ONCE).status_code == 403
        page_of(asked.lab.alice).post(f"{asked.debugger}export", EXPORT, JSON, headers=AT_ONCE)
        answer, _ = ended(asked)
        assert vera.get(f"{asked.debugger}answers/{answer}").status_code == 200
        assert vera.get(f"{asked.debugger}answers/{answer}/file").status_code == 403

    def test_takes_exports_only(self, asked: Asked) -> None:
        client = page_of(asked.lab.alice)
        answer = client.post(f"{asked.debugger}export", {"type": "view"}, JSON, headers=AT_ONCE)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "type")
        assert asked.jobs() == []


class TestByTheApi:
    def test_a_program_is_told_where_the_file_lies(self, asked: Asked) -> None:
        api = Api(asked.lab.token())
        ask = f"dataset-versions/{asked.version.pk}/ask"
        assert api.post(ask, EXPORT, **AT_ONCE)[0] == 202
        answer, _ = ended(asked)
        assert api.post(ask, EXPORT)[1]["rows"] == 1
        status, file = api.get(f"answers/{answer}/file")
        assert (status, file["name"], file["sha256"]) == (200, "rows-v1-1-rows.csv", "ab" * 32)
        assert httpx.get(file["url"]).content == ROWS

    def test_what_is_no_file_is_not_found(self, asked: Asked) -> None:
        api = Api(asked.lab.token())
        _, told = api.post(f"dataset-versions/{asked.version.pk}/ask", {"type": "view"}, **AT_ONCE)
        asked.end_all()
        assert api.get(f"answers/{told['id']}/file")[0] == 404


class TestAsADataset:
    def test_the_rows_become_a_version_with_their_origin(self, asked: Asked) -> None:
        client = page_of(asked.lab.alice)
        body = {"name": "At night", "notes": "Looked odd.", "view": VIEW, "of": "a"}
        address = f"{asked.debugger}dataset"
        assert client.post(address, body, JSON, headers=AT_ONCE).status_code == 202
        answer, file_id = ended(asked)
        made = client.post(address, body, JSON, headers=AT_ONCE)
        told = made.json()
        assert (made.status_code, told["name"]) == (201, "At night v1")
        assert told["url"] == asked.debugger.replace("/rows/v1/debugger/", "/at-night/v1/")
        with team_context(asked.lab.alice):
            version = DatasetVersion.objects.get(pk=told["id"])
            assert (version.state, version.file_id, version.notes) == ("reading", file_id, "Looked odd.")
            assert (version.made_from or {})["version"] == str(asked.version.pk)
            assert Job.objects.filter(kind="ingest", subject=version.pk).count() == 1
            assert not Answer.objects.filter(pk=answer).exists()
            assert Artifact.objects.filter(pk=file_id).exists()

    def test_viewers_make_none(self, asked: Asked) -> None:
        client = page_of(asked.lab.member("Vera", Role.VIEWER))
        body = {"name": "At night", "view": VIEW, "of": "a"}
        assert client.post(f"{asked.debugger}dataset", body, JSON, headers=AT_ONCE).status_code == 403
        assert asked.jobs() == []

    def test_a_csv_is_none(self, asked: Asked) -> None:
        api = Api(asked.lab.token())
        api.post(f"dataset-versions/{asked.version.pk}/ask", EXPORT, **AT_ONCE)
        answer, _ = ended(asked)
        assert api.post(f"answers/{answer}/dataset", {"name": "x"})[1]["errors"][0]["field"] == "format"


class TestTheirEnd:
    def test_comes_after_a_week_and_takes_the_file_along(self, asked: Asked) -> None:
        page_of(asked.lab.alice).post(f"{asked.debugger}export", EXPORT, JSON, headers=AT_ONCE)
        answer, file_id = ended(asked)
        key = key_of(asked.lab.team.pk, file_id)
        with team_context(asked.lab.alice):
            assert not sweep_team()
            assert storage.size(key) == len(ROWS)
            Answer.objects.update(last_asked_at=timezone.now() - ANSWER_LIFE - timedelta(hours=2))
            sweep_team()
            assert not Answer.objects.exists()
            assert not Artifact.objects.filter(pk=file_id).exists()
        assert storage.size(key) is None
        told = page_of(asked.lab.alice).get(f"{asked.debugger}answers/{answer}")
        assert (told.status_code, told.json()["code"]) == (404, "not_found")

    def test_is_put_off_by_asking(self, asked: Asked) -> None:
        client = page_of(asked.lab.alice)
        client.post(f"{asked.debugger}export", EXPORT, JSON, headers=AT_ONCE)
        ended(asked)
        with team_context(asked.lab.alice):
            Answer.objects.update(last_asked_at=timezone.now() - ANSWER_LIFE - timedelta(hours=2))
        assert client.post(f"{asked.debugger}export", EXPORT, JSON, headers=AT_ONCE).status_code == 200
        with team_context(asked.lab.alice):
            sweep_team()
            assert Answer.objects.count() == 1

    def test_comes_with_the_versions(self, asked: Asked) -> None:
        page_of(asked.lab.alice).post(f"{asked.debugger}export", EXPORT, JSON, headers=AT_ONCE)
        _, file_id = ended(asked)
        page_of(asked.lab.alice).post(f"{asked.debugger}ask", {"type": "view"}, JSON, headers=AT_ONCE)
        asked.forget()
        assert storage.size(key_of(asked.lab.team.pk, file_id)) is None
        assert asked.answers() == []
        assert [job.cancel_requested for job in asked.jobs() if job.state == Job.State.QUEUED] == [True]
