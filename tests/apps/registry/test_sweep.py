"""A file that was announced and never arrived is forgotten: its parts, its row and its example's pictures."""

from datetime import timedelta
from hashlib import sha256

import httpx
import pytest
from django.utils import timezone

from apps.artifacts.models import Artifact
from apps.registry.chores import UPLOAD_LIFE, forget_uploads
from apps.registry.models import Version
from apps.registry.services import create_version
from atrium import storage
from atrium.audit.models import Event
from atrium.errors import Problem
from atrium.tenancy.context import team_context
from tests.people import INTERFACE, PIXEL, Lab

DATA = b"weights" * 1000
MINUTE = timedelta(minutes=1)


def announced(lab: Lab, age: timedelta) -> Version:
    """A version whose only part has arrived, and which nobody completed."""
    version, [part] = create_version(
        lab.alice,
        lab.version.model_id,
        size=len(DATA),
        sha256=sha256(DATA).digest(),
        example={"film": PIXEL},
        interface=INTERFACE,
    )
    httpx.put(part.url, content=DATA).raise_for_status()
    with team_context(lab.alice):
        Version.objects.filter(pk=version.pk).update(created_at=timezone.now() - age)
    return version


@pytest.mark.usefixtures("inputs_process")
def test_it_goes_after_a_week_and_not_before(lab: Lab) -> None:
    over, young = announced(lab, UPLOAD_LIFE + MINUTE), announced(lab, UPLOAD_LIFE - MINUTE)
    forget_uploads(lab.team.pk)
    with team_context(lab.alice):
        assert set(Version.objects.values_list("pk", flat=True)) == {lab.version.pk, young.pk}
        kept = {str(pk) for pk in Artifact.objects.values_list("pk", flat=True)}
        assert {str(over.artifact_id), over.example["film"]["original"]} & kept == set()
        assert {str(young.artifact_id), young.example["film"]["original"]} <= kept
        [deleted] = Event.objects.filter(what="version.deleted", subject_id=over.pk)
        assert deleted.who == "system"
    with pytest.raises(Problem, match="upload_gone"):
        storage.listed_parts(over.artifact.key, over.artifact.upload)
    assert list(storage.listed_parts(young.artifact.key, young.artifact.upload)) == [1]


@pytest.mark.usefixtures("inputs_process")
def test_what_was_completed_stays(lab: Lab) -> None:
    version = announced(lab, UPLOAD_LIFE * 2)
    with team_context(lab.alice):
        Version.objects.filter(pk=version.pk).update(state=Version.State.INSPECTING)
    forget_uploads(lab.team.pk)
    assert list(storage.listed_parts(version.artifact.key, version.artifact.upload)) == [1]
    with team_context(lab.alice):
        assert Version.objects.filter(pk=version.pk).exists()
