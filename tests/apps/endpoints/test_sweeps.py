"""What retention takes away, and what it leaves."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from apps.artifacts.models import Artifact
from apps.endpoints.chores import sweep_team
from apps.endpoints.deletion import held_only_by, orphaned_by
from apps.endpoints.models import Example, Prediction, PredictionArtifact
from apps.feedback.services import flag_prediction
from atrium.access.principals import Guest
from atrium.tenancy.context import team_context
from tests.people import Lab


@pytest.fixture
def dana(lab: Lab) -> Guest:
    return lab.guest()


def aged(lab: Lab, prediction: Prediction, age: timedelta) -> UUID:
    with team_context(lab.alice):
        Prediction.objects.filter(pk=prediction.pk).update(created_at=timezone.now() - age)
    return prediction.pk


def swept(lab: Lab) -> set[UUID]:
    """The predictions that remain."""
    with team_context(lab.alice):
        sweep_team()
        return set(Prediction.objects.values_list("pk", flat=True))


class TestPictures:
    def test_that_another_prediction_holds_stay(self, lab: Lab, dana: Guest) -> None:
        """A crop of a case shows the case's film; the case itself is flagged, and stays."""
        old, other = lab.prediction(dana, kept=False), lab.prediction(dana)
        own, film = UUID(old.inputs["film"]["original"]), UUID(other.inputs["film"]["original"])
        with team_context(lab.alice):
            PredictionArtifact.objects.create(prediction=old, artifact_id=film)
            assert orphaned_by(Prediction.objects.filter(pk=old.pk)) == [own]

    def test_are_asked_for_one_by_one(self, lab: Lab) -> None:
        """NOT IN would read every picture of the team, at each sweep, for each project."""
        with team_context(lab.alice):
            plan = held_only_by(Prediction.objects.filter(pk__in=[lab.team.pk])).explain()
        assert "Anti Join" in plan, plan


class TestDrafts:
    def test_go_within_the_hour_with_their_pictures(self, lab: Lab, dana: Guest) -> None:
        old = lab.prediction(dana, kept=False)
        picture = old.inputs["film"]["original"]
        aged(lab, old, timedelta(minutes=61))
        fresh = lab.prediction(dana, kept=False).pk
        assert swept(lab) == {fresh}
        with team_context(lab.alice):
            assert not Artifact.objects.filter(pk=picture).exists()

    def test_under_way_stay(self, lab: Lab, dana: Guest) -> None:
        running = lab.prediction(dana, kept=False, state=Prediction.State.QUEUED)
        assert swept(lab) == {aged(lab, running, timedelta(hours=2))}


class TestAttempts:
    def test_go_when_the_projects_retention_ends(self, lab: Lab, dana: Guest) -> None:
        aged(lab, lab.prediction(dana), timedelta(days=91))
        young = aged(lab, lab.prediction(dana), timedelta(days=89))
        assert swept(lab) == {young}

    def test_that_are_flagged_live_with_their_thread(self, lab: Lab, dana: Guest) -> None:
        flagged = lab.prediction(dana)
        flag_prediction(dana, flagged.pk, verdict="wrong")
        assert swept(lab) == {aged(lab, flagged, timedelta(days=400))}

    def test_that_are_shown_as_examples_stay(self, lab: Lab) -> None:
        shown = lab.prediction(lab.alice)
        with team_context(lab.alice):
            Example.objects.create(endpoint=lab.endpoint, prediction=shown)
        assert swept(lab) == {aged(lab, shown, timedelta(days=400))}

    def test_stay_while_a_later_attempt_hangs_on_them(self, lab: Lab, dana: Guest) -> None:
        original = lab.prediction(dana)
        attempt = lab.prediction(dana, original=original)
        flag_prediction(dana, attempt.pk, verdict="wrong")
        aged(lab, original, timedelta(days=400))
        assert swept(lab) == {original.pk, attempt.pk}


def test_a_picture_that_another_prediction_holds_stays(lab: Lab, dana: Guest) -> None:
    first, second = lab.prediction(dana), lab.prediction(dana)
    with team_context(lab.alice):
        second.artifacts.create(artifact_id=first.inputs["film"]["original"])
    aged(lab, first, timedelta(days=91))
    assert swept(lab) == {second.pk}
    with team_context(lab.alice):
        assert Artifact.objects.filter(pk=first.inputs["film"]["original"]).exists()
