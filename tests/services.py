"""A pytest plugin that starts real services for a test session, and stops them with it.

The controller copies a migrated cluster, starts PostgreSQL, Valkey, S3 and the inputs process, and makes for each
xdist worker a database, a bucket and a Valkey of its own (publish and subscribe ignore Valkey's database numbers).
Loaded by `-p tests.services`: the environment must stand before pytest-django reads the settings. `--no-services`
leaves all of it out, for tests that need none.

In a test: `site()` describes what runs (`site().web("atrium_owner")["DATABASE_URL"]` is the owner's address), and
the fixtures `web_process`, `dispatch_process`, `chores_process`, `worker_process` and `inputs_process` start what a
test needs beyond that, once for each xdist worker.
"""

import atexit
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import pytest

from infra.dev import site_processes
from infra.dev.environment import Secrets, Site, socket_path
from infra.dev.ground import ROOT, VAR, NotReady, free_port
from infra.dev.processes import Process
from infra.dev.services import ObjectStore, Postgres, Valkey

FOLDER = VAR / "test"
SESSION = "ATRIUM_TEST_SESSION"
"""Names the session's folder, for xdist's workers."""
TEMPLATE = "template_atrium"
SETTINGS = "atrium.config.settings.test"
ALONE = "main"
NAMES = (ALONE, *(f"gw{number}" for number in range(32)))


class Session:
    """The services of one pytest session, owned by its controller."""

    def __init__(self) -> None:
        FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_dead_sessions()
        self.folder = Path(tempfile.mkdtemp(prefix="session-", dir=FOLDER))
        self.alive = hold(self.folder / "alive")
        self.sockets = Path(tempfile.mkdtemp(prefix="atrium-test-"))
        self.processes: list[Process] = []
        with turn():
            template = template_cluster()
            shutil.copytree(template, self.folder / "postgres", symlinks=True)
        secrets = Secrets.load(self.folder / "postgres" / "secrets.json")
        log = self.folder / "log"
        self.postgres = Postgres(
            self.folder / "postgres", secrets.postgres, log / "postgres.log", durable=False, max_connections=300
        )
        self.store = ObjectStore(
            self.folder / "s3",
            secrets.s3_access_key,
            secrets.s3_secret_key,
            log / "s3.log",
            buckets=tuple(f"atrium-{name}" for name in NAMES),
        )
        self.postgres.prepare()
        self.start(self.postgres.process())
        self.start(self.store.process())
        for process in self.processes:
            process.wait()

    def add_site(self, name: str) -> Site:
        """Make the database, the bucket and the Valkey of one xdist worker, and write down where they are."""
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        self.postgres.copy_database(TEMPLATE, f"atrium_{name}")
        valkey = Valkey(folder / "valkey", self.postgres.password, folder / "log" / "valkey.log")
        self.start(valkey.process()).wait()
        told = {
            "postgres": self.postgres.port,
            "store": self.store.port,
            "valkey": valkey.port,
            "web": free_port(),
            "socket": str(socket_path(self.folder, self.sockets)),
        }
        (self.folder / f"{name}.json").write_text(json.dumps(told))
        made = read_site(self.folder, name)
        made.make_keys()
        return made

    def start(self, process: Process) -> Process:
        """Start a process that ends with the session."""
        process.start()
        self.processes.append(process)
        return process

    def stop(self) -> None:
        """Stop everything and leave nothing."""
        for process in self.processes:
            process.ask()
        while self.processes:
            self.processes.pop().stop()
        shutil.rmtree(self.sockets, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.alive.close()


def template_cluster() -> Path:
    """Return a stopped cluster with a migrated database; made when migrations or roles changed."""
    digest = sha256(
        site_processes.migrations_digest().encode()
        + (ROOT / "infra" / "postgres" / "roles.sql").read_bytes()
        + (ROOT / "requirements" / "services.txt").read_bytes()
    ).hexdigest()[:16]
    ready = FOLDER / f"template-{digest}"
    if ready.is_dir():
        return ready
    for older in FOLDER.glob("template-*"):
        shutil.rmtree(older)
    making = FOLDER / "template-making"
    making.mkdir(mode=0o700)
    secrets = Secrets.load(making / "secrets.json")
    log = FOLDER / "log"
    postgres = Postgres(making, secrets.postgres, log / "template.log", durable=False)
    postgres.prepare()
    process = postgres.process()
    process.start()
    try:
        process.wait()
        postgres.create_database(TEMPLATE, secrets.roles)
        unused = Valkey(making, "", log / "unused.log"), ObjectStore(making, "", "", log / "unused.log")
        site = Site("http://localhost", FOLDER, SETTINGS, secrets, postgres, *unused, making / "none", TEMPLATE)
        site_processes.migrate(site, making / "migrated")
    finally:
        process.stop()
    making.rename(ready)
    return ready


def read_site(folder: Path, name: str) -> Site:
    """Return the site of an xdist worker, as the controller wrote it down."""
    told: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    secrets = Secrets.load(folder / "postgres" / "secrets.json")
    log = folder / name / "log"
    return Site(
        url=f"http://localhost:{told['web']}",
        folder=folder / name,
        settings=SETTINGS,
        secrets=secrets,
        postgres=Postgres(folder / "postgres", secrets.postgres, log / "postgres.log", port=told["postgres"]),
        valkey=Valkey(folder / name / "valkey", secrets.postgres, log / "valkey.log", port=told["valkey"]),
        store=ObjectStore(
            folder / "s3",
            secrets.s3_access_key,
            secrets.s3_secret_key,
            log / "s3.log",
            buckets=(f"atrium-{name}",),
            port=told["store"],
        ),
        inputs_socket=Path(told["socket"]),
        database=f"atrium_{name}",
    )


@cache
def site() -> Site:
    """Return what runs for this process's tests."""
    if SESSION not in os.environ:
        raise pytest.UsageError("This test needs services: run it without --no-services, and with -p tests.services.")
    return read_site(Path(os.environ[SESSION]), os.environ.get("PYTEST_XDIST_WORKER", ALONE))


def hold(path: Path) -> IO[str]:
    """Lock a file for as long as this process lives; BlockingIOError when another holds it."""
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise
    return file


@contextmanager
def turn() -> Iterator[None]:
    """Wait until no other session makes or copies the template."""
    with (FOLDER / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def remove_dead_sessions() -> None:
    """Remove what sessions left that were killed."""
    with turn():
        for folder in FOLDER.glob("session-*"):
            try:
                hold(folder / "alive").close()
            except (BlockingIOError, FileNotFoundError):
                continue
            shutil.rmtree(folder, ignore_errors=True)


# ---- pytest ----

_session: Session | None = None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --no-services, --large and --long."""
    parser.addoption("--no-services", action="store_true", help="start no services: for tests that need none")
    parser.addoption("--large", action="store_true", help="upload a file of 2 GiB instead of 256 MiB (minutes)")
    parser.addoption(
        "--long", action="store_true", help="the long sets of tests that have one (with -m long: no others)"
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Start the services (in the controller) and set the environment, before anybody reads Django's settings."""
    global _session
    asked = early_config.known_args_namespace
    if not asked.no_services and not asked.help and not asked.version:
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        if "PYTEST_XDIST_WORKER" not in os.environ:
            try:
                _session = Session()
                atexit.register(_session.stop)
                os.environ[SESSION] = str(_session.folder)
                _session.start(patient(site_processes.inputs(_session.add_site(ALONE))))
            except NotReady as error:
                raise pytest.UsageError(f"{error} (--no-services runs tests that need none)") from error
        os.environ.update(site().web())
    return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give an xdist worker its site, before it starts."""
    if _session:
        _session.add_site(node.workerinput["workerid"])


def pytest_unconfigure() -> None:
    """Stop the services; after Ctrl-C too."""
    if _session:
        _session.stop()


def patient(inputs: Process) -> Process:
    """It, with 8 s for a picture: on a busy machine two are soon over, and web gives up after ten."""
    return replace(inputs, command=[*inputs.command, "--deadline", "8"])


def _running(describe: Callable[[Site], Process]) -> Iterator[Process]:
    process = describe(site())
    process.start()
    try:
        process.wait()
        yield process
    finally:
        process.stop()


@pytest.fixture(scope="session")
def inputs_process() -> Process:
    """The process that decodes inputs, which the controller started for all xdist workers; ready."""
    process = site_processes.inputs(site())
    process.wait()
    return process


@pytest.fixture(scope="session")
def web_process(inputs_process: Process) -> Iterator[Process]:
    """A web server at `site().url`."""
    port = int(site().url.rsplit(":", 1)[1])
    yield from _running(lambda site: site_processes.web(site, "127.0.0.1", port))


@pytest.fixture(scope="session")
def dispatch_process() -> Iterator[Process]:
    """The dispatcher of the pool `default`."""
    yield from _running(site_processes.dispatch)


@pytest.fixture(scope="session")
def chores_process() -> Iterator[Process]:
    """The process that runs chores."""
    yield from _running(site_processes.chores)


@pytest.fixture(scope="session")
def worker_process(dispatch_process: Process) -> Iterator[Process]:
    """One worker on the CPU, with its dispatcher."""
    yield from _running(site_processes.worker)
