"""The pages of a run: what would be made, corrected and begun; how far it is; stopped and gone on with."""

import pytest
from django.test import Client

from apps.datasets.models import DatasetVersion, PredictionRun
from apps.datasets.views import runs as views
from apps.users.models import User
from atrium.access.principals import Member, Role
from atrium.tenancy.context import team_context
from gpu_workers.protocol.datasets import Joined
from gpu_workers.protocol.interface import ImageInput, ImageOutput, Interface
from tests.apps.datasets.answering import (
    NEW,
    TABULAR,
    applied,
    begun,
    finish,
    finish_join,
    parts_of,
    reread,
    source_of,
    tabular,
)
from tests.apps.datasets.test_runs import go_on
from tests.conftest import AsDispatcher
from tests.people import Lab

pytestmark = pytest.mark.usefixtures("led_on_by_the_test")


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=member.user_id))
    return client


@pytest.fixture
def alice(lab: Lab) -> Client:
    return signed_in(lab.alice)


@pytest.fixture
def page(lab: Lab) -> str:
    """The address of a table's version that a model can be run over."""
    source_of(lab)
    tabular(lab)
    return f"/t/{lab.team.slug}/{lab.project.slug}/datasets/rows/v1/"


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def run_in(lab: Lab) -> PredictionRun:
    with team_context(lab.alice):
        return PredictionRun.objects.get()


def test_the_version_leads_to_what_a_run_would_make(alice: Client, page: str) -> None:
    assert f'href="{page}run/"' in text_of(alice, page)
    told = text_of(alice, f"{page}run/")
    assert "<option selected>age</option>" in told
    assert "12,000 rows with 3 new columns: <code>prediction:reader</code>" in told
    assert "as 12,000 predictions do, in 3 parts" in told


def test_a_corrected_mapping_begins_it(lab: Lab, alice: Client, page: str) -> None:
    wrong = alice.post(f"{page}run/", {"slot-0": "site", "slot-1": "", "name": "a:b", "dataset": "rows"})
    told = wrong.content.decode()
    assert (wrong.status_code, told.count('aria-invalid="true"')) == (400, 2)
    assert "“Age” takes numbers or yes or no; “site” holds words." in told
    assert "A model&#x27;s name holds no colon." in told
    begins = alice.post(f"{page}run/", {"slot-0": "age", "slot-1": "", "name": "old reader", "dataset": "scored"})
    run = run_in(lab)
    assert begins["Location"] == f"{page}runs/{run.pk}/"
    assert (run.mapping, run.model) == ({"Age": "age"}, "old reader")
    told = text_of(alice, begins["Location"])
    assert "0 of 12,000 rows asked" in told
    assert "Cancel the run" in told
    assert run.version_name in text_of(alice, page)


def test_it_is_followed_to_the_version_that_it_made(
    lab: Lab, alice: Client, page: str, as_dispatcher: AsDispatcher
) -> None:
    with team_context(lab.alice):
        source = DatasetVersion.objects.get()
    run = begun(lab, source)
    address = f"{page}runs/{run.pk}/"
    for part in parts_of(lab, run):
        as_dispatcher(finish, part, applied(part.count, ("“age” is empty.", 2)))
    assert "12,000 of 12,000 rows" in text_of(alice, f"{address}state/?was=running")
    go_on(lab, run)
    assert alice.get(f"{address}state/?was=running")["HX-Refresh"] == "true"
    as_dispatcher(finish_join, reread(lab, run), Joined(12_000, NEW, "ef" * 32, 999))
    go_on(lab, run)
    told = text_of(alice, address)
    assert "Reading</span>" in told
    assert "Done</span>" not in told
    assert "what its columns hold is being read" in text_of(alice, f"{address}state/?was=reading")
    with team_context(lab.alice):
        DatasetVersion.objects.filter(number=2).update(state="ready", rows=12_000)
    told = text_of(alice, address)
    assert f'It made <a href="{page.replace("v1", "v2")}">rows v2</a>: 12,000 rows' in told
    assert '<td>“age” is empty.</td> <td class="n">6</td>' in told
    assert "6 of 12,000 rows have no answer" in text_of(alice, page.replace("v1", "v2"))


def test_it_is_cancelled_and_goes_on(lab: Lab, alice: Client, page: str) -> None:
    with team_context(lab.alice):
        source = DatasetVersion.objects.get()
    run = begun(lab, source)
    address = f"{page}runs/{run.pk}/"
    assert alice.post(f"{address}act/", {"act": "cancel"})["Location"] == address
    told = text_of(alice, address)
    assert "cancelled before any row was asked. Nothing was made." in told
    assert "Go on where it stopped" in told
    alice.post(f"{address}act/", {"act": "resume"})
    assert reread(lab, run).state == "running"
    viewer = signed_in(lab.member("Vera", Role.VIEWER))
    assert "Cancel the run" not in text_of(viewer, address)
    assert f"{page}run/" not in text_of(viewer, page)


def test_a_model_that_answers_pictures_only_is_refused_with_a_sentence(lab: Lab, alice: Client, page: str) -> None:
    tabular(lab, Interface(TABULAR.inputs, (ImageOutput(name="map"),)))
    assert "answers nothing that a column holds" in text_of(alice, f"{page}run/", 400)
    tabular(lab, Interface(TABULAR.inputs, (*TABULAR.outputs, ImageOutput(name="map"))))
    assert "“map” is a picture, which no column holds." in text_of(alice, f"{page}run/")


def test_without_a_model_it_says_so(lab: Lab, alice: Client, page: str) -> None:
    with team_context(lab.alice):
        type(lab.version).objects.filter(pk=lab.version.pk).update(state="failed")
    assert "No model to run yet" in text_of(alice, f"{page}run/")


def test_of_many_inputs_those_are_shown_that_need_a_look(
    alice: Client, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "SHOWN", 1)
    monkeypatch.setattr(views, "FOLDED", 1)
    told = text_of(alice, f"{page}run/")
    assert "2 of 2 inputs are filled by the columns of their names." in told
    assert 'name="slot-0"' not in told


def test_inputs_that_are_found_by_name_are_folded_away_and_still_sent(
    alice: Client, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "FOLDED", 2)
    told = text_of(alice, f"{page}run/")
    assert "<summary>2 of 2 inputs found by name</summary>" in told
    assert told.count('name="slot-') == 2


def test_where_no_column_fits_it_says_so_and_cannot_be_begun(lab: Lab, alice: Client, page: str) -> None:
    tabular(lab, Interface((ImageInput(name="film"),), TABULAR.outputs))
    told = text_of(alice, f"{page}run/")
    assert told.count("This dataset has no column of pictures.") == 2
    assert 'type="submit" disabled aria-describedby="lacks"' in told
    assert 'name="slot-0"' not in told
    assert "new columns" not in told
