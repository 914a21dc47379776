"""Promoting and archiving one version at once: it is never both."""

import pytest

from apps.endpoints.services import promote
from apps.registry.models import Version
from apps.registry.services import change_version
from atrium.errors import Conflict
from atrium.tenancy.context import team_context
from tests.locks import until_waiting
from tests.people import Lab, ready_version
from tests.threads import Threads


@pytest.fixture
def second(lab: Lab) -> Version:
    return ready_version(lab.alice, lab.project, "reader")


def test_what_is_archived_just_then_is_not_served(lab: Lab, second: Version) -> None:
    with Threads(1) as other:
        with team_context(lab.alice):
            change_version(lab.alice, second.pk, archived=True)
            promoted = other.submit(promote, lab.alice, lab.endpoint.pk, second.pk)
            until_waiting(1)
        with pytest.raises(Conflict, match="is archived"):
            promoted.result()


def test_what_is_served_just_then_is_not_archived(lab: Lab, second: Version) -> None:
    with Threads(1) as other:
        with team_context(lab.alice):
            promote(lab.alice, lab.endpoint.pk, second.pk)
            archived = other.submit(change_version, lab.alice, second.pk, archived=True)
            until_waiting(1)
        with pytest.raises(Conflict, match="serves this version"):
            archived.result()
