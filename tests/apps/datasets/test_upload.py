"""A table's way in by the API: announced, sent, gone on with, taken back; against the real store."""

from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from apps.artifacts.models import Artifact
from apps.datasets.models import Dataset, DatasetVersion
from apps.datasets.selectors import source_of
from apps.datasets.services import set_roles
from apps.datasets.uploading import version_from, withdraw_upload
from apps.jobs.models import Job
from apps.projects.services import create_project
from atrium import storage
from atrium.access.principals import Role, Scope
from atrium.audit.models import Event
from atrium.errors import Conflict, Problem
from atrium.tenancy.context import team_context
from tests.apps.registry.uploading import Given, send
from tests.people import Lab
from tests.schema import Api
from tests.tables import ready_table

SMALL = 64 * 1024
TABLE = Given(b"case,finding,p\n" + b"1,effusion,0.9\n" * 12_000)  # three parts of 64 KiB


@pytest.fixture
def api(lab: Lab, settings: Settings) -> Api:
    settings.PART_BYTES = SMALL
    return Api(lab.token())


@pytest.fixture
def dataset(lab: Lab, api: Api) -> str:
    status, made = api.post(f"projects/{lab.project.pk}/datasets", {"name": "Films of site B"})
    assert status == 201
    return str(made["id"])


def announce(api: Api, dataset: str, file: Given = TABLE, **fields: Any) -> tuple[int, Any]:
    body = {"format": "csv", "size": file.size, "sha256": file.sha256(SMALL), "filename": "b.csv"}
    return api.post(f"datasets/{dataset}/versions", body | fields)


def complete(api: Api, version: str, etags: dict[int, str] | None = None) -> tuple[int, Any]:
    sent = [{"number": number, "etag": etag} for number, etag in (etags or {}).items()]
    return api.post(f"dataset-versions/{version}/complete", {"parts": sent})


class TestDataset:
    def test_of_a_name_that_exists_is_that_one(self, lab: Lab, api: Api, dataset: str) -> None:
        status, again = api.post(f"projects/{lab.project.pk}/datasets", {"name": "Films of site B"})
        assert (status, again["id"]) == (200, dataset)
        _, listed = api.get(f"projects/{lab.project.pk}/datasets")
        assert [found["slug"] for found in listed["results"]] == ["films-of-site-b"]

    def test_goes_with_its_versions_and_their_bytes(self, lab: Lab, api: Api) -> None:
        version = ready_table(lab.alice, lab.project, "rows")
        assert api.delete(f"datasets/{version.dataset_id}")[0] == 204
        with team_context(lab.alice):
            assert not DatasetVersion.objects.exists()
            assert not Artifact.objects.filter(pk__in=[version.file_id, version.table_id]).exists()
            assert Event.objects.filter(what="dataset.deleted").count() == 1


class TestUpload:
    def test_of_all_parts_is_read_by_a_worker(self, lab: Lab, api: Api, dataset: str) -> None:
        status, announced = announce(api, dataset, notes="Three sites")
        assert status == 201
        version = announced["version"]
        assert (version["number"], version["state"], version["dataset_name"]) == (1, "uploading", "Films of site B")
        assert complete(api, version["id"])[1]["code"] == "upload_incomplete"
        status, shown = complete(api, version["id"], send(announced["upload"]["parts"], TABLE, SMALL))
        assert (status, shown["state"], shown["sha256"]) == (200, "reading", TABLE.sha256(SMALL))
        assert complete(api, version["id"])[0] == 200
        with team_context(lab.alice):
            row = DatasetVersion.objects.select_related("file").get(pk=version["id"])
            [job] = Job.objects.filter(subject=row.pk)
        assert (job.kind, job.project_id) == ("ingest", lab.project.pk)
        assert storage.get(row.file.key) == TABLE.data

    def test_that_was_cut_goes_on_when_it_is_announced_again(self, lab: Lab, api: Api, dataset: str) -> None:
        _, first = announce(api, dataset)
        send(first["upload"]["parts"], TABLE, SMALL, only={2})
        status, again = announce(api, dataset)
        assert (status, again["version"]["id"]) == (201, first["version"]["id"])
        assert [part["done"] for part in again["upload"]["parts"]] == [False, True, False]
        _, upload = api.get(f"dataset-versions/{first['version']['id']}/upload")
        assert [part["done"] for part in upload["parts"]] == [False, True, False]
        send(again["upload"]["parts"], TABLE, SMALL)
        assert complete(api, first["version"]["id"])[1]["state"] == "reading"

    def test_of_a_file_that_is_there_sends_nothing(self, lab: Lab, api: Api) -> None:
        data = b"case,finding\n"
        version = ready_table(lab.alice, lab.project, "rows")
        status, again = announce(api, str(version.dataset_id), Given(data))
        assert (status, again["version"]["id"], again["upload"]["parts"]) == (200, str(version.pk), [])
        status, other = announce(api, str(version.dataset_id), Given(data), notes="Others")
        assert (status, other["version"]["number"]) == (201, 2)

    def test_of_a_file_that_is_there_is_that_one_unless_other_roles_come_with_it(self, lab: Lab, api: Api) -> None:
        version = ready_table(lab.alice, lab.project, "rows")
        set_roles(lab.alice, version.pk, {"site": "feature"})
        dataset, file = str(version.dataset_id), Given(b"case,finding\n")
        status, again = announce(api, dataset, file)
        assert (status, again["version"]["id"]) == (200, str(version.pk))
        status, other = announce(api, dataset, file, roles={"site": "ignore"})
        assert (status, other["version"]["number"]) == (201, 2)
        assert announce(api, dataset, file, roles={"site": "ignore"})[1]["version"]["id"] == other["version"]["id"]

    def test_under_a_key_is_done_once(self, lab: Lab, api: Api, dataset: str) -> None:
        body = {"format": "csv", "size": 9, "sha256": "0" * 64}
        made = [api.post(f"datasets/{dataset}/versions", body, idempotency_key="k")[1]["version"]["id"] for _ in "12"]
        assert len(set(made)) == 1

    def test_says_what_is_wrong_with_it(self, api: Api, dataset: str) -> None:
        for wrong, field in (
            ({"format": "xlsx"}, "format"),
            ({"size": 10 * 2**30 + 1}, "size"),
            ({"sha256": "abc"}, "sha256"),
            ({"roles": {"p": "truth"}}, "roles.p"),
        ):
            status, problem = announce(api, dataset, **wrong)
            assert (status, problem["errors"][0]["field"]) == (400, field)

    def test_that_is_taken_back_leaves_nothing(self, lab: Lab, api: Api, dataset: str) -> None:
        _, announced = announce(api, dataset)
        version = UUID(announced["version"]["id"])
        with team_context(lab.alice):
            file = DatasetVersion.objects.select_related("file").get(pk=version).file
        withdraw_upload(lab.alice, version)
        with team_context(lab.alice):
            assert not Dataset.objects.exists()
            assert not Artifact.objects.filter(pk=file.pk).exists()
        with pytest.raises(Problem, match="upload_gone"):
            storage.listed_parts(file.key, file.upload)

    def test_that_arrived_is_not_taken_back(self, lab: Lab) -> None:
        version = ready_table(lab.alice, lab.project, "rows")
        with pytest.raises(Conflict):
            withdraw_upload(lab.alice, version.pk)


class TestRoles:
    def test_are_changed_one_by_one_and_audited(self, lab: Lab, api: Api) -> None:
        version = ready_table(lab.alice, lab.project, "rows")
        path = f"dataset-versions/{version.pk}"
        status, shown = api.patch(path, {"roles": {"age": "weight", "p": "probability:forest:effusion"}})
        assert status == 200
        roles = {column["name"]: column for column in shown["columns"]}
        assert (roles["age"]["role"], roles["p"]["model"], roles["p"]["of_class"]) == ("weight", "forest", "effusion")
        assert roles["site"]["role"] == "group"
        assert shown["roles_set_at"]
        with team_context(lab.alice):
            [event] = Event.objects.filter(what="dataset.changed_roles")
        assert (event.subject_id, event.data["columns"]) == (version.pk, 2)

    def test_that_do_not_fit_are_refused_whole(self, lab: Lab, api: Api) -> None:
        version = ready_table(lab.alice, lab.project, "rows")
        path = f"dataset-versions/{version.pk}"
        status, problem = api.patch(path, {"roles": {"age": "weight", "site": "label", "new": "id"}})
        assert (status, [error["field"] for error in problem["errors"]]) == (400, ["roles.new"])
        status, problem = api.patch(path, {"roles": {"age": "weight", "site": "label"}})
        assert (status, [error["field"] for error in problem["errors"]]) == (400, ["roles.site"])
        _, shown = api.get(path)
        assert {column["name"]: column["role"] for column in shown["columns"]}["age"] == "feature"

    def test_of_what_is_not_read_yet_wait(self, lab: Lab, api: Api) -> None:
        version = ready_table(lab.alice, lab.project, "rows", state="reading", table=None)
        status, problem = api.patch(f"dataset-versions/{version.pk}", {"roles": {"age": "weight"}})
        assert (status, problem["code"]) == (409, "not_ready")

    def test_that_people_gave_are_taken_over_by_the_next_version(self, lab: Lab, api: Api) -> None:
        version = ready_table(lab.alice, lab.project, "rows")
        announce(api, str(version.dataset_id))
        set_roles(lab.alice, version.pk, {"site": "feature"})
        announce(api, str(version.dataset_id), notes="After")
        with team_context(lab.alice):
            before, after = DatasetVersion.objects.filter(number__gt=1).order_by("number")
        assert before.declared == {}
        assert after.declared == {
            "case": "id",
            "finding": "label",
            "p": "probability:reader",
            "age": "feature",
            "site": "feature",
        }


class TestDerived:
    def test_a_version_knows_what_it_was_made_from(self, lab: Lab, api: Api) -> None:
        source = ready_table(lab.alice, lab.project, "rows")
        source = set_roles(lab.alice, source.pk, {"site": "feature"})
        other = ready_table(lab.alice, lab.project, "other")
        with team_context(lab.alice):
            file = Artifact(team_id=lab.team.pk, sha256=bytes(32), size=9, content_type="x")
            what = {"what": "Rows where site is A"}
            made = version_from(lab.alice, other.dataset, file, source=source, made_from=what)
        assert (made.number, made.state, made.declared["site"]) == (2, "reading", "feature")
        _, shown = api.get(f"dataset-versions/{made.pk}")
        assert shown["made_from"] == {"version": str(source.pk), "name": "rows v1", "what": "Rows where site is A"}

    def test_its_source_is_of_the_same_project(self, lab: Lab) -> None:
        made = ready_table(lab.alice, lab.project, "made")
        near = ready_table(lab.alice, lab.project, "near")
        far = ready_table(lab.alice, create_project(lab.alice, name="Elsewhere"), "far")
        for source, found in ((near, near), (far, None)):
            made.made_from = {"version": str(source.pk), "name": str(source), "what": "Rows where site is A"}
            with team_context(lab.alice):
                assert source_of(lab.alice, made) == found


class TestRights:
    def test_a_viewer_reads_and_a_scope_is_needed(self, lab: Lab) -> None:
        version = ready_table(lab.alice, lab.project, "rows")
        path = f"dataset-versions/{version.pk}"
        vera = lab.member("Vera", Role.VIEWER)
        assert Api(lab.token(Scope.MODELS_READ)).get(path)[0] == 403
        reads = Api(lab.token(Scope.DATA_READ))
        assert reads.get(path)[0] == 200
        assert reads.patch(path, {"notes": "x"})[0] == 403
        assert Api(lab.token(Scope.DATA_WRITE)).patch(path, {"notes": "x"})[0] == 200
        with pytest.raises(Problem, match="not_permitted"):
            set_roles(vera, version.pk, {"site": "feature"})

    def test_another_team_finds_nothing(self, lab: Lab, other_lab: Lab) -> None:
        version = ready_table(lab.alice, lab.project, "rows")
        charlie = Api(other_lab.token())
        for path in (f"dataset-versions/{version.pk}", f"datasets/{version.dataset_id}"):
            assert charlie.get(path)[0] == 404
            assert charlie.delete(path)[0] == 404
