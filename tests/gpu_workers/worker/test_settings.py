"""What a worker takes from its environment, and what it says of what it cannot take."""

from pathlib import Path

import pytest

from gpu_workers.worker.settings import Misconfigured, Settings


def told(folder: Path, pool: str = "default", credit: int = 1, more: dict[str, str] | None = None) -> Settings:
    key = folder / "key"
    key.write_text("00" * 32)
    given = {"REDIS_URL": "redis://nowhere", "POOL_KEY_FILE": str(key), "WORKER_CACHE": str(folder)}
    return Settings.from_environment(given | (more or {}), pool=pool, device="cpu", credit=credit)


def test_room_for_tables_is_what_is_set_and_enough_where_it_is_not(tmp_path: Path) -> None:
    assert (told(tmp_path).tables, told(tmp_path).tables_on_disk) == (4 * 2**30, 32 * 2**30)
    assert told(tmp_path, more={"TABLES_BYTES": str(2**30), "TABLES_DISK_BYTES": "0"}).tables == 2**30
    assert told(tmp_path, more={"TABLES_DISK_BYTES": "0"}).tables_on_disk == 0


@pytest.mark.parametrize(
    ("name", "value"), [("TABLES_BYTES", "4 GiB"), ("TABLES_BYTES", "1000"), ("TABLES_DISK_BYTES", "-1")]
)
def test_a_room_that_is_none_is_said(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=f"{name} is a number of bytes"):
        told(tmp_path, more={name: value})


@pytest.mark.parametrize("pool", ["", "two words", "own:pool", "p" * 61])
def test_a_pool_that_no_dispatcher_would_hear_of_is_said(pool: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="--pool is a name of at most 60 characters without spaces and colons"):
        told(tmp_path, pool)
    assert told(tmp_path, "p" * 60).pool == "p" * 60


@pytest.mark.parametrize("credit", [-1, 0, 10_001])
def test_a_credit_that_no_dispatcher_would_hear_of_is_said(credit: int, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="--credit is a number of jobs from 1 to 10,000"):
        told(tmp_path, credit=credit)
