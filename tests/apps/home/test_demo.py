"""The demo as `make run` loads it, also where an earlier load was cut off."""

from typing import Any
from unittest.mock import patch

import pytest

from apps.datasets.models import DatasetVersion
from apps.endpoints.models import Endpoint, Example, Prediction
from apps.feedback.models import Flag
from apps.home import demo
from apps.home.demo import load
from apps.sharing.models import Link
from apps.teams.selectors import teams_of
from apps.users.models import User
from atrium.access.door import link_behind, member_for
from atrium.access.principals import Person
from atrium.tenancy.context import team_context
from infra.demo import manifest

pytestmark = pytest.mark.usefixtures("web_process", "worker_process", "chores_process", "chores_of_the_site")


class Cut(BaseException):
    """As a Ctrl-C in the middle."""


def test_a_load_that_was_cut_off_is_begun_anew_and_ends_whole() -> None:
    async def cut(*given: Any) -> None:
        raise Cut

    with patch.object(demo, "_populate", cut), pytest.raises(Cut):
        load()
    half = User.objects.get(email=demo.EMAIL)
    loaded = load()
    user = User.objects.get(email=demo.EMAIL)
    assert user.pk != half.pk
    assert user.check_password(loaded.password)
    assert user.is_staff
    assert teams_of(Person(half.pk, "")) == []
    [team] = teams_of(Person(user.pk, ""))
    assert team.slug == loaded.team
    shared = link_behind(loaded.secret)
    assert shared is not None
    story = manifest.load()
    with team_context(member_for(Person(user.pk, ""), team.slug)):
        assert Endpoint.objects.count() == len(story.models)
        assert Example.objects.count() == sum(len(model.examples) for model in story.models)
        assert Flag.objects.count() == len(story.reviews)
        tables = DatasetVersion.objects.filter(state="ready")
        assert [len(version.columns) for version in tables.order_by("dataset__name")] == [35, 13]
        assert not Prediction.objects.exclude(state="succeeded").exists()
        assert Link.objects.filter(pk=shared, revoked_at=None).exists()
