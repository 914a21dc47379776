"""`atrium suite`: a model's suite of judged cases, and how a version did."""

import argparse

from atrium_client.atrium import Atrium
from atrium_client.suites import Suite, SuiteReport, counted

from .arguments import Command, Told

ABOUT = "Judged cases that every version of a model is asked before it is promoted."


def add(command: Command) -> None:
    show = command("show", _show, "List the cases of a model's suite.")
    show.add_argument("project")
    show.add_argument("model")

    put = command("add", _add, "Put a case into its model's suite, or all of a model that hold a correction.")
    put.add_argument("project")
    put.add_argument("model")
    put.add_argument("--thread", help="its id, or the address that `atrium inbox` writes; all by default")

    remove = command("remove", _remove, "Take a case out of the suite; it stays in the inbox.")
    remove.add_argument("project")
    remove.add_argument("model")
    remove.add_argument("case", help="its id, as `atrium suite show --json` writes it")

    refuse = command("refuse", _refuse, "Refuse to promote what does not pass, or only warn. For admins and owners.")
    refuse.add_argument("project")
    refuse.add_argument("model")
    refuse.add_argument("state", choices=("on", "off"))

    run = command("run", _run, "Ask a version all cases of its suite.")
    report = command("report", _report, "Say how a version did.")
    for parser in (run, report):
        parser.add_argument("project")
        parser.add_argument("model")
        parser.add_argument("--version", type=int, help="the newest by default")
    run.add_argument("--no-wait", action="store_true", help="do not wait for the answers")


def _show(given: argparse.Namespace) -> Told:
    suite = Atrium().project(given.project).version(given.model).suite()
    lines = [f"{case['id']}  {case.get('url', '')}" for case in suite.cases]
    return "\n".join(lines) or f"The suite of “{given.model}” is empty.", suite.cases


def _add(given: argparse.Namespace) -> Told:
    atrium = Atrium()
    thread = atrium.thread(given.thread) if given.thread else None
    return _changed(atrium.project(given.project).version(given.model).suite().add(thread))


def _remove(given: argparse.Namespace) -> Told:
    return _changed(Atrium().project(given.project).version(given.model).suite().remove(given.case))


def _refuse(given: argparse.Namespace) -> Told:
    suite = Atrium().project(given.project).version(given.model).suite().refuse(given.state == "on")
    told = "is not promoted" if suite.refuses else "is promoted after a warning"
    return f"A version that does not pass {told}: {suite.url}", {"refuses": suite.refuses, "url": suite.url}


def _run(given: argparse.Namespace) -> Told:
    report = Atrium().project(given.project).version(given.model, given.version).run_suite()
    return _told(report if given.no_wait else report.wait())


def _report(given: argparse.Namespace) -> Told:
    return _told(Atrium().project(given.project).version(given.model, given.version).suite_report())


def _told(report: SuiteReport) -> Told:
    counts = ", ".join(f"{count} {name}" for name, count in report.counts.items() if count)
    verdict = "passes" if report.passes else report.state if report.state != "finished" else "does not pass"
    facts = {name: getattr(report, name) for name in ("version", "state", "passes", "counts", "results", "url")}
    return f"{report.version} {verdict}{f': {counts}' if counts else ''}  {report.url}", facts


def _changed(suite: Suite) -> Told:
    return f"The suite has {counted(len(suite))}: {suite.url}", suite.cases
