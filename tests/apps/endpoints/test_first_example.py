"""The example that a version was uploaded with is the endpoint's first, however the version is deployed."""

import time

import pytest

from apps.endpoints.models import Endpoint, Example, Prediction
from apps.endpoints.selectors import examples_for
from apps.sharing.bench import bench_state, guest_place
from atrium.tenancy.context import team_context
from atrium_client import Atrium, Image, Label, Project, Version
from infra.dev.processes import Process
from tests.browsing import signed_in
from tests.models import brightness
from tests.people import PIXEL, Lab
from tests.services import site

FILM = Image("film", size=(16, 16), mode="L", scale=1 / 255)
FINDING = Label("finding", classes=["bright", "dark"], activation="softmax")


@pytest.fixture
def project(lab: Lab, web_process: Process, worker_process: Process) -> Project:
    return Atrium(site().url, lab.token()).project("Films")


def upload(project: Project, example: object) -> Version:
    return project.upload("brightness", brightness(), inputs=[FILM], outputs=[FINDING], example=example, progress=False)


def examples(lab: Lab, slug: str) -> list[Example]:
    with team_context(lab.alice):
        return examples_for(lab.alice, Endpoint.objects.get(slug=slug))


def test_deployed_by_the_api_it_is_answered_at_once(lab: Lab, project: Project) -> None:
    endpoint = upload(project, [PIXEL]).deploy()
    (example,) = examples(lab, endpoint.slug)
    assert example.prediction.state == "succeeded"
    assert example.prediction.inputs["film"]["width"] == 1


def test_deployed_on_the_page_it_shows_once_it_is_answered(lab: Lab, project: Project) -> None:
    version = upload(project, [PIXEL])
    address = f"/t/{lab.team.slug}/{project.slug}/endpoints/"
    assert signed_in(lab.alice).post(address, {"version": version.id, "name": "By hand"}).status_code == 303
    deadline = time.monotonic() + 30
    while not examples(lab, "by-hand"):
        assert time.monotonic() < deadline


def test_by_the_names_of_tensors_it_fits_the_confirmed_interface(lab: Lab, project: Project) -> None:
    version = project.upload("named", brightness(), example={"film": PIXEL}, progress=False)
    picture = Image("picture", tensor="film", size=(16, 16), mode="L", scale=1 / 255)
    endpoint = version.confirm([picture], [FINDING]).deploy()
    (example,) = examples(lab, endpoint.slug)
    assert list(example.prediction.inputs) == ["picture"]


def test_without_one_the_endpoint_has_none(lab: Lab, project: Project) -> None:
    assert examples(lab, upload(project, None).deploy().slug) == []


def test_a_guest_sees_no_example_that_waits(lab: Lab) -> None:
    example = lab.example()
    guest = lab.guest()
    with team_context(guest):
        place = guest_place(guest)
        assert [shown["title"] for shown in bench_state(guest, lab.endpoint, place)["examples"]] == ["One"]
        Prediction.objects.filter(pk=example.prediction_id).update(state=Prediction.State.QUEUED)
        assert bench_state(guest, lab.endpoint, place)["examples"] == []
