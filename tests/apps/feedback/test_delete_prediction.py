"""`DELETE /predictions/{id}`: for admins, with all that hangs on it, in the store too; a second time is no error."""

from typing import Any
from uuid import uuid4

from apps.artifacts.models import Artifact
from apps.endpoints.models import Prediction, PredictionArtifact
from apps.feedback.models import Flag, Thread
from apps.feedback.services import flag_prediction
from atrium import storage
from atrium.access.principals import Role, Scope
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.apps.home.remains import LARGE, picture
from tests.people import Lab, answered
from tests.schema import Api


def deleted(token: str, prediction_id: Any) -> tuple[int, str]:
    status, answer = Api(token).request("DELETE", f"predictions/{prediction_id}")
    return status, answer.get("code", "") if answer else ""


def test_it_goes_with_its_attempts_pictures_and_judgements(lab: Lab) -> None:
    one, other = answered(lab, lab.alice, picture=picture("one", LARGE)), lab.prediction(lab.alice)
    attempt = lab.prediction(lab.alice)
    with team_context(lab.alice):
        Prediction.objects.filter(pk=attempt.pk).update(original=one)
        [held] = PredictionArtifact.objects.filter(prediction=one).values_list("artifact_id", flat=True)
        key = Artifact.objects.get(pk=held).key
    flag_prediction(lab.alice, one.pk, verdict="wrong", message="No.")
    assert list(storage.listed(key))
    token = lab.token(Scope.FEEDBACK_WRITE)
    assert deleted(token, one.pk) == (204, "")
    with team_context(lab.alice):
        assert list(Prediction.objects.values_list("pk", flat=True)) == [other.pk]
        assert not Artifact.objects.filter(pk=held).exists()
        assert not Flag.objects.exists()
        assert not Thread.objects.exists()
        tombstone = Event.objects.get(what="prediction.deleted")
        assert (tombstone.subject_id, tombstone.project_id, tombstone.data) == (one.pk, lab.project.pk, {})
    assert not list(storage.listed(key))
    assert deleted(token, one.pk) == (204, "")
    with team_context(lab.alice):
        assert Event.objects.filter(what="prediction.deleted").count() == 1


def test_only_admins_delete_and_nobody_learns_what_was(lab: Lab, other_lab: Lab) -> None:
    prediction = lab.prediction(lab.alice)
    bobs = lab.token(member=lab.member("Bob", Role.MEMBER))
    assert deleted(bobs, prediction.pk) == (403, "not_permitted")
    assert deleted(lab.token(Scope.PREDICT), prediction.pk) == (403, "not_permitted")
    assert deleted(other_lab.token(), prediction.pk) == (404, "not_found")
    assert deleted(lab.token(), uuid4()) == (404, "not_found")
    assert deleted(lab.token(), prediction.pk) == (204, "")
    for token in (bobs, other_lab.token()):
        assert deleted(token, prediction.pk) == (404, "not_found")
