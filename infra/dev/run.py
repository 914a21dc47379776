"""`make run`: everything Atrium needs, in the foreground, until Ctrl-C.

Environment: PORT (8000), HOST (127.0.0.1), DEMO (0 for an empty site), DEVICE (cpu; cuda:0 for the first GPU).
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infra.dev import frontend, ground, site_processes
from infra.dev.environment import Site, public_host, socket_path, write_private
from infra.dev.ground import MIB, ROOT, VAR, Lock, NotReady
from infra.dev.processes import PR_SET_PDEATHSIG, Process, last_line, prctl, rotate, spawn, supervise
from infra.dev.site_processes import MANAGE

LOG = VAR / "log"
ANSWER = VAR / "run.json"
PORTS = VAR / "ports.json"
"""Where the services listen, for those who join them (`attach`)."""


def main() -> int:
    """Start, supervise, stop; returns the exit code."""
    die_with_make()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    lock = Lock()
    started: list[Process] = []
    try:
        ground.require_python()
        ground.require_folder(VAR)
        ground.require_disk(VAR, 300 * MIB)
        lock.take()
        start(started)
        supervise(started, say)
        return 0
    except NotReady as error:
        print(f"atrium: {error}", file=sys.stderr, flush=True)
        return 1
    except OSError as error:
        print(f"atrium: {ground.explain(error, VAR)}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
        PORTS.unlink(missing_ok=True)
        stop(started)
        ANSWER.unlink(missing_ok=True)
        lock.release()


def die_with_make() -> None:
    """Stop in order when the `make` that started us is killed: nothing tells us otherwise."""
    if "MAKELEVEL" in os.environ:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(started: list[Process]) -> None:
    """Bring everything up; appends what runs, in the order in which it depends on what came before."""
    begun = time.monotonic()
    bind = os.environ.get("HOST") or "127.0.0.1"
    wanted = number("PORT", 8000)
    port = ground.choose_port(wanted, bind)
    if port != wanted:
        say(f"port {wanted} is in use: taking {port} (choose another by PORT=)")
    site = describe(f"http://{public_host(bind)}:{port}")
    for name in ("postgres", "valkey", "s3", "inputs", "web", "dispatch", "chores", "webhooks", "worker"):
        rotate(LOG / f"{name}.log")

    if not frontend.is_built():
        with step("front end built"):
            frontend.build(LOG / "frontend.log")
    with step("PostgreSQL, Valkey, S3"):
        made = site.postgres.prepare()
        launch([site.postgres.process(), site.valkey.process(), site.store.process()], started)
        note_ports(site)
        stamp = site.postgres.folder / "migrated"
        if made or not stamp.exists():
            site.postgres.create_database(site.database, site.secrets.roles)
    if stamp.exists() and stamp.read_text() == site_processes.migrations_digest():
        pass
    else:
        with step("database migrated"):
            site_processes.migrate(site, stamp)
    with step("web, inputs, dispatcher, chores, webhooks, worker"):
        site.inputs_socket.parent.mkdir(mode=0o700, exist_ok=True)
        site.inputs_socket.unlink(missing_ok=True)
        launch(
            [
                site_processes.inputs(site),
                site_processes.web(site, bind, port),
                site_processes.dispatch(site),
                site_processes.chores(site),
                site_processes.webhooks(site),
                site_processes.worker(site, device=os.environ.get("DEVICE") or "cpu"),
            ],
            started,
        )
    demo = load_demo(site)
    announce(site, demo, time.monotonic() - begun)


def describe(url: str) -> Site:
    """Put together the site that lives in var/."""
    sockets = Path(tempfile.gettempdir()) / f"atrium-{os.getuid()}-{os.getpid()}"
    return Site.of_development(VAR, url, socket_path(VAR, sockets))


def note_ports(site: Site) -> None:
    """Write down what `attach` needs; the passwords stand in var/secrets.json."""
    ports = {"postgres": site.postgres.port, "valkey": site.valkey.port, "s3": site.store.port}
    write_private(PORTS, json.dumps({"url": site.url, "inputs": str(site.inputs_socket), **ports}))


def attach() -> Site:
    """Describe the Atrium that runs in var/ already: `start` has written down its ports."""
    try:
        ports: dict[str, Any] = json.loads(PORTS.read_text())
    except (OSError, ValueError):
        raise NotReady("Atrium does not run here: `make run` first, and wait until it says where it answers.") from None
    site = describe(ports["url"])
    site.postgres.port, site.valkey.port, site.store.port = ports["postgres"], ports["valkey"], ports["s3"]
    return replace(site, inputs_socket=Path(ports["inputs"]))


def launch(processes: Sequence[Process], started: list[Process]) -> None:
    """Start these side by side, then wait until each is ready."""
    for process in processes:
        process.start()
        started.append(process)
    for process in processes:
        process.wait()


def stop(started: Sequence[Process]) -> None:
    """Stop everything, the last started first: our own processes together, then the services they stand on."""
    if not started:
        return
    print("\n  stopping …", flush=True)
    for process in started[3:]:
        process.ask()
    for process in reversed(started):
        process.stop()
    shutil.rmtree(Path(tempfile.gettempdir()) / f"atrium-{os.getuid()}-{os.getpid()}", ignore_errors=True)
    print("  stopped; everything is kept in var/", flush=True)


@dataclass(frozen=True)
class Demo:
    """What `manage.py demo` made: where to look first, and as whom."""

    email: str
    password: str
    token: str
    project: str
    endpoint: str
    link: str


def load_demo(site: Site) -> Demo | None:
    """Load the demo once and remember what it said; None when DEMO=0 or there was none."""
    kept = site.postgres.folder / "demo.json"
    if kept.exists():
        told = json.loads(kept.read_text())
        here = {name: str(value).replace(told["url"], site.url) for name, value in told.items() if name != "url"}
        return Demo(**here)
    if os.environ.get("DEMO") == "0":
        return None
    with step("demo loaded"):
        log = LOG / "demo.log"
        child = spawn([*MANAGE, "demo"], log=log, environment=site.web(), stdout=subprocess.PIPE)
        output = child.communicate()[0].decode()
        if child.returncode != 0:
            raise NotReady(
                f'The demo could not be loaded: "{last_line(log)}" (all of it in {log}); DEMO=0 starts without it.'
            )
        told = json.loads(output.strip().splitlines()[-1])
        demo = Demo(**{name: str(told[name]) for name in Demo.__dataclass_fields__})
        write_private(kept, json.dumps({**vars(demo), "url": site.url}, indent=1))
    return demo


def announce(site: Site, demo: Demo | None, seconds: float) -> None:
    """Say where everything is, and write the same to var/run.json."""
    told = vars(demo) if demo else {}
    write_private(ANSWER, json.dumps({"url": site.url, **told}, indent=1))
    print(f"\n  Atrium answers at {site.url}   ({seconds:.1f} s)\n", flush=True)
    if demo:
        print(f"  log in as      {demo.email}   {demo.password}")
        print(f"  API token      {demo.token}")
        print(f"  reviewer link  {demo.link}\n")
    print("  mail           none is sent: each message is a file in var/mail/")
    print(f"  sandbox        {sandbox_floor()}")
    print(
        "  data in var/, logs in var/log/; the lines above are in var/run.json; Ctrl-C stops everything\n", flush=True
    )


def sandbox_floor() -> str:
    """Say how well uploaded models are confined on this machine."""
    from gpu_workers import sandbox

    return f"{sandbox.floor()}: {sandbox.floor_reason()}"


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print one line with the seconds a step took, once it is done."""
    begun = time.monotonic()
    yield
    print(f"  {what:<42}{time.monotonic() - begun:6.1f} s", flush=True)


def say(sentence: str) -> None:
    """Print one sentence."""
    print(f"  {sentence}", flush=True)


def number(name: str, default: int) -> int:
    """Read a whole number from the environment."""
    text = os.environ.get(name) or str(default)
    if not text.isdecimal():
        raise NotReady(f"{name}={text} is no number.")
    return int(text)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
