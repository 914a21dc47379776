"""`atrium example`: the cases that everybody sees who opens an endpoint."""

import argparse
from typing import Any

from atrium_client.atrium import Atrium
from atrium_client.endpoints import Endpoint
from atrium_client.errors import NotFound
from atrium_client.examples import Example

from .arguments import Command, Told, values_of

ABOUT = "Cases with their answers that everybody sees who opens an endpoint."


def add(command: Command) -> None:
    listing = command("list", _list, "List the examples of an endpoint, in their order.")
    put = command("add", _add, "Add a case, which is asked once; give one that may be shown.")
    rename = command("rename", _rename, "Give an example another title.")
    move = command("move", _move, "Give an example another place.")
    remove = command("remove", _remove, "Show an example no longer.")
    for parser in (listing, put, rename, move, remove):
        parser.add_argument("project")
        parser.add_argument("endpoint")
    put.add_argument("values", nargs="+", metavar="VALUE", help="a value or a picture's path, or name=value")
    put.add_argument("--title", default="", help="120 characters at most")
    for parser in (rename, move, remove):
        parser.add_argument("example", help="its id, or its title where no other has it")
    rename.add_argument("title")
    move.add_argument("place", type=int, help="from 1, as `atrium example list` writes it")


def _list(given: argparse.Namespace) -> Told:
    return _told(_endpoint(given))


def _add(given: argparse.Namespace) -> Told:
    endpoint = _endpoint(given)
    endpoint.add_example(values_of(given.values, endpoint.inputs), given.title)
    return _told(endpoint)


def _rename(given: argparse.Namespace) -> Told:
    endpoint = _endpoint(given)
    _of(endpoint, given.example).rename(given.title)
    return _told(endpoint)


def _move(given: argparse.Namespace) -> Told:
    endpoint = _endpoint(given)
    _of(endpoint, given.example).move(max(given.place - 1, 0))
    return _told(endpoint)


def _remove(given: argparse.Namespace) -> Told:
    endpoint = _endpoint(given)
    _of(endpoint, given.example).remove()
    return _told(endpoint)


def _endpoint(given: argparse.Namespace) -> Endpoint:
    return Atrium().project(given.project).endpoint(given.endpoint)


def _of(endpoint: Endpoint, name: str) -> Example:
    examples = endpoint.examples()
    found = [each for each in examples if each.id == name] or [each for each in examples if each.title == name]
    if len(found) != 1:
        told = f"{len(found)} examples are called" if found else "There is no example"
        raise NotFound(f"{told} “{name}”. Give the id that `atrium example list` writes.", code="not_found")
    return found[0]


def _told(endpoint: Endpoint) -> Told:
    """All of them as they are now."""
    examples = endpoint.examples()
    lines = [f"{place}  {each.id}  {each.title or 'without a title'}" for place, each in enumerate(examples, 1)]
    return "\n".join(lines) or f"“{endpoint.name}” has no examples.", [_facts(each) for each in examples]


def _facts(example: Example) -> dict[str, Any]:
    facts = {name: getattr(example, name) for name in ("id", "title", "position")}
    return facts | {"prediction": example.answer.id, "url": example.answer.url}
