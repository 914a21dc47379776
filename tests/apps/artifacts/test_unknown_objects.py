"""An object without a row goes when it is old enough; one with a row, or a young one, stays."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from apps.artifacts import uploads
from apps.artifacts.chores import UNKNOWN_LIFE, forget_parts, forget_unknown
from apps.artifacts.models import Artifact
from apps.artifacts.services import keep, stage
from atrium import storage
from atrium.tenancy.context import team_context
from tests.people import Lab

LARGE = b"x" * 100_000


def test_what_no_row_knows_goes_by_age(lab: Lab) -> None:
    """Also below a team that is gone; what is not named as ours is left alone."""
    below = f"team/{lab.team.pk}/"
    known, lost = (stage(lab.team.pk, LARGE, "image/png") for _ in range(2))
    with team_context(lab.alice):
        keep([known])
    storage.put(f"{below}readme", b"not ours", "text/plain")
    keys = {name: f"{below}{each.artifact_id}" for name, each in (("known", known), ("lost", lost))}
    assert forget_unknown(timezone.now() - UNKNOWN_LIFE, below) == 0
    assert storage.size(keys["lost"]) == len(LARGE)
    soon = timezone.now() + timedelta(minutes=1)
    assert forget_unknown(soon, below) == 1
    assert storage.size(keys["lost"]) is None
    assert storage.size(keys["known"]) == len(LARGE)
    assert storage.size(f"{below}readme") == 8
    with team_context(lab.alice):
        assert Artifact.objects.filter(pk=known.artifact_id).exists()


def test_what_an_upload_of_today_has_put_there_stays() -> None:
    """A large model is put part by part for hours before its row is written."""
    assert timedelta(hours=12) <= UNKNOWN_LIFE <= timedelta(days=7)


def test_what_lies_below_a_team_that_is_gone_goes() -> None:
    gone = uuid4()
    storage.put(f"team/{gone}/{uuid4()}", LARGE, "image/png")
    assert forget_unknown(timezone.now() + timedelta(minutes=1), f"team/{gone}/") == 1
    assert list(storage.listed(f"team/{gone}/")) == []


def test_parts_that_nobody_goes_on_with_go_by_age(lab: Lab) -> None:
    """As a worker leaves them that died over a table; those of an upload that has its row stay."""
    below = f"team/{lab.team.pk}/"
    lost = f"{below}{uuid4()}"
    storage.begin_upload(lost, "text/plain")
    mine = uploads.begin(lab.team.pk, 10, bytes(32), "text/plain", 10)
    with team_context(lab.alice):
        mine.save(force_insert=True)
    assert forget_parts(timezone.now() - UNKNOWN_LIFE, below) == 0
    assert forget_parts(timezone.now() + timedelta(minutes=1), below) == 1
    assert [(key, upload) for key, upload, _ in storage.listed_uploads(below)] == [(mine.key, mine.upload)]
    storage.abort_upload(mine.key, mine.upload)
