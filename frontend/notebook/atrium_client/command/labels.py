"""`atrium label`: a project's labels, and those of a case."""

import argparse

from atrium_client.atrium import Atrium

from .arguments import Command, Told

ABOUT = "Labels of a project's cases."


def add(command: Command) -> None:
    listing = command("list", _list, "List the labels of a project.")
    listing.add_argument("project")

    make = command("make", _make, "Make a label, unless it is there.")
    make.add_argument("project")
    make.add_argument("name")
    make.add_argument("--colour", default="blue", help="blue by default")

    put = command("set", _set, "Give a case these labels and no others.")
    put.add_argument("thread", help="its id, or the address that `atrium inbox` writes")
    put.add_argument("name", nargs="*", help="a label's name; none takes them all off")


def _list(given: argparse.Namespace) -> Told:
    labels = Atrium().project(given.project).labels()
    told = [{"id": label.id, "name": label.name} for label in labels]
    return "\n".join(label.name for label in labels) or "There are no labels yet.", told


def _make(given: argparse.Namespace) -> Told:
    label = Atrium().project(given.project).label(given.name, create=True, colour=given.colour)
    return f"There is a label “{label.name}”.", {"id": label.id, "name": label.name}


def _set(given: argparse.Namespace) -> Told:
    thread = Atrium().thread(given.thread).label(*given.name)
    told = ", ".join(label.name for label in thread.labels) or "no labels"
    return f"It has {told}: {thread.url}", thread.row() | {"labels": [label.name for label in thread.labels]}
