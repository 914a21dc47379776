"""The pages of datasets, and of a version in each of its states."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from apps.datasets.models import DatasetVersion
from apps.datasets.selectors import datasets_for
from apps.datasets.tables import columns_of
from atrium.access.principals import Role as TeamRole
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from gpu_workers.protocol.datasets import Column, Facts, Kind, Role
from tests.browsing import signed_in, text_of
from tests.people import Lab
from tests.tables import ready_table

from .reading import reread

JSON = {"Accept": "application/json"}
WIDE = tuple(Column(f"gene {index}", Kind.NUMBER, Role.FEATURE, facts=Facts(low=0, high=1)) for index in range(3000))


def base(lab: Lab, rest: str = "") -> str:
    return f"/t/{lab.team.slug}/films/datasets/{rest}"


def in_state(lab: Lab, state: str, **fields: object) -> str:
    ready_table(lab.alice, lab.project, "rows", state=state, table=None, columns=[], preview=[], **fields)
    return base(lab, "rows/v1/")


class TestLists:
    def test_an_empty_project_says_what_a_dataset_is(self, lab: Lab) -> None:
        page = text_of(signed_in(lab.alice).get(base(lab)))
        assert "No datasets yet" in page
        assert "data-upload=" in page
        vera = text_of(signed_in(lab.member("Vera", TeamRole.VIEWER)).get(base(lab)))
        assert "a member of the team uploads" in vera
        assert "data-upload=" not in vera

    def test_they_lead_to_the_versions(self, lab: Lab) -> None:
        ready_table(lab.alice, lab.project, "rows", rows=1_234_567, notes="Three <sites>")
        client = signed_in(lab.alice)
        page = text_of(client.get(base(lab)))
        assert base(lab, "rows/v1/") in page
        assert "1,234,567" in page
        page = text_of(client.get(base(lab, "rows/")))
        assert "1 version" in page
        assert "Three &lt;sites&gt;" in page
        assert base(lab, "") in page

    def test_the_newest_come_first_and_a_rejected_one_says_why(self, lab: Lab) -> None:
        ready_table(lab.alice, lab.project, "a")
        ready_table(lab.alice, lab.project, "b", state="rejected", table=None, reason="Row 7 has 4 values.")
        client = signed_in(lab.alice)
        page = text_of(client.get(base(lab)))
        assert page.index(base(lab, "b/")) < page.index(base(lab, "a/"))
        assert "Row 7 has 4 values." in page
        assert "Row 7 has 4 values." in text_of(client.get(base(lab, "b/")))

    def test_only_pages_that_upload_may_speak_with_the_store(self, lab: Lab) -> None:
        client, store = signed_in(lab.alice), urlsplit(settings.S3_PUBLIC_URL).netloc
        policy = client.get(base(lab))["Content-Security-Policy"]
        assert re.search(rf"connect-src 'self' \w+://{re.escape(store)};", policy + ";")
        ready_table(lab.alice, lab.project, "rows")
        for other in (base(lab, "rows/v1/"), f"/t/{lab.team.slug}/films/models/"):
            assert store not in client.get(other)["Content-Security-Policy"]

    def test_they_read_no_columns(self, lab: Lab) -> None:
        """Those of wide tables are megabytes."""
        ready_table(lab.alice, lab.project, "rows", WIDE)
        with team_context(lab.alice):
            [dataset] = datasets_for(lab.alice, lab.project)
            [version] = dataset.versions.all()
            assert {"columns", "preview"} <= version.get_deferred_fields()

    def test_one_is_deleted_when_that_is_confirmed(self, lab: Lab) -> None:
        ready_table(lab.alice, lab.project, "rows")
        answer = signed_in(lab.alice).post(base(lab, "rows/act/"), {"act": "delete"})
        assert (answer.status_code, answer["Location"]) == (303, base(lab))
        assert signed_in(lab.alice).get(base(lab, "rows/")).status_code == 404


class TestStates:
    @pytest.mark.parametrize(
        ("state", "told"),
        [
            ("uploading", "Was it cut off?"),
            ("reading", "this page follows by itself"),
            ("rejected", "Row 7 has 4 values"),
            ("failed", "Retry"),
        ],
    )
    def test_each_says_what_can_be_done(self, lab: Lab, state: str, told: str) -> None:
        url = in_state(
            lab, state, rule="ragged", reason="Row 7 has 4 values, the head 3.", error={"code": "x", "message": "Away."}
        )
        page = text_of(signed_in(lab.alice).get(url))
        assert told in page
        assert "Open the debugger" not in page

    def test_a_page_that_waits_asks_until_the_state_is_another(self, lab: Lab) -> None:
        client, url = signed_in(lab.alice), in_state(lab, "reading")
        assert client.get(f"{url}state/?was=reading").status_code == 200
        assert client.get(f"{url}state/?was=uploading")["HX-Refresh"] == "true"

    def test_a_failed_one_is_read_again(self, lab: Lab) -> None:
        url = in_state(lab, "failed", error={"code": "x", "message": "Away."})
        assert signed_in(lab.alice).post(f"{url}act/", {"act": "retry"}).status_code == 303
        with team_context(lab.alice):
            assert DatasetVersion.objects.get().state == "reading"

    def test_a_ready_one_is_archived_brought_back_and_deleted(self, lab: Lab) -> None:
        version = ready_table(lab.alice, lab.project, "rows")
        client, url = signed_in(lab.alice), base(lab, "rows/v1/")
        client.post(f"{url}act/", {"act": "archive"})
        assert reread(lab, version).archived_at
        client.post(f"{url}act/", {"act": "restore"})
        assert not reread(lab, version).archived_at
        client.post(f"{url}notes/", {"notes": " Of May. "})
        assert reread(lab, version).notes == "Of May."
        assert client.post(f"{url}act/", {"act": "delete"})["Location"] == base(lab, "rows/")
        assert client.get(url).status_code == 404


class TestVersion:
    def test_it_shows_what_the_columns_hold(self, lab: Lab) -> None:
        ready_table(lab.alice, lab.project, "rows", remarks=["Two rows are empty."])
        page = text_of(signed_in(lab.alice).get(base(lab, "rows/v1/")))
        for told in ("0 to 1, mean 0.5", "75 %", "25 % empty", "each value once", "Two rows are empty.", "guessed"):
            assert told in page
        assert f"{base(lab, 'rows/v1/')}debugger/" in page
        assert '<path d="M0 24v-12h1v12zM2 24v-24h1v24zM3 24v-12h1v12z"' in page

    def test_it_leads_to_what_it_was_made_from_while_that_is_there(self, lab: Lab) -> None:
        source = ready_table(lab.alice, lab.project, "rows")
        made_from = {"version": str(source.pk), "name": "rows v1", "what": "Rows where site is A"}
        ready_table(lab.alice, lab.project, "part", made_from=made_from)
        client = signed_in(lab.alice)
        page = text_of(client.get(base(lab, "part/v1/")))
        assert f'<a href="{base(lab, "rows/v1/")}">rows v1</a>: Rows where site is A' in page
        with team_context(lab.alice):
            source.delete()
        assert "rows v1: Rows where site is A" in text_of(client.get(base(lab, "part/v1/")))

    def test_a_viewer_reads_and_changes_nothing(self, lab: Lab) -> None:
        ready_table(lab.alice, lab.project, "rows")
        vera, url = signed_in(lab.member("Vera", TeamRole.VIEWER)), base(lab, "rows/v1/")
        page = text_of(vera.get(url))
        assert "effusion" in page
        for absent in ("<select", "Download", "Archive", "Save"):
            assert absent not in page
        assert vera.post(url, {"role-4": "feature"}).status_code == 403
        assert vera.get(f"{url}file/").status_code == 403

    def test_a_stranger_finds_nothing(self, lab: Lab, other_lab: Lab) -> None:
        ready_table(lab.alice, lab.project, "rows")
        charlie = signed_in(other_lab.alice)
        for rest in ("", "rows/", "rows/v1/", "rows/v1/state/", "rows/v1/upload"):
            assert charlie.get(base(lab, rest)).status_code == 404

    def test_the_file_is_sent_as_it_was(self, lab: Lab) -> None:
        ready_table(lab.alice, lab.project, "rows")
        answer = signed_in(lab.alice).get(base(lab, "rows/v1/file/"))
        assert answer.content == b"case,finding\n"
        assert 'filename="rows-v1.csv"' in answer["Content-Disposition"]
        with team_context(lab.alice):
            assert Event.objects.filter(what="dataset.downloaded").count() == 1


class TestRoles:
    def post(self, lab: Lab, fields: dict[str, str], query: str = "") -> tuple[int, str]:
        answer = signed_in(lab.alice).post(base(lab, f"rows/v1/{query}"), fields)
        return answer.status_code, answer.get("Location") or text_of(answer)

    def test_are_saved_from_the_page(self, lab: Lab) -> None:
        version = ready_table(lab.alice, lab.project, "rows")
        given = {"role-2": "probability", "model-2": "forest", "class-2": "", "role-4": "feature", "model-4": "reader"}
        status, where = self.post(lab, given, "?q=a")
        assert (status, where) == (303, base(lab, "rows/v1/?q=a#columns"))
        columns = columns_of(reread(lab, version))
        assert (columns[2].role, columns[2].model, columns[2].of_class) == (Role.PROBABILITY, "forest", "")
        assert (columns[4].role, columns[4].model) == (Role.FEATURE, "")

    def test_that_do_not_fit_are_told_beside_their_field_and_kept_as_typed(self, lab: Lab) -> None:
        version = ready_table(lab.alice, lab.project, "rows")
        status, page = self.post(lab, {"role-4": "label", "role-2": "probability", "model-2": " "})
        assert status == 400
        assert "Name the model, such as “forest”." in page
        assert "data-changed" in page
        status, page = self.post(lab, {"role-4": "label", "role-3": "weight"})
        assert status == 400
        assert 'id="role-4-error"' in page
        assert "“finding” is it already" in page
        assert re.search(r'<option value="weight"\s+selected', page)
        assert columns_of(reread(lab, version))[3].role is Role.FEATURE

    def test_a_fault_of_a_column_that_is_not_shown_stands_above(self, lab: Lab) -> None:
        ready_table(lab.alice, lab.project, "rows")
        status, page = self.post(lab, {"role-1": "label", "role-4": "label"}, "?q=finding")
        assert status == 400
        assert "The roles are not saved yet." in page
        assert "is it already" in page
        assert "role-4-error" not in page


class TestWideTables:
    def get(self, lab: Lab, query: str) -> str:
        return text_of(signed_in(lab.alice).get(base(lab, f"rows/v1/{query}")))

    def test_are_shown_in_pages_and_found_by_name_and_role(self, lab: Lab) -> None:
        label = Column("truth", Kind.CATEGORY, Role.LABEL, facts=Facts(notes=("Has one value only.",)))
        ready_table(lab.alice, lab.project, "rows", (*WIDE, label), preview=[[str(at) for at in range(3001)]])
        page = self.get(lab, "")
        assert (page.count('name="role-'), "1 to 50 of 3,001" in page) == (50, True)
        assert "gene 49" in page
        assert "gene 50" not in page
        last = self.get(lab, "?page=61")
        assert "3,001 to 3,001 of 3,001" in last
        assert self.get(lab, "?page=99").count("truth") == last.count("truth")
        assert self.get(lab, "?q=GENE+299").count('name="role-') == 13
        assert self.get(lab, "?role=label").count('name="role-') == 1
        assert "Has one value only." in self.get(lab, "?role=noted")
        assert "No column like this" in self.get(lab, "?q=nothing")

    def test_a_page_of_it_is_saved_alone(self, lab: Lab) -> None:
        version = ready_table(lab.alice, lab.project, "rows", WIDE)
        client = signed_in(lab.alice)
        client.post(base(lab, "rows/v1/?page=2"), {"role-50": "ignore", "role-51": "feature"})
        roles = [column.role for column in columns_of(reread(lab, version))]
        assert (roles[50], roles.count(Role.IGNORE)) == (Role.IGNORE, 1)


class TestUploadsOfThePage:
    ABOUT = {"name": "Site B", "format": "csv", "size": 9, "sha256": "1" * 64, "filename": "b.csv", "notes": "May"}

    def announce(self, lab: Lab, client: Client, **fields: object) -> Any:
        return client.post(base(lab, "uploads"), self.ABOUT | fields, "application/json", headers=JSON)

    def test_a_file_is_announced_and_taken_back(self, lab: Lab) -> None:
        client = signed_in(lab.alice)
        answer = self.announce(lab, client)
        assert answer.status_code == 201
        told = answer.json()
        assert (told["page"], told["state"], len(told["parts"])) == (base(lab, "site-b/v1/"), "uploading", 1)
        assert client.get(f"{told['page']}upload").json()["parts"][0]["done"] is False
        assert (
            client.post(f"{told['page']}complete", {}, "application/json", headers=JSON).json()["code"]
            == "upload_incomplete"
        )
        assert client.post(f"{told['page']}withdraw", {}, "application/json").status_code == 200
        assert client.get(told["page"]).status_code == 404

    @pytest.mark.parametrize(
        ("wrong", "field"), [({"name": " "}, "name"), ({"size": 2**40}, "size"), ({"sha256": "x"}, "sha256")]
    )
    def test_what_is_wrong_is_told_by_field(self, lab: Lab, wrong: dict[str, object], field: str) -> None:
        answer = self.announce(lab, signed_in(lab.alice), **wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
        assert "No datasets yet" in text_of(signed_in(lab.alice).get(base(lab)))

    def test_who_is_logged_out_is_told_so(self, lab: Lab) -> None:
        answer = Client().post(base(lab, "uploads"), self.ABOUT, "application/json", headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
