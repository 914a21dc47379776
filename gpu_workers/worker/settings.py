"""What a worker is told when it starts."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from socket import gethostname
from typing import Self

from gpu_workers.protocol.messages import MAX_CREDIT, MAX_POOL_NAME
from gpu_workers.protocol.pools import PoolKey

LEAST_FOR_TABLES = 512 * 2**20
"""Bytes: what a child and the largest row group of a stored table take while it is read."""


class Misconfigured(Exception):
    """The message is a sentence that says what to set."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """credit: jobs taken at once. runners: models held at once. threads: of one call of a model.

    cache_bytes: of files of models and tables on disk. memory: bytes of one runner; tables: of all tables together, and
    of any one of them; tables_on_disk: what large ones take beside their files. Times in seconds. call, inspection,
    ingestion: how long one call of a model, one inspection and the reading of one table may take; what waits, for its
    turn or for a store that is away, is bound by the job's deadline alone. life: how long a model that nobody asks is
    kept, in memory and on disk; a deleted one is asked by nobody. url, own_key: of a worker of a team's own pool, which
    reaches web alone and has no redis_url.
    """

    pool: str
    pool_key: bytes
    cache: Path
    worker: str
    redis_url: str = ""
    url: str = ""
    own_key: PoolKey | None = None
    device: str = "cpu"
    credit: int = 32
    runners: int = 4
    threads: int = 1
    memory: int = 2 * 2**30
    tables: int = 4 * 2**30
    tables_on_disk: int = 32 * 2**30
    cache_bytes: int = 20 * 2**30
    call: float = 30.0
    inspection: float = 600.0
    ingestion: float = 1800.0
    beat: float = 2.0
    silence: float = 10.0
    life: float = 24 * 3600.0

    @property
    def channel(self) -> str:
        return f"worker.{self.pool}.{self.worker}"

    @property
    def dispatcher(self) -> str:
        """The channel on which the pool's dispatcher listens."""
        return f"dispatcher.{self.pool}"

    @property
    def everyone(self) -> str:
        """The channel on which a dispatcher that just started asks who is there."""
        return f"workers.{self.pool}"

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], *, pool: str, device: str, credit: int, url: str = "", key_file: str = ""
    ) -> Self:
        """From REDIS_URL, POOL_KEY_FILE, WORKER_CACHE, and where they are set TABLES_BYTES and TABLES_DISK_BYTES.

        url, key_file: for a worker of a team's own pool, in the place of REDIS_URL, POOL_KEY_FILE and the pool's name.
        Raises Misconfigured.
        """
        if url and not url.startswith(("http://", "https://")):
            raise Misconfigured(f"--url is the address of the installation, as https://atrium.example, not “{url}”.")
        if bool(url) != bool(key_file):
            raise Misconfigured("Give both --url and --pool-key: they name the installation and the team's own pool.")
        wanted = ("WORKER_CACHE",) if url else ("REDIS_URL", "POOL_KEY_FILE", "WORKER_CACHE")
        if not url and not re.fullmatch(rf"[^\s:]{{1,{MAX_POOL_NAME}}}", pool):
            told = f"a name of at most {MAX_POOL_NAME} characters without spaces and colons"
            raise Misconfigured(f"--pool is {told}, and not “{pool}”.")
        if not 1 <= credit <= MAX_CREDIT:
            raise Misconfigured(f"--credit is a number of jobs from 1 to {MAX_CREDIT:,}, and not {credit:,}.")
        missing = [name for name in wanted if not environment.get(name)]
        if missing:
            raise Misconfigured(f"Set {', '.join(missing)} in the environment of the worker.")
        own = _read_own_key(Path(key_file)) if url else None
        return cls(
            pool=pool if own is None else own.place.name,
            redis_url="" if own else environment["REDIS_URL"],
            url=url,
            own_key=own,
            pool_key=_read_key(Path(environment["POOL_KEY_FILE"])) if own is None else own.secret,
            cache=Path(environment["WORKER_CACHE"]).resolve(),
            worker=_name() if own is None else own.place.worker(_name()),
            device=device,
            credit=credit,
            threads=max(1, (os.cpu_count() or 1) // 2),
            tables=_bytes("TABLES_BYTES", environment.get("TABLES_BYTES"), cls.tables, LEAST_FOR_TABLES),
            tables_on_disk=_bytes("TABLES_DISK_BYTES", environment.get("TABLES_DISK_BYTES"), cls.tables_on_disk, 0),
        )


def _bytes(name: str, told: str | None, default: int, least: int) -> int:
    if not told:
        return default
    if not told.isdecimal() or int(told) < least:
        raise Misconfigured(f"{name} is a number of bytes, {least:,} at least, and not “{told}”.")
    return int(told)


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        raise Misconfigured(f"POOL_KEY_FILE names {path}, which does not exist.") from None
    except (OSError, ValueError) as error:
        raise Misconfigured(f"POOL_KEY_FILE names {path}, which cannot be read: {error}.") from None
    if len(key) != 32:
        raise Misconfigured(f"POOL_KEY_FILE names {path}, which does not hold 32 bytes as hex.")
    return key


def _read_own_key(path: Path) -> PoolKey:
    try:
        return PoolKey.read(path.read_text())
    except OSError as error:
        raise Misconfigured(f"--pool-key names {path}, which cannot be read: {error}.") from None
    except ValueError:
        told = "which holds no key of a pool: copy the line that begins with atp_, from Team settings, Pools"
        raise Misconfigured(f"--pool-key names {path}, {told}.") from None


def _name() -> str:
    """The host's name, for people, and a random end: a restarted worker is another worker."""
    host = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in gethostname())
    return f"{host[:40] or 'worker'}-{token_hex(4)}"
