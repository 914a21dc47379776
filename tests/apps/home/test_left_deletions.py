"""Deletions that a chore left are taken up again: the trouble of one team or account keeps no other waiting."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from apps.home import account_deletion, chores, deletion
from apps.users.models import User
from atrium.access.principals import System
from atrium.chores import sweeps
from tests.people import new_person


def test_each_is_tried_though_all_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    teams, accounts = {uuid4(), uuid4()}, {new_person(name).user_id for name in ("Ann", "Ben")}
    User.objects.filter(pk__in=accounts).update(deleting_at=timezone.now())  # too young for the site's own sweep
    tried: set[UUID] = set()

    def delete_batch(principal: System) -> bool:
        tried.add(principal.team_id)
        raise OSError("The store is away.")

    def forget_account(user_id: UUID) -> None:
        tried.add(user_id)
        raise OSError("The store is away.")

    monkeypatch.setattr(chores, "LEFT_BEHIND", timedelta(days=-1))
    monkeypatch.setattr(sweeps, "teams", lambda: list(teams))
    monkeypatch.setattr(deletion, "delete_batch", delete_batch)
    monkeypatch.setattr(account_deletion, "forget_account", forget_account)
    chores.sweep(0)
    assert tried >= teams | accounts
    User.objects.filter(pk__in=accounts).update(deleting_at=None)
