"""`atrium comparison`: versions side by side, and what readers prefer who do not know which said what."""

import argparse
from pathlib import Path
from typing import Any

from atrium_client.atrium import Atrium
from atrium_client.comparisons import SOURCES, Comparison
from atrium_client.errors import Invalid
from atrium_client.projects import Project
from atrium_client.suites import counted
from atrium_client.versions import Version

from .arguments import Command, Told

ABOUT = "Versions that are asked the same cases, side by side or read blind."
_CASES = f"an answer's id or the address of its page, or {', '.join(SOURCES)} for all there; repeatable"


def add(command: Command) -> None:
    make = command("make", _make, "Have 2 to 4 versions asked the same cases.")
    make.add_argument("project")
    make.add_argument("endpoint")
    make.add_argument(
        "versions", nargs="+", metavar="VERSION", help="a number of the model that it serves, or model:number"
    )
    make.add_argument("--case", action="append", metavar="CASE", help=f"{_CASES}; examples by default")
    make.add_argument("--name", default="", help="told from the versions by default")
    make.add_argument("--question", default="", help="what readers are asked")
    make.add_argument("--blind", action="store_true", help="read by guests and members who do not know which said what")
    make.add_argument("--no-wait", action="store_true", help="do not wait for the answers")

    listing = command("list", _list, "List the comparisons of an endpoint, the newest first.")
    listing.add_argument("project")
    listing.add_argument("endpoint")

    show = command("show", _show, "Say what each version answered, and where they differ.")
    add_cases = command("add", _add, "Have more cases asked; not once somebody has read.")
    again = command("again", _again, "Ask again what gave no answer.")
    results = command("results", _results, "Say what readers prefer, and how far they and the versions agree.")
    readings = command("readings", _readings, "Write what readers said as CSV.")
    close = command("close", _close, "End the reading; readers learn which version was which.")
    reopen = command("open", _open, "Let it be read again, by readers who have not begun yet.")
    delete = command("delete", _delete, "Delete it with its answers and what was read; the cases stay.")
    for parser in (show, add_cases, again, results, readings, close, reopen, delete):
        parser.add_argument("comparison", help="its id, or the address that `atrium comparison list` writes")
    add_cases.add_argument("case", nargs="+", metavar="CASE", help=_CASES)
    readings.add_argument("-o", "--out", type=Path, required=True)


def _make(given: argparse.Namespace) -> Told:
    project = Atrium().project(given.project)
    endpoint = project.endpoint(given.endpoint)
    versions = [_version(project, each, endpoint.model_name) for each in given.versions]
    cases = [_case(each) for each in given.case or ("examples",)]
    options = {"name": given.name, "question": given.question, "blind": given.blind}
    comparison = endpoint.compare(versions, cases, **options)
    return _told(comparison if given.no_wait else comparison.wait())


def _version(project: Project, text: str, served: str) -> Version:
    model, _, number = text.rpartition(":")
    if not number.isdecimal():
        raise Invalid(f"“{text}” is no version; write its number, such as 2, or model:number.")
    return project.version(model or served, int(number))


def _case(text: str) -> str:
    """The id in the address of an answer's page; what is none as it is."""
    return text.rstrip("/").rpartition("/")[2]


def _list(given: argparse.Namespace) -> Told:
    found = Atrium().project(given.project).endpoint(given.endpoint).comparisons()
    lines = [f"{each.state:7} {each.name}  {each.url}" for each in found]
    return "\n".join(lines) or "There are no comparisons yet.", [_facts(each) for each in found]


def _show(given: argparse.Namespace) -> Told:
    return _told(_of(given))


def _add(given: argparse.Namespace) -> Told:
    return _told(_of(given).add(*map(_case, given.case)))


def _again(given: argparse.Namespace) -> Told:
    return _told(_of(given).again())


def _results(given: argparse.Namespace) -> Told:
    results = _of(given).results()
    return "\n".join((*results.found, results.url)), results.form


def _readings(given: argparse.Namespace) -> Told:
    path = _of(given).download(given.out)
    return f"Written to {path}.", {"path": str(path)}


def _close(given: argparse.Namespace) -> Told:
    return _told(_of(given).close())


def _open(given: argparse.Namespace) -> Told:
    return _told(_of(given).open())


def _delete(given: argparse.Namespace) -> Told:
    comparison = _of(given)
    comparison.delete()
    return "Deleted.", {"id": comparison.id}


def _of(given: argparse.Namespace) -> Comparison:
    return Atrium().comparison(given.comparison)


def _told(comparison: Comparison) -> Told:
    counts = f"{comparison.answered} answers, {comparison.failed} failed, {counted(len(comparison.differing))} apart"
    lines = [f"{comparison.name} is {comparison.state}: {counts}  {comparison.url}"]
    lines += [f"  {case['title']}: {'; '.join(_differing(case, comparison.versions))}" for case in comparison.differing]
    return "\n".join(lines), _facts(comparison)


def _differing(case: dict[str, Any], versions: list[str]) -> list[str]:
    """Which outputs of which version are not as the first one's."""
    answers = zip(versions, case["answers"], strict=True)
    return [f"{version} in {', '.join(answer['differs'])}" for version, answer in answers if answer["differs"]]


def _facts(comparison: Comparison) -> dict[str, Any]:
    names = ("id", "name", "question", "blind", "closed", "state", "versions", "answered", "failed", "cases", "url")
    return {name: getattr(comparison, name) for name in names}
