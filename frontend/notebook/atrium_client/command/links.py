"""`atrium link`: the links of an endpoint, on whose pages they are shown, and their end."""

import argparse
from typing import Any

from atrium_client.atrium import Atrium
from atrium_client.errors import NotFound
from atrium_client.links import Link

from .arguments import Command, Told

ABOUT = "Links for people without an account; `atrium share` makes one."


def add(command: Command) -> None:
    listing = command("list", _list, "List the links of an endpoint, without their addresses.")
    show_on = command("show-on", _show_on, "Say on whose pages a link may be shown: on these and no others.")
    revoke = command("revoke", _revoke, "Close a link, for open pages too, within a second.")
    for parser in (listing, show_on, revoke):
        parser.add_argument("project")
        parser.add_argument("endpoint")
    for parser in (show_on, revoke):
        parser.add_argument("link", help="its id, or its label where no other open link has it")
    show_on.add_argument(
        "origins", nargs="*", metavar="ORIGIN", help="such as https://clinic.example; none for nowhere"
    )


def _list(given: argparse.Namespace) -> Told:
    links = _links(given)
    return "\n".join(map(_line, links)) or "There are no links yet.", [_facts(link) for link in links]


def _show_on(given: argparse.Namespace) -> Told:
    link = _of(given).show_on(*given.origins)
    return _line(link), _facts(link)


def _revoke(given: argparse.Namespace) -> Told:
    link = _of(given)
    link.revoke()
    return _line(link), _facts(link)


def _links(given: argparse.Namespace) -> list[Link]:
    return Atrium().project(given.project).endpoint(given.endpoint).links()


def _of(given: argparse.Namespace) -> Link:
    links = _links(given)
    found = [each for each in links if each.id == given.link]
    found = found or [each for each in links if each.label == given.link and not each.revoked]
    if len(found) != 1:
        told = f"{len(found)} open links are called" if found else "There is no open link"
        raise NotFound(f"{told} “{given.link}”. Give the id that `atrium link list` writes.", code="not_found")
    return found[0]


def _line(link: Link) -> str:
    ends = "revoked" if link.revoked else f"until {link.expires_at:%Y-%m-%d}" if link.expires_at else "no end"
    shown = f"  shown on {', '.join(link.embed)}" if link.embed else ""
    return f"{link.id}  {link.role:6}  {ends}  {link.label}{shown}".rstrip()


def _facts(link: Link) -> dict[str, Any]:
    facts = ("id", "label", "role", "revoked", "expires_at", "addresses", "embed")
    return {name: getattr(link, name) for name in facts}
