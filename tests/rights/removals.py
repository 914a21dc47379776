"""Taking one wall away: a predicate of a `permissions.py`, or the policy of one table."""

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import psycopg

import apps
from tests.services import site

Predicate = Callable[..., bool]


def predicates() -> dict[str, Predicate]:
    """Every `can_…` of every `permissions.py`, by `app.name`."""
    found: dict[str, Predicate] = {}
    for app in pkgutil.iter_modules(apps.__path__):
        try:
            module = importlib.import_module(f"apps.{app.name}.permissions")
        except ModuleNotFoundError:
            continue
        for name, value in vars(module).items():
            if name.startswith("can_") and value.__module__ == module.__name__:
                found[f"{app.name}.{name}"] = value
    return found


@contextmanager
def replaced(original: Any, by: Any) -> Iterator[None]:
    """Everywhere where the product's modules hold `original`, they hold `by`."""
    homes = [
        (module, name)
        for module in list(sys.modules.values())
        if isinstance(module, ModuleType) and module.__name__.startswith(("apps.", "atrium."))
        for name, value in list(vars(module).items())
        if value is original
    ]
    assert homes
    for module, name in homes:
        setattr(module, name, by)
    try:
        yield
    finally:
        for module, name in homes:
            setattr(module, name, original)


@contextmanager
def without_policy(table: str) -> Iterator[None]:
    """The application's policy of a table lets every row through, until the end of the block."""

    def policy(condition: str) -> None:
        with psycopg.connect(site().web("atrium_owner")["DATABASE_URL"]) as owner:
            owner.execute(f'ALTER POLICY team ON "{table}" USING ({condition}) WITH CHECK ({condition})')

    column = "id" if table == "teams_team" else "team_id"
    policy("true")
    try:
        yield
    finally:
        policy(f"{column} = (select atrium.team())")
