"""What each process is told, by environment variables; the passwords behind it are made at the first start."""

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.dev.ground import ROOT
from infra.dev.services import ROLES, ObjectStore, Postgres, Valkey

VENV = ROOT / ".venv"
LONGEST_SOCKET_PATH = 100
"""A Unix socket's path ends at 107 bytes."""


@dataclass(frozen=True)
class Secrets:
    """Made once, kept in var/secrets.json with mode 600."""

    django: str
    postgres: str
    atrium_owner: str
    atrium_app: str
    atrium_dispatcher: str
    atrium_backup: str
    valkey: str
    s3_access_key: str
    s3_secret_key: str

    @classmethod
    def load(cls, path: Path) -> "Secrets":
        """Read them; make and store those that are not there, as one that an older release did not know."""
        stored = json.loads(path.read_text()) if path.exists() else {}
        found = cls(**{name: stored.get(name) or secrets.token_hex(24) for name in cls.__dataclass_fields__})
        if asdict(found) != stored:
            write_private(path, json.dumps(asdict(found), indent=1))
        return found

    @property
    def roles(self) -> dict[str, str]:
        """The passwords of the database's roles."""
        return {role: getattr(self, role) for role in ROLES}


@dataclass(frozen=True)
class Site:
    """One running Atrium: its address, its services and its files."""

    url: str
    folder: Path
    settings: str
    secrets: Secrets
    postgres: Postgres
    valkey: Valkey
    store: ObjectStore
    inputs_socket: Path
    database: str = "atrium"

    @classmethod
    def of_development(cls, folder: Path, url: str, inputs_socket: Path) -> "Site":
        """The site that lies in a folder, with passwords and keys that are made where they are not there."""
        passwords, log = Secrets.load(folder / "secrets.json"), folder / "log"
        site = cls(
            url=url,
            folder=folder,
            settings="atrium.config.settings.dev",
            secrets=passwords,
            postgres=Postgres(folder / "postgres", passwords.postgres, log / "postgres.log"),
            valkey=Valkey(folder / "valkey", passwords.valkey, log / "valkey.log"),
            store=ObjectStore(folder / "s3", passwords.s3_access_key, passwords.s3_secret_key, log / "s3.log"),
            inputs_socket=inputs_socket,
        )
        site.make_keys()
        return site

    @property
    def host(self) -> str:
        """The name or address in its address."""
        return self.url.split("://", 1)[1].rsplit(":", 1)[0]

    @property
    def pool_key(self) -> Path:
        """The file with the key that workers and dispatcher share."""
        return self.folder / "pool.key"

    @property
    def encryption_key(self) -> Path:
        """The file with the key under which seeds of second factors are encrypted."""
        return self.folder / "encryption.key"

    def make_keys(self) -> None:
        """Make the two keys that lie in files of their own, unless they are there."""
        for path in (self.pool_key, self.encryption_key):
            if not path.exists():
                write_private(path, secrets.token_hex(32))

    def web(self, role: str = "atrium_app") -> dict[str, str]:
        """Return the environment of a Django process that connects as `role`."""
        return {
            **_base(),
            "DJANGO_SETTINGS_MODULE": self.settings,
            "SECRET_KEY": self.secrets.django,
            "ENCRYPTION_KEYS": self.encryption_key.read_text() if self.encryption_key.exists() else "",
            "ATRIUM_URL": self.url,
            "ALLOWED_HOSTS": f"localhost,127.0.0.1,[::1],{self.host}",
            "DATABASE_URL": self.postgres.url(role, self.secrets.roles[role], self.database),
            "REDIS_URL": self.valkey.url,
            "S3_URL": self.store.url,
            "S3_PUBLIC_URL": self.store.url,
            "S3_BUCKET": self.store.buckets[0],
            "S3_ACCESS_KEY": self.store.access_key,
            "S3_SECRET_KEY": self.store.secret_key,
            "S3_REGION": "us-east-1",
            "POOL_KEY_FILE": str(self.pool_key),
            "INPUTS_SOCKET": str(self.inputs_socket),
            "MAIL_DIRECTORY": str(self.folder / "mail"),
            "DEMO_LINK_FILE": str(self.folder / "demo-link"),
        }

    def worker(self) -> dict[str, str]:
        """Return the environment of a worker, which knows neither the database nor the store's keys."""
        return {
            **_base(),
            "REDIS_URL": self.valkey.url,
            "POOL_KEY_FILE": str(self.pool_key),
            "WORKER_CACHE": str(self.folder / "worker"),
        }

    def inputs(self) -> dict[str, str]:
        """Return the environment of the inputs process, which knows nothing."""
        return {**_base(), "INPUTS_SOCKET": str(self.inputs_socket)}


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)


def socket_path(folder: Path, fallback: Path) -> Path:
    """Return where the inputs process listens: below `folder`, or below `fallback` where the path grew too long."""
    path = folder / "inputs.sock"
    return path if len(os.fsencode(path)) < LONGEST_SOCKET_PATH else fallback / "inputs.sock"


def public_host(host: str) -> str:
    """Return the name under which browsers reach a server that listens on `host`."""
    if host == "localhost" or (host in ("127.0.0.1", "::1") and host in addresses_of("localhost")):
        return "localhost"  # passkeys refuse an IP address
    if host in ("0.0.0.0", "::"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))  # sends nothing; asks the kernel which address it would use
            except OSError:
                return "localhost"
            return str(probe.getsockname()[0])
    return f"[{host}]" if ":" in host else host


def addresses_of(name: str) -> set[str]:
    """Return the addresses that a name has on this machine: `localhost` may have no IPv4 one, or none at all."""
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(name, None)}
    except OSError:
        return set()


def _base() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("HOME", "TMPDIR", "USER", "LANG", "TZ", "PYTHONPATH", "LD_LIBRARY_PATH")
        or name.startswith(("SSL_CERT_", "COVERAGE_"))
    }
    return {
        "LANG": "C.UTF-8",
        **kept,
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(VENV),
        "PYTHONUNBUFFERED": "1",
        "ORT_DISABLE_TELEMETRY": "1",
    }
