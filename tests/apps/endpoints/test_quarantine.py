"""A study with a name in its pixels: kept aside, covered or released, used, and gone in time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.utils import timezone

from apps.artifacts.models import Artifact
from apps.artifacts.services import read
from apps.endpoints import quarantine
from apps.endpoints.chores import sweep_team
from apps.endpoints.models import Prediction, Quarantined
from apps.endpoints.predictions import accept
from apps.endpoints.preparation import Asked
from apps.endpoints.services import create_endpoint
from apps.sharing.withdrawal import take_data, withdraw
from atrium import storage
from atrium.access.principals import Guest, LinkRole, Member, Role
from atrium.audit.models import Event
from atrium.errors import Conflict, Invalid, NotFound, NotPermitted, Problem
from atrium.tenancy.context import team_context
from gpu_workers.protocol.study import Reader
from tests import studies
from tests.locks import until_waiting
from tests.people import Lab, ready_version
from tests.threads import Threads

INTERFACE = {
    "inputs": [{"kind": "dicom", "name": "study", "size": [32, 32]}],
    "outputs": [{"kind": "label", "name": "finding", "classes": ["yes", "no"], "activation": "softmax"}],
}
NAMED = studies.corpus("examples_jpeg2k")

pytestmark = pytest.mark.usefixtures("inputs_process")


@dataclass
class Ward:
    lab: Lab
    guest: Guest

    def ask(self, value: Any, who: Guest | Member | None = None, name: str = "study") -> Prediction:
        asked = Asked({name: value})
        prediction, _ = async_to_sync(accept)(who or self.guest, self.lab.endpoint.pk, asked)
        return prediction

    def held(self, who: Guest | Member | None = None) -> dict[str, Any]:
        """What the sender is told of a study that is kept aside."""
        with pytest.raises(Problem) as caught:
            self.ask(NAMED, who)
        assert caught.value.code == "input_quarantined"
        told: dict[str, Any] = caught.value.more["quarantine"]
        return told

    def bytes_of(self, held_id: str) -> bytes:
        with team_context(self.lab.alice):
            artifact = Quarantined.objects.select_related("artifact").get(pk=held_id).artifact
        return read(artifact)

    def stored(self) -> set[str]:
        """What lies in the store of the team's."""
        return {key for key, _ in storage.listed(f"team/{self.lab.team.pk}/")}


@pytest.fixture
def ward(lab: Lab) -> Ward:
    version = ready_version(lab.alice, lab.project, "slices", INTERFACE)
    lab.endpoint = create_endpoint(lab.alice, lab.project.pk, name="Slices", version_id=version.pk)
    return Ward(lab, lab.guest(LinkRole.REVIEW))


def test_a_clean_study_is_a_case_at_once(ward: Ward) -> None:
    prediction = ward.ask(studies.zipped(studies.series(studies.phantom(3, 16))))
    stored = prediction.inputs["study"]
    assert (stored["kind"], stored["frames"], stored["rows"], stored["spacing_mm"]) == ("study", 3, 16, [0.7, 0.5])


def test_what_is_suspected_becomes_no_case_and_its_raw_bytes_are_nowhere(ward: Ward) -> None:
    told = ward.held()
    assert (told["state"], told["input"], told["frames"]) == ("held", "study", 1)
    assert any("looks like text" in reason for reason in told["reasons"])
    assert told["boxes"]
    kept = ward.bytes_of(told["id"])
    assert Reader(kept).study.rows == 480
    for name in (b"CompressedSamples^US1", b"BAPTIST MED CTR", b"13US1"):
        assert name in NAMED
        assert name not in kept
    with team_context(ward.lab.alice):
        assert not Prediction.objects.filter(endpoint=ward.lab.endpoint).exists()
        assert Event.objects.filter(what="quarantine.held", subject_id=told["id"]).count() == 1


def test_covered_it_goes_on(ward: Ward) -> None:
    told = ward.held()
    before = ward.bytes_of(told["id"])
    with team_context(ward.lab.alice):
        key = Quarantined.objects.select_related("artifact").get(pk=told["id"]).artifact.key
    held = quarantine.cover(ward.guest, UUID(told["id"]), told["boxes"])
    assert (held.state, held.reasons, held.boxes) == ("ready", [], [])
    after = ward.bytes_of(told["id"])
    box = told["boxes"][0]
    rows, columns = Reader(after).study.rows, Reader(after).study.columns
    values = [np.frombuffer(Reader(data).frame(0), np.uint8).reshape(rows, columns, 3) for data in (before, after)]
    top, left = round(box["y"] * rows) + 2, round(box["x"] * columns) + 2
    inside = np.s_[top : top + round(box["h"] * rows) - 4, left : left + round(box["w"] * columns) - 4]
    assert values[0][inside].max() > 0
    assert values[1][inside].max() == 0
    with pytest.raises(FileNotFoundError):
        storage.get(key)
    prediction = ward.ask({"quarantine": told["id"]})
    with team_context(ward.lab.alice):
        case = Artifact.objects.get(pk=prediction.inputs["study"]["original"])
        assert case.pk != Quarantined.objects.get(pk=told["id"]).artifact_id
    assert read(case) == after


def test_covered_beside_the_text_it_stays(ward: Ward) -> None:
    told = ward.held()
    held = quarantine.cover(ward.guest, UUID(told["id"]), [{"x": 0.9, "y": 0.9, "w": 0.05, "h": 0.05}])
    assert (held.state, len(held.boxes) > 0) == ("held", True)
    with pytest.raises(Problem, match="kept aside"):
        ward.ask({"quarantine": told["id"]})


@pytest.mark.parametrize(
    "boxes", [None, [], [{"x": 0, "y": 0, "w": 2, "h": 1}], [{"x": 0}], "all", [{"x": 0, "y": 0, "w": 0, "h": 0}]]
)
def test_odd_boxes_are_told(ward: Ward, boxes: Any) -> None:
    told = ward.held()
    with pytest.raises(Invalid) as caught:
        quarantine.cover(ward.guest, UUID(told["id"]), boxes)
    assert caught.value.errors[0].field.startswith("boxes")


def test_a_member_releases_it_and_nobody_else(ward: Ward) -> None:
    told = ward.held()
    held_id = UUID(told["id"])
    vera, bob = ward.lab.member("Vera", Role.VIEWER), ward.lab.member("Bob", Role.MEMBER)
    for principal in (ward.guest, vera):
        with pytest.raises(NotPermitted):
            quarantine.release(principal, held_id)
    stranger = Lab.make().alice
    neighbour = ward.lab.guest(LinkRole.REVIEW)
    for principal in (stranger, neighbour):
        with pytest.raises(NotFound):
            quarantine.picture_of(principal, held_id, "0")
    assert quarantine.picture_of(bob, held_id, "0").startswith(b"\x89PNG")
    assert quarantine.release(bob, held_id).state == "ready"
    assert ward.ask({"quarantine": told["id"]}).inputs["study"]["rows"] == 480
    with team_context(bob):
        acts = list(Event.objects.filter(subject_id=held_id).order_by("at").values_list("what", flat=True))
    assert acts == ["quarantine.held", "quarantine.seen", "quarantine.released"]


def test_withdrawn_it_is_gone_with_its_bytes(ward: Ward) -> None:
    told = ward.held()
    with team_context(ward.lab.alice):
        key = Quarantined.objects.select_related("artifact").get(pk=told["id"]).artifact.key
    quarantine.withdraw(ward.guest, UUID(told["id"]))
    with team_context(ward.lab.alice):
        assert not Quarantined.objects.exists()
    with pytest.raises(FileNotFoundError):
        storage.get(key)
    with pytest.raises(Invalid, match="Send the files again"):
        ward.ask({"quarantine": told["id"]})


@pytest.mark.parametrize("state", ["held", "ready"])
def test_its_time_ends_whatever_happened(ward: Ward, state: str) -> None:
    told = ward.held()
    with team_context(ward.lab.alice):
        over = {"state": state, "ends_at": timezone.now() - timedelta(seconds=1)}
        Quarantined.objects.filter(pk=told["id"]).update(**over)
        artifact_id = Quarantined.objects.get(pk=told["id"]).artifact_id
    with pytest.raises(NotFound), team_context(ward.guest):
        quarantine.held_for(ward.guest, UUID(told["id"]))
    with team_context(ward.lab.alice):
        sweep_team()
        assert not Quarantined.objects.exists()
        assert not Artifact.objects.filter(pk=artifact_id).exists()


def test_a_guest_takes_it_away_and_deletes_it_with_the_rest(ward: Ward) -> None:
    told = ward.held()
    taken = take_data(ward.guest)
    archive = b"".join(taken.streaming_content)  # type: ignore[arg-type]
    taken.close()
    assert f"quarantined/{told['id']}.zip".encode() in archive
    withdraw(ward.guest)
    with team_context(ward.lab.alice):
        assert not Quarantined.objects.exists()


def test_one_author_holds_a_bounded_number(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "MOST_HELD", 1)
    ward.held()
    there = ward.stored()
    with pytest.raises(Problem) as caught:
        ward.ask(NAMED)
    assert caught.value.code == "quota_exceeded"
    assert len(there) == 1
    assert ward.stored() == there  # of the one that was refused nothing is left


def test_of_two_who_cover_it_at_once_the_second_is_told(ward: Ward) -> None:
    told = ward.held()
    held_id, other_box = UUID(told["id"]), [{"x": 0.9, "y": 0.9, "w": 0.05, "h": 0.05}]
    with Threads(1) as other:
        with team_context(ward.guest):
            quarantine.cover(ward.guest, held_id, told["boxes"])
            second = other.submit(quarantine.cover, ward.lab.alice, held_id, other_box)
            until_waiting(1)
        with pytest.raises(Conflict, match="another window"):
            second.result()
    with team_context(ward.lab.alice):
        held = Quarantined.objects.select_related("artifact").get(pk=held_id)
        assert (held.state, held.boxes) == ("ready", [])
    assert ward.stored() == {held.artifact.key}


def test_the_api_tells_the_same(ward: Ward, client: Client) -> None:
    told = ward.held(ward.lab.alice)
    headers = {"Authorization": f"Bearer {ward.lab.token()}"}
    address = f"/api/v1/quarantine/{told['id']}"
    listed = client.get(f"/api/v1/projects/{ward.lab.project.pk}/quarantine", headers=headers).json()
    assert [each["id"] for each in listed["results"]] == [told["id"]]
    assert client.get(address, headers=headers).json()["boxes"] == told["boxes"]
    picture = client.get(f"{address}/picture?frame=0", headers=headers)
    assert (picture.status_code, picture["Content-Type"], picture["Cache-Control"]) == (200, "image/png", "no-store")
    body = {"boxes": told["boxes"]}
    covered = client.post(f"{address}/cover", body, content_type="application/json", headers=headers)
    assert covered.json()["state"] == "ready"
    assert client.delete(address, headers=headers).status_code == 204
    assert client.get(address, headers=headers).status_code == 404
