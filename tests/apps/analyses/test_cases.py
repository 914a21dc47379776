"""Rows of a table as cases, without a worker: neither rows nor pictures go where they do not belong."""

import asyncio
from typing import Any

import pytest

from apps.analyses.cases import Opening, open_rows, rows_to_take
from apps.analyses.pictures import picture_of, read_piece
from apps.datasets.models import DatasetVersion
from apps.projects.models import Project
from apps.projects.services import create_project
from atrium import storage
from atrium.errors import NotFound, Problem
from atrium.tenancy.context import team_context
from gpu_workers.protocol.datasets import Column, Kind, Role
from tests.people import PIXEL, Lab
from tests.tables import ready_table, taken_of


def films(lab: Lab, project: Project) -> DatasetVersion:
    return ready_table(lab.alice, project, "films", (Column("film", Kind.IMAGE, Role.FEATURE),))


def opening(lab: Lab) -> Opening:
    return Opening(lab.endpoint.pk, {"film": "film"}, (0,))


def take(lab: Lab, version: DatasetVersion) -> Any:
    with team_context(lab.alice):
        return rows_to_take(
            lab.alice, DatasetVersion.objects.select_related("dataset").get(pk=version.pk), opening(lab)
        )


def test_rows_are_opened_on_endpoints_of_their_own_project(lab: Lab) -> None:
    assert take(lab, films(lab, lab.project)).rows == (0,)
    elsewhere = films(lab, create_project(lab.alice, name="Elsewhere"))
    with pytest.raises(NotFound):
        take(lab, elsewhere)


def test_the_rows_of_another_version_are_not_opened_as_this_ones(lab: Lab) -> None:
    first, second = films(lab, lab.project), films(lab, lab.project)
    with pytest.raises(NotFound):
        asyncio.run(open_rows(lab.alice, first.pk, opening(lab), taken_of(lab.alice, second)))


def test_a_picture_whose_bytes_changed_is_not_shown(lab: Lab) -> None:
    answer = taken_of(lab.alice, films(lab, lab.project))
    with team_context(lab.alice):
        file, piece = picture_of(lab.alice, answer, 0)
    assert read_piece(file, piece) == PIXEL
    storage.put(file.key, PIXEL[:-1] + b"!", file.content_type)
    with pytest.raises(Problem) as damaged:
        read_piece(file, piece)
    assert damaged.value.code == "artifact_damaged"
