"""The processes of one Atrium: how each is started, and how one sees that it is ready."""

import hashlib
import os
import socket
import sys
from pathlib import Path
from urllib.request import urlopen

from infra.dev.environment import Site
from infra.dev.ground import ROOT, NotReady
from infra.dev.processes import Process, last_line, rotate, spawn

MANAGE = (sys.executable, str(ROOT / "manage.py"))


def logs(site: Site) -> Path:
    """Return the folder of the logs."""
    return site.folder / "log"


def inputs(site: Site) -> Process:
    """Describe the process that decodes what strangers send."""
    return Process(
        "inputs",
        [sys.executable, "-m", "gpu_workers.inputs", "--socket", site.inputs_socket],
        logs(site) / "inputs.log",
        environment=site.inputs(),
        ready=lambda: _accepts(site.inputs_socket),
    )


def web(site: Site, bind: str, port: int) -> Process:
    """Describe the web process."""
    address = f"http://{'127.0.0.1' if bind in ('0.0.0.0', 'localhost') else public(bind)}:{port}/health/"
    return Process(
        "web",
        [
            *(sys.executable, "-m", "uvicorn", "atrium.config.asgi:application"),
            *("--host", bind, "--port", str(port)),
            *("--lifespan", "off", "--log-level", "warning", "--no-access-log", "--no-server-header"),
            *("--ws-max-size", "16777216"),  # gpu_workers.protocol.live.LARGEST
            *("--no-proxy-headers", "--timeout-graceful-shutdown", "3"),
            *("--timeout-keep-alive", "130"),  # who keeps a connection, as proxies do for 120 s, must not lose it first
        ],
        logs(site) / "web.log",
        environment=site.web(),
        ready=lambda: _is_healthy(address),
        patience=60.0,
    )


def public(host: str) -> str:
    """Return a host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def dispatch(site: Site, pool: str = "default") -> Process:
    """Describe the dispatcher of a pool; it is ready when it listens on a channel of its own."""
    return Process(
        "dispatch",
        [*MANAGE, "dispatch", "--pool", pool],
        logs(site) / "dispatch.log",
        environment=site.web("atrium_dispatcher"),
        ready=lambda: _listens(site, f"dispatcher.{pool}"),
        patience=60.0,
    )


def chores(site: Site) -> Process:
    """Describe the process of mail, exports and sweeps; it is ready when it listens for new ones."""
    return Process(
        "chores",
        [*MANAGE, "procrastinate", "worker", "--queues", "default"],
        logs(site) / "chores.log",
        environment=site.web(),
        ready=lambda: site.postgres.listens(site.database),
        patience=60.0,
    )


def webhooks(site: Site) -> Process:
    """Describe the process that tells receivers of others: slow ones keep no mail and no sweep waiting."""
    return Process(
        "webhooks",
        [*MANAGE, "procrastinate", "worker", "--queues", "webhooks", "--concurrency", "8"],
        logs(site) / "webhooks.log",
        environment=site.web(),
        ready=lambda: site.postgres.listens(site.database),
        patience=60.0,
    )


def worker(site: Site, pool: str = "default", device: str = "cpu") -> Process:
    """Describe one worker; it is ready when it listens on a channel of its own."""
    (site.folder / "worker").mkdir(mode=0o700, exist_ok=True)
    return Process(
        "worker",
        [sys.executable, "-m", "gpu_workers", "--pool", pool, "--device", device],
        logs(site) / "worker.log",
        environment=site.worker(),
        ready=lambda: _listens(site, f"worker.{pool}."),
        patience=60.0,
    )


def migrations_digest() -> str:
    """Return a hash over all migrations, ours by content and others by their locked versions."""
    total = hashlib.sha256((ROOT / "requirements" / "web.txt").read_bytes())
    rooms = [ROOT / "platform" / "atrium", ROOT / "apps"]
    for path in sorted(path for room in rooms for path in room.glob("*/migrations/*.py")):
        total.update(os.fsencode(path.relative_to(ROOT)) + path.read_bytes())
    return total.hexdigest()


def migrate(site: Site, stamp: Path) -> bool:
    """Migrate as the owner unless `stamp` says that nothing changed since; true when it migrated."""
    digest = migrations_digest()
    if stamp.exists() and stamp.read_text() == digest:
        return False
    log = logs(site) / "migrate.log"
    rotate(log)
    command = [*MANAGE, "migrate", "--no-input", "--verbosity", "1"]
    if spawn(command, log=log, environment=site.web("atrium_owner")).wait() != 0:
        raise NotReady(f'The database could not be migrated: "{last_line(log)}" (all of it in {log})')
    stamp.write_text(digest)
    return True


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _is_healthy(address: str) -> bool:
    try:
        with urlopen(address, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:  # an HTTPError is one too
        return False


def _listens(site: Site, word: str) -> bool:
    return any(word in channel for channel in site.valkey.channels())
