"""`manage.py doctor`: well where all is well, and each check fails where what it looks at is broken."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from secrets import token_hex
from typing import Any

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone
from pytest_django import Settings

from apps.home import doctor
from apps.home.doctor import CHECKS, configuration, examine, parts
from apps.home.doctor.findings import Finding, State
from apps.jobs.models import Worker
from apps.users import seeds
from atrium import storage
from atrium.rendering import connections as rendering
from infra.dev.ground import free_port
from infra.dev.processes import Process
from tests.apps.users.accounts import with_app
from tests.people import new_person
from tests.services import site


def finding(name: str) -> Finding:
    """What one check says, as `examine` asks it."""
    [found] = [found for found in examine() if found.id == name]
    assert found.state is State.OK or found.remedy, "a finding that is not ok says what to do"
    return found


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Leave all checks out but one."""

    def choose(name: str) -> Finding:
        monkeypatch.setattr(doctor, "CHECKS", {name: CHECKS[name]})
        return finding(name)

    return choose


@contextmanager
def connected(**differing: object) -> Iterator[None]:
    """This thread's connection goes elsewhere, or as another role."""
    stored = connections["default"]
    other: Any = type(stored)(stored.settings_dict | {"OPTIONS": {"connect_timeout": 2}} | differing, "default")
    connections["default"] = other
    try:
        yield
    finally:
        other.close()
        connections["default"] = stored


@contextmanager
def undone() -> Iterator[None]:
    """A transaction of which nothing stays, as the dispatcher, which keeps the table of workers."""
    with connected(USER="atrium_dispatcher", PASSWORD=site().secrets.atrium_dispatcher), transaction.atomic():
        yield
        transaction.set_rollback(True)


def worker(name: str, **fields: Any) -> None:
    given = {"pool": "default", "device": "cpu", "memory": 1, "floor": "full", "credit": 1, "seen_at": timezone.now()}
    Worker.objects.create(name=name, **(given | fields))


def test_all_is_well(worker_process: Process, chores_process: Process, inputs_process: Process) -> None:
    """Slow answers and a small disk may be warned of; nothing fails."""
    deadline = time.monotonic() + 60
    while not Worker.objects.filter(seen_at__gt=timezone.now() - Worker.SILENT).exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    with connected(USER="atrium_dispatcher", PASSWORD=site().secrets.atrium_dispatcher):
        Worker.objects.exclude(pool="default").delete()  # of other tests, whose dispatchers have ended
    assert [found for found in examine() if found.state is State.FAIL] == []


def test_the_command_prints_and_exits(settings: Settings) -> None:
    settings.SECRET_KEY = "short"
    told = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", json=True, stdout=told)
    assert ended.value.code == 1
    findings = json.loads(told.getvalue())
    assert [found["id"] for found in findings] == list(CHECKS)
    assert set(findings[0]) == {"id", "state", "sentence", "remedy"}
    spoken = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", stdout=spoken)
    assert "FAIL  settings.secret      SECRET_KEY can be guessed. Set SECRET_KEY to" in spoken.getvalue()


def test_it_ends_well_where_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CHECKS", {"settings.secret": CHECKS["settings.secret"]})
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=StringIO())
    assert ended.value.code == 0


@pytest.mark.parametrize("name", [name for name in CHECKS if name.startswith("database.")])
def test_no_database(only: Any, name: str) -> None:
    with connected(HOST="127.0.0.1", PORT=free_port()):
        assert only(name).state is State.FAIL


def test_a_slow_database(only: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SLOW_MS", 0.0)
    assert only("database.latency").state is State.WARN


def test_a_role_that_sees_everything(only: Any) -> None:
    assert only("database.role").state is State.OK
    with connected(USER="postgres", PASSWORD=site().secrets.postgres):
        assert only("database.role").state is State.FAIL


def test_a_migration_that_is_not_applied(only: Any) -> None:
    assert only("database.migrations").state is State.OK
    with psycopg.connect(site().postgres.url(database=site().database), autocommit=True) as owner:
        last = "(SELECT max(id) FROM django_migrations WHERE app = 'sharing')"
        row = owner.execute(f"DELETE FROM django_migrations WHERE id = {last} RETURNING *").fetchone()
        try:
            found = only("database.migrations")
        finally:
            owner.execute("INSERT INTO django_migrations VALUES (%s, %s, %s, %s)", row)
    assert found.state is State.FAIL
    assert "sharing." in found.sentence


@pytest.mark.parametrize("name", ["database.clock", "store.clock"])
@pytest.mark.parametrize("apart", [timedelta(minutes=-1), timedelta(minutes=1)])
def test_clocks_that_differ(only: Any, monkeypatch: pytest.MonkeyPatch, name: str, apart: timedelta) -> None:
    assert only(name).state is State.OK
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + apart)
    found = only(name)
    assert found.state is State.FAIL
    assert "s apart" in found.sentence


def test_no_messages(only: Any, settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert only("messages.latency").state is State.FAIL


@pytest.mark.parametrize("name", ["store.round_trip", "store.clock"])
def test_no_store(only: Any, settings: Settings, name: str) -> None:
    assert only(name).state is State.OK
    settings.S3_URL = f"http://127.0.0.1:{free_port()}"
    assert only(name).state is State.FAIL


def test_no_bucket(only: Any, settings: Settings) -> None:
    settings.S3_BUCKET = "nowhere"
    assert only("store.round_trip").state is State.FAIL


def test_a_store_that_changes_bytes(only: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "get", lambda key: b"other")
    assert only("store.round_trip").state is State.FAIL


def test_no_inputs(only: Any, settings: Settings, inputs_process: Process, tmp_path: Path) -> None:
    assert only("inputs.answer").state is State.OK
    rendering.close_all()
    settings.INPUTS_SOCKET = str(tmp_path / "none.sock")
    assert only("inputs.answer").state is State.FAIL


def test_a_pool_without_a_dispatcher(only: Any) -> None:
    with undone():
        worker("left", pool="nobody-dispatches")
        found = only("dispatcher.active")
    assert found.state is State.FAIL
    assert "nobody-dispatches" in found.sentence


def test_no_worker_and_a_lost_one(only: Any) -> None:
    with undone():
        Worker.objects.all().delete()
        assert only("workers.heartbeat").state is State.FAIL
        worker("lost", seen_at=timezone.now() - timedelta(hours=1))
        assert only("workers.heartbeat").state is State.FAIL
        worker("well")
        found = only("workers.heartbeat")
        assert (found.state, found.sentence) == (State.WARN, "Not heard any more: lost.")
        Worker.objects.filter(name="lost").delete()
        assert only("workers.heartbeat").state is State.OK


def test_a_reduced_sandbox(only: Any) -> None:
    with undone():
        Worker.objects.all().delete()
        worker("one")
        assert only("sandbox.floor").state is State.OK
        worker("two", floor="reduced")
        assert only("sandbox.floor").state is State.WARN


def test_nobody_does_chores(only: Any) -> None:
    with transaction.atomic():
        with connections["default"].cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_workers")
            assert only("chores.heartbeat").state is State.FAIL
            cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        assert only("chores.heartbeat").state is State.OK
        transaction.set_rollback(True)


def test_mail_that_goes_nowhere(only: Any, settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.MAIL_DIRECTORY = str(tmp_path)
    assert only("mail.delivery").state is State.OK
    (tmp_path / "file").touch()
    settings.MAIL_DIRECTORY = str(tmp_path / "file" / "below")
    assert only("mail.delivery").state is State.FAIL
    settings.MAIL_DIRECTORY, settings.DEVELOPMENT = str(tmp_path), False
    assert only("mail.delivery").state is State.FAIL
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert only("mail.delivery").state is State.FAIL


@pytest.mark.parametrize("key", ["short", "a" * 60, "django-insecure-" + "0123456789abcdefghij" * 3])
def test_a_secret_that_can_be_guessed(only: Any, settings: Settings, key: str) -> None:
    assert only("settings.secret").state is State.OK
    settings.SECRET_KEY = key
    assert only("settings.secret").state is State.FAIL


def test_a_key_of_second_factors_that_can_be_guessed_or_is_lost(only: Any, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["short"]
    assert only("settings.encryption").state is State.FAIL
    kept, other = token_hex(32), token_hex(32)
    settings.ENCRYPTION_KEYS = [kept]
    others = seeds.unreadable()  # of earlier tests, whose key is another
    alice = new_person("Alice")
    with_app(alice)
    assert seeds.unreadable() == others
    settings.ENCRYPTION_KEYS = [other]
    assert seeds.unreadable() >= 2
    assert "lacks the key" in only("settings.encryption").sentence
    settings.ENCRYPTION_KEYS = [other, kept]
    assert seeds.unreadable() == others
    Authenticator.objects.filter(user_id=alice.user_id).delete()


def test_a_pool_key_that_is_weak_or_open(only: Any, settings: Settings, tmp_path: Path) -> None:
    key = tmp_path / "pool.key"
    settings.POOL_KEY_FILE = str(key)
    assert only("settings.pool_key").state is State.FAIL
    key.touch(mode=0o600)
    key.write_text("ab" * 32)
    assert only("settings.pool_key").state is State.OK
    key.chmod(0o644)
    assert only("settings.pool_key").state is State.FAIL
    key.chmod(0o600)
    for weak in ("ab" * 8, "no hex at all"):
        key.write_text(weak)
        assert only("settings.pool_key").state is State.FAIL


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, State.OK),
        ({"DEBUG": True}, State.FAIL),
        ({"ALLOWED_HOSTS": ["*"]}, State.FAIL),
        ({"ATRIUM_URL": "http://atrium.example.org"}, State.WARN),
        ({"ATRIUM_URL": "http://atrium.example.org", "DEVELOPMENT": False}, State.FAIL),
        ({"ATRIUM_URL": "https://atrium.example.org", "DEVELOPMENT": False}, State.OK),
    ],
)
def test_an_address(only: Any, settings: Settings, changed: dict[str, Any], state: State) -> None:
    for name, value in changed.items():
        setattr(settings, name, value)
    assert only("settings.address").state is state


def test_a_full_disk(only: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configuration, "FREE", 1 << 62)
    assert only("disk.free").state is State.WARN
