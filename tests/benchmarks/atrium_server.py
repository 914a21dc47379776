"""A whole Atrium in a folder of its own, with one team, one token and the benchmark's model on an endpoint."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from infra.dev import site_processes
from infra.dev.environment import Site, socket_path
from infra.dev.ground import ROOT, VAR, free_port

from . import sites
from .network import CLASSES
from .pictures import SIDE
from .served import Served

FOLDER = VAR / "bench" / "atrium"


@contextmanager
def serving(model: bytes) -> Iterator[Served]:
    """Every process that `make run` starts; nothing is left of it afterwards."""
    port = free_port()
    with ExitStack() as stack:
        sockets = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atrium-bench-")))
        site, services = sites.migrated(stack, FOLDER, f"http://127.0.0.1:{port}", socket_path(FOLDER, sockets))
        processes = [
            site_processes.inputs(site),
            site_processes.web(site, "127.0.0.1", port),
            site_processes.dispatch(site),
            site_processes.chores(site),
            site_processes.worker(site),
        ]
        sites.start(stack, processes)
        token = _token(site)
        endpoint = _deploy(site.url, token, model)
        pids = {process.name: process.child.pid for process in [*processes, *services] if process.child is not None}
        yield Served("Atrium", "atrium", f"{site.url}/api/v1/endpoints/{endpoint}/predictions", pids, token)


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
