"""A project that holds a dataset is not deleted beside it: its rows would go, and its bytes stay in the store."""

import pytest

from apps.artifacts.models import Artifact
from apps.datasets.models import Dataset
from apps.datasets.services import delete_dataset
from apps.projects.models import Project
from apps.projects.services import create_project, delete_project
from atrium.errors import Conflict
from atrium.tenancy.context import team_context
from tests.people import Lab
from tests.tables import ready_table


def test_it_is_told_what_to_delete_first(lab: Lab) -> None:
    rows = create_project(lab.alice, name="Rows")
    table = ready_table(lab.alice, rows, "rows")
    with pytest.raises(Conflict, match="holds datasets") as refused:
        delete_project(lab.alice, rows.pk)
    assert refused.value.code == "in_use"
    with team_context(lab.alice):
        assert Dataset.objects.filter(pk=table.dataset_id).exists()
    delete_dataset(lab.alice, table.dataset_id)
    delete_project(lab.alice, rows.pk)
    with team_context(lab.alice):
        assert not Project.objects.filter(pk=rows.pk).exists()
        assert not Artifact.objects.filter(pk__in=[table.file_id, table.table_id]).exists()
