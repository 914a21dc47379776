"""`atrium flag`, `inbox`, `views`, `reply`, `try`, `resolve`: what reviewers said."""

import argparse
import sys
from typing import Any

from atrium_client.answers import Answer
from atrium_client.atrium import Atrium
from atrium_client.errors import Conflict, NotFound
from atrium_client.flags import WORDS
from atrium_client.projects import Project
from atrium_client.results import NumberResult
from atrium_client.threads import Thread
from atrium_client.versions import Version

from .arguments import Command, Told, json_of


def add(command: Command) -> None:
    flag = command("flag", _flag, "Judge an answer, in your own name.")
    flag.add_argument("answer", help="its id, or the address of its page, as `atrium predict --json` writes them")
    flag.add_argument("verdict", choices=tuple(WORDS))
    flag.add_argument("message", nargs="?", default="", help="a sentence, or - to read it from stdin")
    flag.add_argument("--correction", metavar="VALUE", help="the right answer, or JSON by output")
    flag.add_argument("--marks", default="[]", help="JSON list of marks, in fractions of the picture")

    inbox = command("inbox", _inbox, "List or download what reviewers said.")
    inbox.add_argument("project")
    inbox.add_argument("--status", choices=("open", "resolved", "all"), default="open")
    inbox.add_argument("--search", help="words that stand in a case")
    inbox.add_argument("--label", help="a label's name")
    inbox.add_argument("--view", help="the name of a saved view, which says all of this itself")
    inbox.add_argument("--download", metavar="PATH", help="write to a file or a folder")
    inbox.add_argument("--format", choices=("zip", "csv", "json", "coco"), default="zip")

    views = command("views", _views, "List the saved views of an inbox.")
    views.add_argument("project")

    reply = command("reply", _reply, "Answer the reviewer of a thread.")
    reply.add_argument("thread", help="its id, or the address that `atrium inbox` writes")
    reply.add_argument("message", help="the sentence, or - to read it from stdin")
    reply.add_argument("--internal", action="store_true", help="for the team only")

    trying = command("try", _try, "Ask another version of the model what was judged, and resolve nothing.")
    trying.add_argument("thread", help="its id, or the address that `atrium inbox` writes")
    trying.add_argument("version", type=int, help="the number of the model's version")

    resolve = command("resolve", _resolve, "Close a thread.")
    resolve.add_argument("thread", help="its id, or the address that `atrium inbox` writes")
    resolve.add_argument("--version", type=int, help="the number of the model's version that resolves it")


def _flag(given: argparse.Namespace) -> Told:
    atrium = Atrium()
    answer = atrium.answer(given.answer)
    correction = None if given.correction is None else _correction(given.correction, answer)
    flag = answer.flag(given.verdict, _message(given.message), correction, json_of(given.marks, "--marks"))
    thread = atrium.thread(flag.thread)
    return f"Flagged as {WORDS[flag.verdict]}: {thread.url}", thread.row()


def _correction(text: str, answer: Answer) -> Any:
    """JSON by output; or of the only output a number where it is one, and else the text."""
    value = json_of(text, "--correction", text_too=True)
    is_number = [isinstance(result, NumberResult) for result in answer.values()] == [True]
    return value if is_number or isinstance(value, dict) else text


def _inbox(given: argparse.Namespace) -> Told:
    project = Atrium().project(given.project)
    if given.view:
        inbox = project.inbox(None, view=_view(project, given.view))
    else:
        status = None if given.status == "all" else given.status
        inbox = project.inbox(status, search=given.search, label=given.label)
    if given.download:
        path = inbox.download(given.download, given.format)
        return f"Written to {path}.", {"path": str(path)}
    threads = list(inbox)
    lines = [f"{thread.status:9} {thread.flag if thread.flags else 'withdrawn'}  {thread.url}" for thread in threads]
    return "\n".join(lines) or f"No {given.status} threads.", [thread.row() for thread in threads]


def _message(text: str) -> str:
    return sys.stdin.read().strip() if text == "-" else text


def _views(given: argparse.Namespace) -> Told:
    found = Atrium().project(given.project).views()
    told = [{"id": view.id, "name": view.name} for view in found]
    return "\n".join(view.name for view in found) or "There are no saved views.", told


def _view(project: Project, name: str) -> str:
    for view in project.views():
        if name in (view.name, view.id):
            return view.id
    raise NotFound(f"There is no saved view “{name}”. See atrium views.", code="not_found")


def _reply(given: argparse.Namespace) -> Told:
    thread = Atrium().thread(given.thread)
    thread.reply(_message(given.message), internal=given.internal)
    reader = "the team" if given.internal else "the reviewer"
    return f"Written to {reader}: {thread.url}", thread.row()


def _try(given: argparse.Namespace) -> Told:
    atrium = Atrium()
    thread = atrium.thread(given.thread)
    version = _version(atrium, thread, given.version)
    thread.try_on(version)
    return f"{version} is asked: {thread.url}", thread.replays


def _version(atrium: Atrium, thread: Thread, number: int) -> Version:
    if thread.prediction is None:
        raise Conflict("This thread has no flag any more, so no model is told; leave the version out.")
    return atrium.project_of(thread).version(thread.prediction.version.model_name, number)


def _resolve(given: argparse.Namespace) -> Told:
    atrium = Atrium()
    thread = atrium.thread(given.thread)
    thread.resolve(None if given.version is None else _version(atrium, thread, given.version))
    by = f" by {thread.resolved_by}" if thread.resolved_by else ""
    return f"Resolved{by}: {thread.url}", thread.row()
