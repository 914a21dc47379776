"""`atrium inbox`, `reply`, `resolve`: what reviewers said."""

import argparse
import sys

from atrium_client.atrium import Atrium
from atrium_client.errors import Conflict

from .arguments import Command, Told


def add(command: Command) -> None:
    inbox = command("inbox", _inbox, "List or download what reviewers said.")
    inbox.add_argument("project")
    inbox.add_argument("--status", choices=("open", "resolved", "all"), default="open")
    inbox.add_argument("--download", metavar="PATH", help="write to a file or a folder")
    inbox.add_argument("--format", choices=("zip", "csv", "json", "coco"), default="zip")

    reply = command("reply", _reply, "Answer the reviewer of a thread.")
    reply.add_argument("thread", help="its id, or the address that `atrium inbox` writes")
    reply.add_argument("message", help="the sentence, or - to read it from stdin")
    reply.add_argument("--internal", action="store_true", help="for the team only")

    resolve = command("resolve", _resolve, "Close a thread.")
    resolve.add_argument("thread", help="its id, or the address that `atrium inbox` writes")
    resolve.add_argument("--version", type=int, help="the number of the model's version that resolves it")


def _inbox(given: argparse.Namespace) -> Told:
    status = None if given.status == "all" else given.status
    inbox = Atrium().project(given.project).inbox(status)
    if given.download:
        path = inbox.download(given.download, given.format)
        return f"Written to {path}.", {"path": str(path)}
    threads = list(inbox)
    lines = [f"{thread.status:9} {thread.flag if thread.flags else 'withdrawn'}  {thread.url}" for thread in threads]
    return "\n".join(lines) or f"No {given.status} threads.", [thread.row() for thread in threads]


def _reply(given: argparse.Namespace) -> Told:
    thread = Atrium().thread(given.thread)
    thread.reply(sys.stdin.read().strip() if given.message == "-" else given.message, internal=given.internal)
    reader = "the team" if given.internal else "the reviewer"
    return f"Written to {reader}: {thread.url}", thread.row()


def _resolve(given: argparse.Namespace) -> Told:
    atrium = Atrium()
    thread = atrium.thread(given.thread)
    version = None
    if given.version is not None:
        if thread.prediction is None:
            raise Conflict("This thread has no flag any more, so no model is told; resolve it without --version.")
        version = atrium.project_of(thread).version(thread.prediction.version.model_name, given.version)
    thread.resolve(version)
    by = f" by {thread.resolved_by}" if thread.resolved_by else ""
    return f"Resolved{by}: {thread.url}", thread.row()
