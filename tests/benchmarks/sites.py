"""A site in a folder of a benchmark's own, its database migrated, PostgreSQL as durable as that of `make run`."""

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from infra.dev import site_processes
from infra.dev.environment import Site
from infra.dev.processes import Process


def migrated(stack: ExitStack, folder: Path, url: str, inputs_socket: Path) -> tuple[Site, list[Process]]:
    """The site and its services. Nothing is left of them when the stack closes."""
    shutil.rmtree(folder, ignore_errors=True)
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    site = Site.of_development(folder, url, inputs_socket)
    site.postgres.prepare()
    services = [site.postgres.process(), site.valkey.process(), site.store.process()]
    start(stack, services)
    site.postgres.create_database(site.database, site.secrets.roles)
    site_processes.migrate(site, site.folder / "migrated")
    return site, services


def start(stack: ExitStack, processes: Sequence[Process]) -> None:
    for process in processes:
        process.start()
        stack.callback(process.stop)
    for process in processes:
        process.wait()
