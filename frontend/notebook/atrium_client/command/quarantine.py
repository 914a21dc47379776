"""`atrium quarantine`: studies kept aside because somebody may be named in their pixels."""

import argparse
from pathlib import Path

from atrium_client.atrium import Atrium
from atrium_client.errors import NotFound
from atrium_client.quarantine import Held

from .arguments import Command, Told

ABOUT = "Studies that are kept aside because somebody may be named in their pixels."


def add(command: Command) -> None:
    listing = command("list", _list, "List what a project keeps aside.")
    listing.add_argument("project")
    look = command("look", _look, "Write the frame on which text was found as a PNG; that is on record.")
    cover = command("cover", _cover, "Black out what was found, in every frame, for good.")
    release = command("release", _release, "Let a study go on as it is: nobody is named in it.")
    delete = command("delete", _delete, "Delete a study that is kept aside.")
    for parser in (look, cover, release, delete):
        parser.add_argument("project")
        parser.add_argument("study", help="its id, as `atrium quarantine list` writes it")
    look.add_argument("--frame", type=int, help="another frame; the first is 0")
    look.add_argument("-o", "--out", type=Path, required=True)
    cover.add_argument(
        "--box",
        action="append",
        nargs=4,
        type=float,
        metavar=("X", "Y", "W", "H"),
        help="in fractions of the frame, instead of what was found; repeatable",
    )


def _list(given: argparse.Namespace) -> Told:
    found = Atrium().project(given.project).quarantine()
    lines = [f"{held.id}  {held.state:5}  {' '.join(held.reasons)}" for held in found]
    return "\n".join(lines) or "Nothing is kept aside.", [held.row() for held in found]


def _look(given: argparse.Namespace) -> Told:
    held = _of(given)
    given.out.write_bytes(held.picture(given.frame))
    return f"Written to {given.out}.", held.row() | {"path": str(given.out)}


def _cover(given: argparse.Namespace) -> Told:
    held = _of(given)
    held.cover(None if given.box is None else [tuple(box) for box in given.box])
    told = "Covered: whoever sent it can go on." if held.state == "ready" else f"Still held: {' '.join(held.reasons)}"
    return told, held.row()


def _release(given: argparse.Namespace) -> Told:
    held = _of(given).release()
    return "Released: whoever sent it can go on.", held.row()


def _delete(given: argparse.Namespace) -> Told:
    held = _of(given)
    held.delete()
    return "Deleted.", held.row()


def _of(given: argparse.Namespace) -> Held:
    for held in Atrium().project(given.project).quarantine():
        if held.id == given.study:
            return held
    raise NotFound(f"No study “{given.study}” is kept aside. See atrium quarantine list.", code="not_found")
