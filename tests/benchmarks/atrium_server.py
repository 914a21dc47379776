"""A whole Atrium in a folder of its own, with one team, one token and the benchmark's model on an endpoint."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from infra.dev import site_processes
from infra.dev.environment import Secrets, Site, socket_path
from infra.dev.ground import ROOT, VAR, free_port
from infra.dev.processes import Process
from infra.dev.services import ObjectStore, Postgres, Valkey

from .network import CLASSES
from .pictures import SIDE
from .served import Served

FOLDER = VAR / "bench" / "atrium"


@contextmanager
def serving(model: bytes) -> Iterator[Served]:
    """Every process that `make run` starts, PostgreSQL as durable as there; nothing is left of it afterwards."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    port = free_port()
    with ExitStack() as stack:
        sockets = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atrium-bench-")))
        stack.callback(shutil.rmtree, FOLDER, ignore_errors=True)
        site = _site(port, sockets)
        services = [site.postgres.process(), site.valkey.process(), site.store.process()]
        _start(stack, services)
        site.postgres.create_database(site.database, site.secrets.roles)
        site_processes.migrate(site, site.folder / "migrated")
        processes = [
            site_processes.inputs(site),
            site_processes.web(site, "127.0.0.1", port),
            site_processes.dispatch(site),
            site_processes.chores(site),
            site_processes.worker(site),
        ]
        _start(stack, processes)
        token = _token(site)
        endpoint = _deploy(site.url, token, model)
        pids = {process.name: process.child.pid for process in [*processes, *services] if process.child is not None}
        yield Served("Atrium", "atrium", f"{site.url}/api/v1/endpoints/{endpoint}/predictions", pids, token)


def _site(port: int, sockets: Path) -> Site:
    secrets = Secrets.load(FOLDER / "secrets.json")
    log = FOLDER / "log"
    site = Site(
        url=f"http://127.0.0.1:{port}",
        folder=FOLDER,
        settings="atrium.config.settings.dev",
        secrets=secrets,
        postgres=Postgres(FOLDER / "postgres", secrets.postgres, log / "postgres.log"),
        valkey=Valkey(FOLDER / "valkey", secrets.valkey, log / "valkey.log"),
        store=ObjectStore(FOLDER / "s3", secrets.s3_access_key, secrets.s3_secret_key, log / "s3.log"),
        inputs_socket=socket_path(FOLDER, sockets),
    )
    site.make_keys()
    site.postgres.prepare()
    return site


def _start(stack: ExitStack, processes: list[Process]) -> None:
    for process in processes:
        process.start()
        stack.callback(process.stop)
    for process in processes:
        process.wait()


def _token(site: Site) -> str:
    """A token of the owner of a new team, made by the services that its pages call."""
    os.environ.update(site.web())
    import django

    django.setup()
    from apps.teams.services import create_team
    from apps.teams.tokens import create_token
    from apps.users.models import User
    from atrium.access.door import member_for
    from atrium.access.principals import Person, Scope

    user = User.objects.create_user("bench@example.org", None, name="Bench")
    person = Person(user.pk, "Bench")
    team = create_team(person, name="Bench")
    _, secret = create_token(member_for(person, team.slug), name="bench", scopes=frozenset(Scope))
    return secret


def _deploy(url: str, token: str, model: bytes) -> str:
    """Upload, inspect and serve the model as a notebook would; returns the endpoint's id."""
    sys.path.insert(0, str(ROOT / "frontend" / "notebook"))  # a distribution of its own, not installed here
    from atrium_client import Atrium, Card, Image, Label

    project = Atrium(url, token).project("Bench", create=True)
    version = project.upload(
        "benchmark",
        model,
        inputs=[Image("film", size=(SIDE, SIDE), mode="L", scale=1 / 255)],
        outputs=[Label("finding", classes=list(CLASSES), activation="softmax")],
        example=[np.zeros((SIDE, SIDE), np.uint8)],
        card=Card(purpose="Measures Atrium", not_for="Anything else"),
    )
    if version.batch_axis != 0:
        raise RuntimeError("the inspection did not find that the benchmark's model can be batched")
    return str(version.deploy().id)
