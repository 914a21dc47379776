"""What a worker takes from its environment, and what it says of what it cannot take."""

from pathlib import Path

import pytest

from gpu_workers.worker.settings import Misconfigured, Settings


def told(folder: Path, **more: str) -> Settings:
    key = folder / "key"
    key.write_text("00" * 32)
    given = {"REDIS_URL": "redis://nowhere", "POOL_KEY_FILE": str(key), "WORKER_CACHE": str(folder)}
    return Settings.from_environment(given | more, pool="default", device="cpu", credit=1)


def test_room_for_tables_is_what_is_set_and_enough_where_it_is_not(tmp_path: Path) -> None:
    assert (told(tmp_path).tables, told(tmp_path).tables_on_disk) == (4 * 2**30, 32 * 2**30)
    assert told(tmp_path, TABLES_BYTES=str(2**30), TABLES_DISK_BYTES="0").tables == 2**30
    assert told(tmp_path, TABLES_DISK_BYTES="0").tables_on_disk == 0


@pytest.mark.parametrize(
    ("name", "value"), [("TABLES_BYTES", "4 GiB"), ("TABLES_BYTES", "1000"), ("TABLES_DISK_BYTES", "-1")]
)
def test_a_room_that_is_none_is_said(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=f"{name} is a number of bytes"):
        told(tmp_path, **{name: value})
