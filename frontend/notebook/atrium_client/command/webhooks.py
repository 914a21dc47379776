"""`atrium webhook`: programs that are told what happens in a project."""

import argparse

from atrium_client.atrium import Atrium
from atrium_client.errors import NotFound
from atrium_client.webhooks import Webhook

from .arguments import Command, Told

ABOUT = "Addresses of programs that are told what happens in a project; for admins and owners."


def add(command: Command) -> None:
    listing = command("list", _list, "List the webhooks of a project.")
    make = command("make", _make, "Tell an address of events; its secret is written this once.")
    rest = {
        "test": (_test, "Send a test to an address."),
        "log": (_log, "Say what was sent to an address, and what became of it."),
        "on": (_switch, "Switch a webhook on."),
        "off": (_switch, "Switch a webhook off."),
        "delete": (_delete, "Delete a webhook with its log."),
    }
    listing.add_argument("project")
    make.add_argument("project")
    make.add_argument("address", help="https, on port 443 or 8443, of a public host")
    make.add_argument("event", nargs="+", help="such as flag.created")
    make.add_argument("--note", default="", help="what it is for")
    for name, (run, help) in rest.items():
        parser = command(name, run, help)
        parser.add_argument("project")
        parser.add_argument("address", help="its address, or its id")
        parser.set_defaults(act=name)


def _list(given: argparse.Namespace) -> Told:
    hooks = Atrium().project(given.project).webhooks()
    lines = [f"{'on ' if hook.is_on else 'off'}  {hook.address}  {', '.join(hook.events)}" for hook in hooks]
    return "\n".join(lines) or "There are no webhooks.", [hook.row() for hook in hooks]


def _make(given: argparse.Namespace) -> Told:
    hook = Atrium().project(given.project).webhook(given.address, given.event, given.note)
    return f"{hook.secret}\nThe receiver checks signatures with this secret, which is shown once.", {
        **hook.row(),
        "secret": hook.secret,
    }


def _test(given: argparse.Namespace) -> Told:
    hook = _of(given)
    hook.test()
    return f"A test is on its way to {hook.address}: atrium webhook log says what became of it.", hook.row()


def _log(given: argparse.Namespace) -> Told:
    told = _of(given).deliveries()
    lines = [f"{one['created_at']}  {one['event']:18} {one['state']:9} {one['problem']}".rstrip() for one in told]
    return "\n".join(lines) or "Nothing was sent yet.", told


def _switch(given: argparse.Namespace) -> Told:
    hook = _of(given).switch(given.act == "on")
    return f"{hook.address} is {'on' if hook.is_on else 'off'}.", hook.row()


def _delete(given: argparse.Namespace) -> Told:
    hook = _of(given)
    hook.delete()
    return f"Deleted: {hook.address}", hook.row()


def _of(given: argparse.Namespace) -> Webhook:
    for hook in Atrium().project(given.project).webhooks():
        if given.address in (hook.address, hook.id):
            return hook
    raise NotFound(f"No webhook has the address “{given.address}”. See atrium webhook list.", code="not_found")
