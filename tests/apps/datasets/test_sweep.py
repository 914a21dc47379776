"""A table that was announced and never arrived is forgotten: its parts and its row."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.artifacts.models import Artifact
from apps.datasets.chores import UPLOAD_LIFE, forget_uploads
from apps.datasets.models import Dataset, DatasetVersion
from apps.datasets.services import create_dataset
from apps.datasets.uploading import create_version
from atrium import storage
from atrium.audit.models import Event
from atrium.errors import Problem
from atrium.tenancy.context import team_context
from tests.people import Lab

MINUTE = timedelta(minutes=1)


def announced(lab: Lab, dataset: Dataset, sha256: bytes, age: timedelta, state: str = "uploading") -> DatasetVersion:
    version, _ = create_version(lab.alice, dataset.pk, format="csv", size=9, sha256=sha256)
    with team_context(lab.alice):
        changed = DatasetVersion.objects.filter(pk=version.pk)
        changed.update(created_at=timezone.now() - age, state=state)
    return version


def test_it_goes_after_a_week_and_not_before(lab: Lab) -> None:
    dataset, _ = create_dataset(lab.alice, lab.project.pk, name="rows")
    over = announced(lab, dataset, b"a" * 32, UPLOAD_LIFE + MINUTE)
    young = announced(lab, dataset, b"b" * 32, UPLOAD_LIFE - MINUTE)
    arrived = announced(lab, dataset, b"c" * 32, UPLOAD_LIFE * 2, "reading")
    forget_uploads(lab.team.pk)
    with team_context(lab.alice):
        assert set(DatasetVersion.objects.values_list("pk", flat=True)) == {young.pk, arrived.pk}
        assert not Artifact.objects.filter(pk=over.file_id).exists()
        [deleted] = Event.objects.filter(what="dataset.deleted_version")
    assert (deleted.subject_id, deleted.who) == (over.pk, "system")
    with pytest.raises(Problem, match="upload_gone"):
        storage.listed_parts(over.file.key, over.file.upload)
    assert storage.listed_parts(young.file.key, young.file.upload) == {}
