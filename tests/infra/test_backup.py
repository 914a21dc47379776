"""A backup taken under load is whole and comes back equal; one that is damaged, or would damage, is refused."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import psycopg
import pytest

from infra.backup.load import load
from infra.backup.manifest import Manifest, NotWhole
from infra.backup.save import OBJECTS, save
from infra.dev.backup import tell_damaged
from tests.infra.places import TEAM, Place, empty_place, migrated_place


@pytest.fixture
def place() -> Iterator[Place]:
    """One with a team, three objects, an artifact in its row and an upload under way."""
    with migrated_place() as place:
        place.connection.execute(
            "INSERT INTO teams_team (id, slug, name, created_at) VALUES (%s, 'films', 'Films', now())", [TEAM]
        )
        for number in range(3):
            place.keep(bytes([number]) * 100_000)
        place.keep(b"small", inline=True)
        place.keep(b"half", upload="an upload's id")
        yield place


@pytest.fixture
def empty() -> Iterator[Place]:
    with empty_place() as place:
        yield place


def test_what_comes_back_is_equal(place: Place, empty: Place, tmp_path: Path) -> None:
    made = save(place.source, tmp_path / "backup")
    assert made.tables["public.teams_team"].rows == 1
    assert made.tables["public.artifacts_artifact"].rows == 5
    assert load(tmp_path / "backup", Manifest.read(tmp_path / "backup"), empty.target) == 3
    again = save(empty.source, tmp_path / "again")
    assert again.tables == made.tables
    objects = [name for name in made.files if name.startswith(OBJECTS)]
    assert len(objects) == 3
    assert {name: again.files[name] for name in objects} == {name: made.files[name] for name in objects}


def test_rights_and_walls_come_back(place: Place, empty: Place, tmp_path: Path) -> None:
    save(place.source, tmp_path / "backup")
    load(tmp_path / "backup", Manifest.read(tmp_path / "backup"), empty.target)
    with psycopg.connect(empty.url("atrium_app")) as app:
        with pytest.raises(psycopg.Error, match="team"):
            app.execute("SELECT name FROM teams_team").fetchall()
        app.rollback()
        app.execute("SELECT set_config('atrium.team', %s, true)", [str(TEAM)])
        assert app.execute("SELECT name FROM teams_team").fetchall() == [("Films",)]


def test_a_backup_under_load_is_whole(place: Place, empty: Place, tmp_path: Path) -> None:
    """New artifacts come and old ones go all the while; each that the dump names is there with its bytes."""
    old = [place.keep(os.urandom(80_000)) for _ in range(40)]
    stop, started = threading.Event(), threading.Event()

    def work() -> None:
        while not stop.is_set():
            place.keep(os.urandom(80_000))
            if old:
                place.drop(old.pop())
            started.set()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert started.wait(60)
        made = save(place.source, tmp_path / "backup")
    finally:
        stop.set()
        worker.join()
    objects = [name for name in made.files if name.startswith(OBJECTS)]
    assert made.tables["public.artifacts_artifact"].rows == len(objects) + 2, "two have no object"
    assert load(tmp_path / "backup", Manifest.read(tmp_path / "backup"), empty.target) == len(objects) > 40


def test_damaged_objects_are_named_and_all_else_is_saved(place: Place, empty: Place, tmp_path: Path) -> None:
    lost, changed = place.keep(b"x" * 100_000), place.keep(b"y" * 100_000)
    place.store.client.delete_object(Bucket=place.store.bucket, Key=lost)
    place.store.client.upload_fileobj(BytesIO(b"z" * 100_000), place.store.bucket, changed)
    made = save(place.source, tmp_path / "backup")
    assert made.damaged == sorted([lost, changed])
    manifest = Manifest.read(tmp_path / "backup")
    assert manifest.damaged == made.damaged
    assert load(tmp_path / "backup", manifest, empty.target) == 4
    again = save(empty.source, tmp_path / "again")
    assert (again.tables, again.damaged) == (made.tables, made.damaged)


def test_a_restore_that_loses_an_object_is_refused(place: Place, empty: Place, tmp_path: Path) -> None:
    made = save(place.source, tmp_path / "backup")
    victim = tmp_path / "backup" / next(name for name in made.files if name.startswith(OBJECTS))
    victim.write_bytes(b"changed after the manifest was read")
    with pytest.raises(NotWhole, match="is not what the database says"):
        load(tmp_path / "backup", made, empty.target)


def test_the_command_names_damaged_objects(capsys: pytest.CaptureFixture[str]) -> None:
    tell_damaged(Manifest("", "", {}, damaged=["team/a/b"]))
    assert "lost or changed team/a/b" in capsys.readouterr().err


def test_a_damaged_backup_is_refused(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    made = save(place.source, folder)
    victim = folder / next(name for name in made.files if name.startswith(OBJECTS))
    data = bytearray(victim.read_bytes())
    data[50] ^= 1
    victim.write_bytes(data)
    with pytest.raises(NotWhole, match=victim.name):
        Manifest.read(folder)
    victim.unlink()
    with pytest.raises(NotWhole, match=victim.name):
        Manifest.read(folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(NotWhole, match=r"holds no manifest\.json"):
        Manifest.read(folder)


def test_rows_that_differ_are_told(place: Place, empty: Place, tmp_path: Path) -> None:
    made = save(place.source, tmp_path / "backup")
    table = made.tables["public.teams_team"]
    made.tables["public.teams_team"] = replace(table, digest=str(int(table.digest) + 1))
    with pytest.raises(NotWhole, match=r"are not what was backed up: public\.teams_team"):
        load(tmp_path / "backup", made, empty.target)


def test_a_full_place_is_not_filled(place: Place, tmp_path: Path) -> None:
    made = save(place.source, tmp_path / "backup")
    with pytest.raises(NotWhole, match="is not empty"):
        load(tmp_path / "backup", made, place.target)
