"""The policy of each table, by itself: another team sees no row of it, and would if the policy were gone."""

from contextlib import ExitStack
from uuid import UUID

import pytest
from django.db import connection

from atrium.tenancy.context import team_context
from atrium.tenancy.models import tenant_models

from .matrix import Cell, cells, perform
from .removals import without_policy
from .stage import Stage
from .table import Outcome

TABLES = ["teams_team", *sorted(model._meta.db_table for model in tenant_models())]
SERVED = ("endpoints_endpoint", "registry_version", "registry_model", "projects_project")
SHOWN = {
    "api/v1/projects/<uuid:project_id>": ("projects_project",),
    "api/v1/models/<uuid:model_id>": ("registry_model", "projects_project"),
    "api/v1/predictions/<uuid:prediction_id>": ("endpoints_prediction", *SERVED),
    "api/v1/dataset-versions/<uuid:dataset_version_id>": (
        "datasets_datasetversion",
        "datasets_dataset",
        "projects_project",
        "artifacts_artifact",
    ),
    "api/v1/links/<uuid:link_id>": ("sharing_link", "endpoints_endpoint"),
    "t/<slug:team>/settings/tokens/<uuid:token_id>/revoke": ("teams_apitoken", "teams_membership"),
}
"""Addresses at which a stranger would meet a row, were it not for the policies of the tables that are read together."""


def rows_of(team_id: UUID, table: str, seen_by: Stage) -> int:
    """How many rows of one team a member of the other team's context reads."""
    column = "id" if table == "teams_team" else "team_id"
    with team_context(seen_by.other.alice), connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {column} = %s', [team_id])
        found: int = cursor.fetchone()[0]
    return found


@pytest.mark.parametrize("table", TABLES)
def test_hides_every_row_of_another_team(stage: Stage, table: str) -> None:
    assert rows_of(stage.lab.team.pk, table, stage) == 0
    with without_policy(table):
        assert rows_of(stage.lab.team.pk, table, stage) > 0, "a row of this table is missing on the stage"
    assert rows_of(stage.lab.team.pk, table, stage) == 0


@pytest.fixture(scope="module")
def strange(stage: Stage) -> dict[str, list[Cell]]:
    """What members of the other team ask about this team's things, by address."""
    found: dict[str, list[Cell]] = {}
    for cell in cells(stage):
        if cell.expected is Outcome.HIDDEN and (cell.subject == "another team's" or "Charlie" in str(cell.actor)):
            found.setdefault(cell.route.pattern, []).append(cell)
    return found


@pytest.mark.parametrize("pattern", SHOWN)
def test_without_it_the_matrix_is_red(strange: dict[str, list[Cell]], pattern: str) -> None:
    asked = strange[pattern]
    assert {perform(cell) for cell in asked} == {Outcome.HIDDEN}
    with ExitStack() as stack:
        for table in SHOWN[pattern]:
            stack.enter_context(without_policy(table))
        assert {perform(cell) for cell in asked} != {Outcome.HIDDEN}
