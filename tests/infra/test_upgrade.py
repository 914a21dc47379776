"""From the release before to this one: nothing is lost, it keeps running meanwhile, and it is used as it was before."""

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from psycopg import sql

from infra.backup.load import load
from infra.backup.manifest import Manifest
from infra.dev.ground import ROOT
from tests.apps.users.accounts import code_now
from tests.infra.places import Place, copied, empty_place, owned
from tests.infra.releases.kept import Release, unpack_newest
from tests.infra.releases.schema import Schema, taken_away
from tests.made import environment, made_in
from tests.people import PIXEL
from tests.services import site

GROWING = {"public.django_migrations", "public.django_content_type", "public.auth_permission"}
"""Each release adds rows of its own to these."""
Rows = dict[str, Counter[Any]]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return unpack_newest(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def older(release: Release) -> Iterator[Place]:
    """The release's database and objects, as they were."""
    with empty_place() as place:
        load(release.folder, Manifest.read(release.folder), place.target)
        yield place


@dataclass
class Migrated:
    """before, after: every row of every table, by the columns that the release uses."""

    old: Schema
    new: Schema
    before: Rows
    after: Rows


@pytest.fixture(scope="module")
def migrated(older: Place, release: Release) -> Migrated:
    with copied(older) as (database, connection), owned(database) as alias:
        old = Schema.of(connection)
        columns = tables_of(connection) | {f"public.{table}": names for table, names in release.told["columns"].items()}
        before = rows_of(connection, columns)
        call_command("migrate", database=alias, interactive=False, verbosity=0)
        return Migrated(old, Schema.of(connection), before, rows_of(connection, columns))


def tables_of(connection: "psycopg.Connection[Any]") -> dict[str, list[str]]:
    """Every table, those of libraries too, with its columns."""
    found = connection.execute(
        "SELECT table_schema || '.' || table_name, array_agg(column_name::text ORDER BY ordinal_position)"
        " FROM information_schema.columns NATURAL JOIN information_schema.tables"
        " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE' GROUP BY 1"
    )
    return dict(found.fetchall())


def rows_of(connection: "psycopg.Connection[Any]", columns: dict[str, list[str]]) -> Rows:
    found = {}
    for table, names in columns.items():
        query = sql.SQL("SELECT row({})::text FROM {}").format(
            sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(*table.split("."))
        )
        found[table] = Counter(row for (row,) in connection.execute(query))
    return found


def test_every_row_is_kept(migrated: Migrated, release: Release) -> None:
    filled = {table.removeprefix("public.") for table, rows in migrated.before.items() if rows}
    assert {"endpoints_prediction", "feedback_flag", "sharing_link", "teams_apitoken", "audit_event"} <= filled
    lost = {table: rows - migrated.after[table] for table, rows in migrated.before.items()}
    assert {table: rows for table, rows in lost.items() if rows} == {}
    assert {table for table, rows in migrated.before.items() if migrated.after[table] - rows} <= GROWING


def test_the_release_runs_on_the_new_schema(migrated: Migrated, release: Release) -> None:
    """Migrations come first, the new processes after them: see ADR 008, and what to do instead of each sentence."""
    assert taken_away(migrated.old, migrated.new, release.told["columns"], release.told["functions"]) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("ALTER TABLE projects_project DROP COLUMN name", "projects_project.name is gone"),
        ("ALTER TABLE projects_project RENAME COLUMN name TO title", "projects_project.name is gone"),
        ("ALTER TABLE projects_project RENAME TO project", "projects_project.name is gone"),
        (
            "ALTER TABLE projects_project ALTER name TYPE text",
            "projects_project.name was character varying(120) and is text",
        ),
        (
            "UPDATE teams_team SET deleting_at = now(); ALTER TABLE teams_team ALTER deleting_at SET NOT NULL",
            "teams_team.deleting_at must have a value",
        ),
        (
            "ALTER TABLE projects_project ADD hue int NOT NULL DEFAULT 0;"
            "ALTER TABLE projects_project ALTER hue DROP DEFAULT",
            "projects_project.hue, which it does not write, must have a value and has no default",
        ),
        (
            "DROP FUNCTION atrium.member_at(uuid, varchar)",
            "member_at(who uuid, team character varying) is gone or answers otherwise",
        ),
        ("REVOKE INSERT ON projects_project FROM atrium_app", "atrium_app lost INSERT on projects_project"),
        ("CREATE UNIQUE INDEX ON projects_project (id, name)", "projects_project (id, name) must be unique"),
        (
            "ALTER TABLE projects_project DROP CONSTRAINT project_slug_once",
            "projects_project (slug, team_id) need not be unique any more",
        ),
        ("ALTER TABLE projects_project ADD CONSTRAINT named CHECK (name <> '')", "projects_project is held by named"),
    ],
)
def test_what_would_break_it_is_told(older: Place, release: Release, change: str, sentence: str) -> None:
    with psycopg.connect(site().postgres.url(database=older.database)) as connection:
        old = Schema.of(connection)
        connection.execute(change)
        assert sentence in taken_away(old, Schema.of(connection), release.told["columns"], release.told["functions"])
        connection.rollback()


# ---- locks ----


@pytest.fixture
def one_behind(older: Place) -> Iterator[str]:
    """A database that lacks a migration, which adds a column to the table of accounts, and knows of none after it."""
    with copied(older) as (database, connection):
        connection.execute("ALTER TABLE users_user DROP COLUMN deleting_at")
        connection.execute("DELETE FROM django_migrations WHERE app = 'users' AND name >= '0003_deletion'")
        yield database


def migrate(alias: str, stdout: StringIO | None = None, **options: Any) -> None:
    """That one; the table of its locks is named by the test."""
    call_command("migrate", "users", "0003_deletion", database=alias, stdout=stdout or StringIO(), **options)


@contextmanager
def somebody_reads(database: str) -> Iterator["psycopg.Connection[Any]"]:
    """A transaction that has read the accounts and is open until the end of the block."""
    with psycopg.connect(site().postgres.url(database=database)) as reader:
        reader.execute("SELECT count(*) FROM users_user")
        yield reader
        reader.rollback()


class Latecomer(threading.Thread):
    """Reads the accounts as soon as a migration waits for them, and so stands behind it."""

    WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'users_user'::regclass)"

    def __init__(self, database: str) -> None:
        super().__init__()
        self.database, self.stood_behind, self.has_read = database, False, False

    def run(self) -> None:
        with psycopg.connect(site().postgres.url(database=self.database), autocommit=True) as connection:
            while not self.stood_behind:
                [self.stood_behind] = connection.execute(self.WAITS).fetchone() or (False,)
                time.sleep(0.02)
            connection.execute("SELECT count(*) FROM users_user")
            self.has_read = True


def test_a_migration_gives_up_a_lock_after_four_seconds_and_lets_readers_pass(one_behind: str) -> None:
    with owned(one_behind) as alias, somebody_reads(one_behind):
        with connections[alias].cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("4s",)
        late = Latecomer(one_behind)
        late.start()
        with pytest.raises(CommandError, match=r"users\.0003_deletion got no lock in 1 tries"):
            migrate(alias, tries=1)
        late.join(60)
        assert late.has_read, "while the first reader's transaction is still open"


def test_it_is_tried_again_and_done_when_the_lock_is_free(one_behind: str) -> None:
    with owned(one_behind, lock_timeout="200ms") as alias, somebody_reads(one_behind) as reader:

        class Listener(StringIO):
            def write(self, text: str) -> int:
                if "waits for a lock" in text:
                    reader.rollback()
                return super().write(text)

        said = Listener()
        migrate(alias, said)
        assert "users.0003_deletion waits for a lock; it is tried again in 1 s" in said.getvalue()
        assert reader.execute("SELECT deleting_at FROM users_user").fetchall()


# ---- by hand ----


def command(var: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """What `make backup` and `make restore` run."""
    program = [sys.executable, "-m", "infra.dev.backup", *words]
    return subprocess.run(
        program, cwd=ROOT, env=environment(var, DEMO="0"), capture_output=True, text=True, check=False
    )


def test_restored_upgraded_used_and_backed_up(release: Release, tmp_path: Path) -> None:
    """The release's backup into an empty folder, and no other; `make run`; a backup while it runs."""
    var, backup, restored = tmp_path / "var", tmp_path / "backup", tmp_path / "restored"
    assert "nothing to back up" in command(var, "save", str(backup)).stderr
    done = command(var, "restore", str(release.folder))
    assert done.returncode == 0, done.stderr
    with made_in(var, DEMO="0"):
        is_used(json.loads((var / "run.json").read_text())["url"], release.told)
        saved = command(var, "save", str(backup))
        assert saved.returncode == 0, saved.stderr
        assert "is there already" in command(var, "save", str(backup)).stderr
    assert "holds an Atrium already" in command(var, "restore", str(backup)).stderr

    done = command(restored, "restore", str(backup))
    assert done.returncode == 0, done.stderr
    for name in ("secrets.json", "encryption.key"):
        assert (restored / name).read_text() == (var / name).read_text()

    (backup / "files" / "secrets.json").write_text("{}")
    shutil.rmtree(restored)
    refused = command(restored, "restore", str(backup))
    assert (refused.returncode, "files/secrets.json" in refused.stderr) == (1, True)
    assert not (restored / "postgres").exists()


def is_used(url: str, told: dict[str, Any]) -> None:
    """Bob logs in with both factors and finds his team's case; its program asks the model; the link opens."""
    with httpx.Client(base_url=url, timeout=60) as browser:
        sent = submitted(browser, "/accounts/login/", login=told["email"], password=told["password"])
        assert submitted(browser, sent.headers["Location"], code=code_now(told["seed"])).headers["Location"] == "/"
        base = f"/t/{told['team']}"
        assert "The next version looks at the edge." in browser.get(f"{base}/films/inbox/{told['thread']}/").text
        picture = browser.get(f"{base}/pictures/{told['picture']}").content
        assert sha256(picture).hexdigest() == told["picture_sha256"]
        assert browser.get(f"/l/{told['link']}").headers["Location"].startswith("/r/")
    with httpx.Client(
        base_url=f"{url}/api/v1", timeout=60, headers={"Authorization": f"Bearer {told['token']}"}
    ) as api:
        assert api.get(f"/predictions/{told['prediction']}").json()["answer"]["finding"]["scores"]
        film = f"data:image/png;base64,{b64encode(PIXEL).decode()}"
        answer = api.post(
            f"/endpoints/{told['endpoint']}/predictions", json={"inputs": {"film": film}}, headers={"Prefer": "wait=30"}
        )
        assert answer.json().get("state") == "succeeded", answer.text


def submitted(browser: httpx.Client, path: str, **form: str) -> httpx.Response:
    """A page's form, filled in and sent."""
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(path).text)
    assert token
    return browser.post(path, data={**form, "csrfmiddlewaretoken": token[1]})
