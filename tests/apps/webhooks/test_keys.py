"""Secrets of webhooks move to another of `ENCRYPTION_KEYS`, and the doctor tells of one whose key is lost."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.home.doctor.configuration import settings_encryption
from apps.webhooks import keys
from apps.webhooks.chores import sweep_team
from apps.webhooks.models import Webhook
from apps.webhooks.services import create_webhook, rotate_secret, secrets_of
from atrium.tenancy.context import team_context
from tests.people import Lab

OLD, NEW = "old" + "0123456789abcdef" * 3, "new" + "0123456789abcdef" * 3


@pytest.fixture
def other_keys(lab: Lab, settings: Any) -> Iterator[Any]:
    """Settings whose keys a test changes; what it encrypted with them goes with it, since nobody could read it."""
    settings.ENCRYPTION_KEYS = [OLD]
    yield settings
    with team_context(lab.alice):
        Webhook.objects.all().delete()


def test_another_key_takes_over_and_the_old_one_can_go(lab: Lab, other_keys: Any) -> None:
    hook, before = create_webhook(lab.alice, lab.project.pk, url="https://example.org/", events=["flag.created"])
    hook, after = rotate_secret(lab.alice, hook.pk)
    other_keys.ENCRYPTION_KEYS = [NEW, OLD]
    with team_context(lab.alice):
        sweep_team()
        assert keys.renew() == 0
        other_keys.ENCRYPTION_KEYS = [NEW]
        hook.refresh_from_db()
        assert secrets_of(hook) == [after, before]
        assert keys.unreadable() == 0


def test_the_secret_before_goes_after_its_day(lab: Lab) -> None:
    hook, _ = create_webhook(lab.alice, lab.project.pk, url="https://example.org/", events=["flag.created"])
    hook, _ = rotate_secret(lab.alice, hook.pk)
    with team_context(lab.alice):
        sweep_team()
        hook.refresh_from_db()
        assert hook.earlier_secret
        Webhook.objects.filter(pk=hook.pk).update(earlier_until=timezone.now() - timedelta(seconds=1))
        sweep_team()
        hook.refresh_from_db()
        assert (hook.earlier_secret, hook.earlier_until) == ("", None)


def test_one_whose_key_is_lost_stays_and_the_doctor_tells(lab: Lab, other_keys: Any) -> None:
    hook, secret = create_webhook(lab.alice, lab.project.pk, url="https://example.org/", events=["flag.created"])
    other_keys.ENCRYPTION_KEYS = [NEW]
    with team_context(lab.alice):
        assert keys.renew() == 0
        assert keys.unreadable() == 1
    told = settings_encryption()
    assert told.state == "fail"
    assert "webhooks" in told.sentence
    other_keys.ENCRYPTION_KEYS = [NEW, OLD]
    with team_context(lab.alice):
        hook.refresh_from_db()
        assert secrets_of(hook) == [secret]
