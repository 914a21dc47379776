"""Statements that are sent together are one transaction, whoever breaks it off."""

from uuid import UUID, uuid4

import pytest
from django.db import DataError

from atrium.tenancy.statements import run, send, together

NOTE = "INSERT INTO audit_accountevent (id, user_id, what, at) VALUES (%s, %s, 'test.noted', now())"


def noted(user: UUID) -> int:
    [(count,)] = run("SELECT count(*) FROM audit_accountevent WHERE user_id = %s", user)
    return int(count)


def test_all_of_them_happen() -> None:
    user = uuid4()
    with together():
        send(NOTE, uuid4(), user)
        assert send("SELECT 1").fetchall() == [(1,)]
        send(NOTE, uuid4(), user)
    assert noted(user) == 2


def test_none_of_them_happens_where_postgresql_refuses_one() -> None:
    user = uuid4()

    def refused() -> None:
        with together():
            send(NOTE, uuid4(), user)
            send("SELECT 1 / 0")

    with pytest.raises(DataError):
        refused()
    assert noted(user) == 0


def test_none_of_them_happens_where_something_else_is_raised_in_between() -> None:
    user = uuid4()

    def broken_off() -> None:
        with together():
            send(NOTE, uuid4(), user)
            send("SELECT 1").fetchall()
            raise KeyError

    for _ in range(3):
        with pytest.raises(KeyError):
            broken_off()
        assert noted(user) == 0
    with together():  # what was prepared on the way is there still
        send(NOTE, uuid4(), user)
        assert send("SELECT 1").fetchall() == [(1,)]
    assert noted(user) == 1
