"""`POST /endpoints/{id}/predictions` on running processes, from a stranger's bytes to a stored answer."""

import time
from base64 import b64encode
from uuid import UUID

import numpy as np
import pytest

from apps.endpoints.models import Prediction, PredictionArtifact
from apps.feedback.deletion import delete_prediction
from apps.jobs.models import Job, UsageEntry
from apps.teams.services import remove_member
from atrium import storage
from atrium.access.principals import Role, Scope
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from atrium_client.png import encode
from tests.apps.endpoints.served import Served, gray
from tests.apps.sharing.links import Browser
from tests.people import PIXEL, Lab
from tests.schema import LiveApi
from tests.services import site

CROP_OUTSIDE = {"kind": "crop", "x": 2, "y": 0, "w": 1, "h": 1}
FLIP_ELSEWHERE = {"kind": "flip", "axis": "x", "input": "no"}
DATA_URL = "data:image/png;base64," + b64encode(PIXEL).decode()


class TestAnswer:
    def test_is_the_models(self, served: Served) -> None:
        status, white = served.predict({"inputs": {"film": gray(255)}})
        assert (status, white["state"]) == (200, "succeeded")
        scores = dict(white["answer"]["finding"]["scores"])
        assert scores["bright"] == pytest.approx(0.880797, abs=1e-5)  # softmax of (1, -1): e / (e + 1/e)

    def test_follows_the_edits(self, served: Served) -> None:
        covered = {"kind": "occlude", "x": 0, "y": 0, "w": 1, "h": 1, "fill": "black"}
        _, black = served.predict({"inputs": {"film": gray(254)}, "edits": [covered]})
        assert dict(black["answer"]["finding"]["scores"])["bright"] == pytest.approx(0.5, abs=1e-5)

    def test_comes_to_a_form_with_files_too(self, served: Served) -> None:
        answer = served.api.request(
            "POST", served.address, files={"film": ("p.png", PIXEL, "image/png")}, data={"inputs": "{}"}
        )
        assert (answer.status_code, answer.json()["state"]) == (200, "succeeded")

    def test_refers_to_an_earlier_original(self, served: Served) -> None:
        _, first = served.predict({"inputs": {"film": gray(200)}})
        edits = [{"kind": "flip", "axis": "x"}]
        _, second = served.predict({"inputs": {"film": {"prediction": first["id"]}}, "edits": edits})
        assert second["original"] == first["id"]

    def test_of_the_same_request_is_the_stored_one(self, served: Served) -> None:
        body = {"inputs": {"film": gray(17)}}
        _, first = served.predict(body)
        _, again = served.predict(body)
        assert first["id"] == again["id"]
        with team_context(served.lab.alice):
            assert UsageEntry.objects.filter(outcome="stored").exists()

    def test_is_given_later_where_nobody_waits(self, served: Served) -> None:
        answer = served.api.request(
            "POST",
            served.address,
            json={"inputs": {"film": gray(18)}},
            headers={"Prefer": "wait=0"},
        )
        assert answer.status_code == 202
        found = f"predictions/{answer.json()['id']}"
        assert answer.headers["Location"] == f"{site().url}/api/v1/{found}"
        deadline = time.monotonic() + 20
        while (state := served.api.request("GET", found).json()["state"]) in ("queued", "running"):
            assert time.monotonic() < deadline
        assert state == "succeeded"

    def test_leaves_one_row_of_each_kind(self, served: Served) -> None:
        _, answer = served.predict({"inputs": {"film": gray(19)}})
        with team_context(served.lab.alice):
            job = Job.objects.get(subject=answer["id"])
            assert (job.state, job.attempt) == ("succeeded", 1)
            assert UsageEntry.objects.get(job_id=job.pk).outcome == "succeeded"
            assert Event.objects.filter(what="prediction.kept", subject_id=answer["id"]).count() == 1


class TestLargePictures:
    """They lie in the store before their row is there."""

    def test_of_what_was_there_already_or_is_refused_leave_nothing(self, served: Served) -> None:
        def stored() -> set[str]:
            return {found for found, _ in storage.listed(f"team/{served.lab.team.pk}/")}

        before = stored()
        noise = np.random.default_rng(7).integers(0, 256, (400, 400), np.uint8)
        film = "data:image/png;base64," + b64encode(encode(noise)).decode()
        key = {"Idempotency-Key": "large"}
        first, again, without = [served.predict({"inputs": {"film": film}}, **given) for given in (key, key, {})]
        assert first[1]["id"] == again[1]["id"] == without[1]["id"]
        edited = served.predict({"inputs": {"film": film}, "edits": [{"kind": "flip", "axis": "y"}]}, **key)
        assert edited[1]["code"] == "key_reused"
        with team_context(served.lab.alice):
            [held] = PredictionArtifact.objects.filter(prediction=first[1]["id"]).select_related("artifact")
        assert stored() - before == {held.artifact.key}


class TestIdempotencyKey:
    def test_makes_a_repeat_one_prediction(self, served: Served) -> None:
        body = {"inputs": {"film": gray(30)}}
        key = {"Idempotency-Key": "thirty"}
        _, first = served.predict(body, **key)
        _, again = served.predict(body, **key)
        assert first["id"] == again["id"]

    def test_is_kept_for_what_was_answered_before(self, served: Served) -> None:
        body = {"inputs": {"film": gray(33)}}
        _, first = served.predict(body)
        key = {"Idempotency-Key": "thirty-three"}
        repeats = [served.predict(body, **key) for _ in range(2)]
        assert [(status, answer["id"]) for status, answer in repeats] == [(200, first["id"])] * 2

    def test_of_what_was_deleted_says_so(self, served: Served) -> None:
        body, key = {"inputs": {"film": gray(34)}}, {"Idempotency-Key": "thirty-four"}
        _, first = served.predict(body, **key)
        delete_prediction(served.lab.alice, UUID(first["id"]))
        status, problem = served.predict(body, **key)
        assert (status, problem["code"]) == (410, "gone")
        assert "was deleted" in problem["detail"]

    def test_refuses_another_body(self, served: Served) -> None:
        key = {"Idempotency-Key": "thirty-one"}
        served.predict({"inputs": {"film": gray(31)}}, **key)
        status, problem = served.predict({"inputs": {"film": gray(32)}}, **key)
        assert (status, problem["code"]) == (422, "key_reused")


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"inputs": {}}, 400, "invalid", "inputs.film"),
        ({"inputs": {"film": DATA_URL, "extra": 1}}, 400, "invalid", "inputs.extra"),
        ({"inputs": {"film": 7}}, 400, "invalid", "inputs.film"),
        ({"inputs": {"film": "data:image/png;base64,@@@"}}, 400, "invalid", "inputs.film"),
        ({"inputs": {"film": "data:image/png;base64,aGVsbG8="}}, 422, "input_not_an_image", "inputs.film"),
        ({"inputs": {"film": {"prediction": "no"}}}, 400, "invalid", "inputs.film.prediction"),
        ({"inputs": {"film": DATA_URL}, "keep": "no"}, 400, "invalid", "keep"),
        ({"inputs": {"film": DATA_URL}, "edits": [{"kind": "melt"}]}, 400, "invalid", "edits.0.kind"),
        (
            {"inputs": {"film": DATA_URL}, "edits": [CROP_OUTSIDE]},
            400,
            "invalid",
            "edits.0.x",
        ),
        (
            {"inputs": {"film": DATA_URL}, "edits": [FLIP_ELSEWHERE]},
            400,
            "invalid",
            "edits.0.input",
        ),
        ({"inputs": []}, 400, "invalid", "inputs"),
        ({"inputs": {"film": DATA_URL}, "more": 1}, 400, "invalid", "more"),
    ],
)
def test_a_bad_request_names_its_field(served: Served, body: object, status: int, code: str, field: str) -> None:
    answered, problem = served.predict(body)
    assert (answered, problem["code"]) == (status, code)
    assert [error["field"] for error in problem["errors"]] == [field]


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed"),
        (b"[]", "application/json", 400, "malformed"),
        (b"[" * 100_000, "application/json", 400, "malformed"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"nonsense", "multipart/form-data; boundary=x", 400, "invalid"),
        (b"x" * (35 * 1024 * 1024), "application/json", 413, "too_large"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    served: Served, content: bytes, kind: str, status: int, code: str
) -> None:
    answer = served.api.request("POST", served.address, content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


class TestRights:
    def test_a_strangers_endpoint_is_not_there(self, served: Served, other_lab: Lab) -> None:
        stranger = LiveApi(site().url, other_lab.token())
        answer = stranger.request("POST", served.address, json={"inputs": {"film": DATA_URL}})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        stranger.close()

    def test_a_token_without_the_scope_may_not(self, served: Served) -> None:
        reader = LiveApi(site().url, served.lab.token(Scope.MODELS_READ))
        answer = reader.request("POST", served.address, json={"inputs": {"film": DATA_URL}})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
        assert "with the scopes models:read." in answer.json()["detail"]
        reader.close()

    def test_no_token_is_told_how_to_get_one(self, served: Served) -> None:
        nobody = LiveApi(site().url, "atr_guessed")
        answer = nobody.request("POST", served.address, json={"inputs": {"film": DATA_URL}})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        nobody.close()

    def test_a_token_dies_with_its_membership(self, served: Served) -> None:
        bob = served.lab.member("Bob", Role.MEMBER)
        secret = served.lab.token(member=bob)
        api = LiveApi(site().url, secret)
        assert api.request("GET", "me").status_code == 200
        remove_member(served.lab.alice, bob.membership_id)
        assert api.request("GET", "me").status_code == 401
        api.close()


def test_a_cancelled_prediction_ends_cancelled_or_was_done(served: Served) -> None:
    answer = served.api.request(
        "POST",
        served.address,
        json={"inputs": {"film": gray(77)}},
        headers={"Prefer": "wait=0"},
    )
    found = f"predictions/{answer.json()['id']}"
    assert served.api.request("POST", f"{found}/cancel").status_code == 202
    deadline = time.monotonic() + 20
    while (state := served.api.request("GET", found).json()["state"]) in ("queued", "running"):
        assert time.monotonic() < deadline
    assert state in ("cancelled", "succeeded")
    with team_context(served.lab.alice):
        prediction = Prediction.objects.get(pk=UUID(answer.json()["id"]))
        assert Job.objects.get(subject=prediction.pk).state == state


def test_a_request_beyond_the_quota_is_in_the_ledger_as_refused(served: Served) -> None:
    lent = served.api.request("POST", f"endpoints/{served.endpoint}/links", json={"quota": 1}).json()
    guest = Browser(UUID(lent["id"]), lent["url"].rpartition("/")[2])
    assert guest.ask({"inputs": {"film": gray(90)}}).status_code == 200
    assert guest.ask({"inputs": {"film": gray(91)}}).status_code == 429
    with team_context(served.lab.alice):
        told = UsageEntry.objects.filter(link_id=lent["id"]).order_by("id")
        assert list(told.values_list("outcome", flat=True)) == ["succeeded", "refused"]


def test_a_message_sent_twice_is_written_once(served: Served) -> None:
    _, answer = served.predict({"inputs": {"film": gray(92)}})
    flag = served.api.request("POST", f"predictions/{answer['id']}/flag", json={"verdict": "wrong"}).json()
    address, key = f"threads/{flag['thread']}/messages", {"Idempotency-Key": "one"}
    first = served.api.request("POST", address, json={"body": "Seen."}, headers=key)
    again = served.api.request("POST", address, json={"body": "Seen."}, headers=key)
    assert (first.status_code, first.json()) == (201, again.json())
    other = served.api.request("POST", address, json={"body": "Else."}, headers=key)
    assert other.json()["code"] == "key_reused"
