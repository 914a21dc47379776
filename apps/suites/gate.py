"""How a version did in its model's suite, on its page, before its promotion, and beside each case."""

from dataclasses import dataclass
from typing import Any

from apps.endpoints.words import counted
from apps.feedback.beside import Beside
from apps.feedback.models import Thread
from apps.feedback.words import answer_words
from apps.projects.addresses import project_url
from apps.registry.gates import Judged, Section
from apps.registry.models import Version
from atrium.access.principals import Member, System

from .expected import words_of
from .models import SuiteCase, SuiteResult
from .permissions import can_run_suites, can_see_suites
from .runs import begin_for
from .selectors import Report, report_of

Outcome = SuiteResult.Outcome
WORDS = {
    Outcome.WAITING: ("clock", "", "waits"),
    Outcome.ASKED: ("spinner", "", "is being asked"),
    Outcome.PASSED: ("check-circle", "good", "passed"),
    Outcome.FAILED: ("x-circle", "bad", "failed"),
    Outcome.CHANGED: ("alert", "warn", "changed"),
    Outcome.UNANSWERED: ("x-circle", "bad", "no answer"),
}
ORDER = [Outcome.FAILED, Outcome.CHANGED, Outcome.UNANSWERED, Outcome.ASKED, Outcome.WAITING, Outcome.PASSED]


@dataclass(frozen=True, slots=True)
class ResultShown:
    """number: of the case, as the suite's page counts. url: the case in the inbox. before, after: the judged answer and
    the version's, in words.
    """

    number: int
    rank: int
    url: str
    expected: str
    before: str
    after: str
    icon: str
    tone: str
    word: str
    problem: str


def results_shown(report: Report, inbox: str) -> list[ResultShown]:
    """What is not as it should be first."""
    numbers = {case: number for number, case in enumerate(report.suite.cases.values_list("pk", flat=True), 1)}
    shown = [_shown(result, numbers[result.case_id], inbox) for result in report.results]
    return sorted(shown, key=lambda one: (one.rank, one.number))


def _shown(result: SuiteResult, number: int, inbox: str) -> ResultShown:
    icon, tone, word = WORDS[Outcome(result.outcome)]
    now = result.answered
    return ResultShown(
        number=number,
        rank=ORDER.index(Outcome(result.outcome)),
        url=f"{inbox}{result.case.thread_id}/",
        expected="; ".join(words_of(name, wanted) for name, wanted in result.case.expected.items()),
        before=answer_words(result.case.judged) if result.case.judged.answer else "withdrawn",
        after=answer_words(now) if now is not None and now.answer else "–",
        icon=icon,
        tone=tone,
        word=word,
        problem=result.problem,
    )


def show(member: Member, version: Version) -> Section | None:
    report = report_of(version) if can_see_suites(member) and version.servable else None
    if report is None:
        return None
    return Section("suites/parts/report.html", gate_of(member, version, report, project_url(version.model.project)))


def gate_of(member: Member, version: Version, report: Report, base: str) -> dict[str, Any]:
    """`gate` of the templates in `suites/parts`. base: the project's page."""
    suite = f"{base}models/{version.model.slug}/suite/"
    return {
        "report": report,
        "results": results_shown(report, f"{base}inbox/"),
        "url": suite,
        "run_url": f"{suite}runs/v{version.number}/",
        "may_run": can_run_suites(member),
        "version": version,
    }


def judge(version: Version) -> Judged:
    """A version that fails, or was not asked, is warned of; refused where the suite says so."""
    report = report_of(version)
    if report is None or report.passes:
        return Judged()
    if report.run is None:
        told = f"{version} has not been asked the cases of its suite."
    elif report.is_open:
        told = f"{version} is being asked the cases of its suite: {report.done} of {len(report.results)}."
    elif report.is_old:
        told = f"The suite was changed since {version} was asked. Run it again."
    elif report.run.state == report.run.State.CANCELLED:
        told = f"The run of the suite over {version} was cancelled."
    else:
        told = f"{report.bad} of {counted(len(report.results), 'case')} of the suite did not pass on {version}."
    return Judged(forbids=[told]) if report.suite.refuses else Judged(warns=[told])


def look(thread: Thread, project_page: str) -> Beside | None:
    """Whether the case is in a suite, which keeps its inputs; else how it comes into one."""
    case = SuiteCase.objects.filter(thread=thread).select_related("suite__model").first()
    if case is not None:
        model = case.suite.model
        return Beside(
            f"In the suite of {model}: its inputs are kept while it is there.",
            link=f"{project_page}models/{model.slug}/suite/",
            linked="Open the suite",
        )
    return Beside(
        "In no suite: new versions are not asked this case.",
        act=f"{project_page}inbox/{thread.pk}/suite",
        button="Put into the suite",
    )


def version_decided(principal: System, version: Version) -> None:
    begin_for(principal, version.pk)
