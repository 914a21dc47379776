"""Pages as they are when something is missing, waits, failed, is forbidden, is used up, or is longer than expected."""

from dataclasses import dataclass
from math import sin
from secrets import token_hex
from typing import Any

from django.test import RequestFactory
from django.utils import timezone

from apps.endpoints.models import Prediction
from apps.endpoints.services import create_endpoint
from apps.feedback.services import flag_prediction
from apps.jobs.models import Quota
from apps.projects.services import create_project
from apps.registry.models import Version
from apps.teams.services import create_team
from atrium.access.door import member_for
from atrium.access.principals import Member, Person, Role
from atrium.errors import Problem
from atrium.errors.middleware import present, too_many_requests
from atrium.tenancy.context import team_context
from gpu_workers.protocol.datasets import Column, Count, Facts, Kind
from gpu_workers.protocol.datasets import Role as ColumnRole
from tests.browsing import signed_in
from tests.people import Lab, new_person, ready_version
from tests.tables import ready_table

LONG = "Lagekontrolle von Kathetern, Sonden und Drainagen bei beatmeten Patientinnen der Intensivstation "
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
SENTENCE = f"The tip lies in the right atrium, which the model reads as the usual place. {WORD} {LONG * 3}"

WAVE = [sin(place / 7) for place in range(384)]

EMPTY = ("models", "datasets", "endpoints", "inbox", "quarantine")
"""Pages of a project in which nothing is yet."""


@dataclass(frozen=True, slots=True)
class State:
    """A page to be looked at. session: the cookie of who looks. status: what the console may say of it.

    body: what is shown there instead of what the site would say now, for problems that a test does not bring about.
    """

    name: str
    path: str
    session: str
    status: str = "200"
    body: str = ""


def session_of(person: Person | Member) -> str:
    return signed_in(person).cookies["sessionid"].value


def empty_states() -> list[State]:
    """A person without a team, a team without a project, a project without anything."""
    nobody = session_of(new_person("Nora"))
    person = new_person("Alice")
    session = session_of(person)
    team, bare = create_team(person, name="Lakeside Imaging"), create_team(person, name="Newcomers")
    project = create_project(member_for(person, team.slug), name="Films")
    base = f"/t/{team.slug}/"
    inner = f"{base}{project.slug}/"
    return [
        State("no-team", "/t/", nobody),
        State("empty-team", f"/t/{bare.slug}/", session),
        State("empty-project", inner, session),
        *(State(f"empty-{page}", f"{inner}{page}/", session) for page in EMPTY),
        *(State(f"empty-{page}", f"{base}settings/{page}/", session) for page in ("tokens", "usage")),
    ]


def forbidden_states(lab: Lab) -> list[State]:
    """What a viewer sees, and what she is refused; what a stranger meets."""
    vera, stranger = session_of(lab.member("Vera", Role.VIEWER)), session_of(new_person("Paul"))
    base = f"/t/{lab.team.slug}/"
    inner = f"{base}{lab.project.slug}/"
    endpoint = f"{inner}endpoints/{lab.endpoint.slug}/"
    return [
        State("viewer-team", base, vera),
        State("viewer-project", inner, vera),
        State("viewer-version", f"{inner}models/{lab.version.model.slug}/v1/", vera),
        State("viewer-endpoint", endpoint, vera),
        State("viewer-links", f"{endpoint}links/", vera),
        State("viewer-members", f"{base}settings/", vera),
        State("forbidden-usage", f"{base}settings/usage/", vera, "403"),
        State("stranger-team", base, stranger, "404"),
    ]


def waiting_states(lab: Lab) -> list[State]:
    """Versions and predictions that wait, failed, or were refused; an answer that is a vector."""
    session = session_of(lab.alice)
    base = f"/t/{lab.team.slug}/"
    reasons: dict[Version.State, dict[str, Any]] = {
        Version.State.INSPECTING: {},
        Version.State.REJECTED: {
            "rule": "operator_not_allowed",
            "reason": "The model uses the operator Loop, which may run for ever. Export it without loops.",
        },
        Version.State.FAILED: {"error": {"code": "worker_lost", "message": "The computer that ran it went away."}},
    }
    states = []
    for state, fields in reasons.items():
        version = ready_version(lab.alice, lab.project, f"{state}-one")
        with team_context(lab.alice):
            Version.objects.filter(pk=version.pk).update(state=state, interface=None, **fields)
        states.append(State(f"version-{state}", f"{base}{lab.project.slug}/models/{state}-one/v1/", session))
    encoder = ready_version(lab.alice, lab.project, "encoder")
    with team_context(lab.alice):
        output = {"kind": "vector", "name": "embedding", "title": "Likeness"}
        Version.objects.filter(pk=encoder.pk).update(interface={**(encoder.interface or {}), "outputs": [output]})
    failure = {"code": "deadline_exceeded", "message": "It was not answered in its time and was stopped."}
    changes: dict[str, dict[str, Any]] = {
        "running": {"state": "running"},
        "failed": {"state": "failed", "error": failure},
        "vector": {
            "version": encoder,
            "answer": {"embedding": {"kind": "vector", "values": WAVE, "norm": 16.0}},
        },
    }
    for name, change in changes.items():
        prediction = lab.prediction(lab.alice)
        with team_context(lab.alice):
            Prediction.objects.filter(pk=prediction.pk).update(**{"answer": None} | change)
        states.append(State(f"prediction-{name}", f"{base}predictions/{prediction.pk}", session))
    return states


def dataset_states(lab: Lab) -> list[State]:
    """Datasets on their way, refused, failed, wide, full of odd values; as a viewer sees them."""
    session, vera = session_of(lab.alice), session_of(lab.member("Vivian", Role.VIEWER))
    base = f"/t/{lab.team.slug}/{lab.project.slug}/datasets/"
    fields: dict[str, dict[str, Any]] = {
        "uploading": {"filename": "holdout-three-sites.csv"},
        "reading": {},
        "rejected": {
            "rule": "ragged_row",
            "reason": "Row 48,211 has 14 values where the head has 13. Put values with commas into quotes.",
        },
        "failed": {"error": {"code": "worker_lost", "message": "The computer that ran it went away."}},
    }
    states = []
    for state, more in fields.items():
        nothing: dict[str, Any] = {"state": state, "table": None, "columns": [], "preview": []}
        ready_table(lab.alice, lab.project, f"{state}-rows", **nothing, **more)
        states.append(State(f"dataset-{state}", f"{base}{state}-rows/v1/", session))
    ready_table(lab.alice, lab.project, "odd-rows", odd_columns(), remarks=[SENTENCE], notes=SENTENCE, filename=WORD)
    wide = [Column(f"gene {at}", Kind.NUMBER, ColumnRole.FEATURE, facts=FACTS) for at in range(3000)]
    ready_table(lab.alice, lab.project, "wide-rows", wide, preview=[["0.25"] * 3000] * 5)
    return [
        *states,
        State("dataset-odd", f"{base}odd-rows/v1/", session),
        State("dataset-wide", f"{base}wide-rows/v1/?page=2", session),
        State("dataset-not-found", f"{base}wide-rows/v1/?q=nothing", session),
        State("dataset-viewer", f"{base}odd-rows/v1/", vera),
    ]


FACTS = Facts(distinct=812, nulls=3, low=-1.5, high=4.25, mean=0.1, histogram=(1, 4, 9, 20, 31, 22, 9, 5, 2, 1))


def odd_columns() -> list[Column]:
    """Long names, long values, remarks, and a column of each role."""
    notes = ("Has one value only.", "512 values are text where the others are numbers; they are empty here.")
    longest = Facts(distinct=3, nulls=1, infinite=2, top=(Count(f"{WORD} {LONG}", 2), Count("", 1)), notes=notes)
    return [
        Column(f"{WORD} {LONG}", Kind.CATEGORY, ColumnRole.LABEL, facts=longest),
        Column("p", Kind.NUMBER, ColumnRole.PROBABILITY, WORD[:80], "benign, grade 2", facts=FACTS),
        Column("seen at", Kind.TIME, ColumnRole.TIME, facts=Facts(distinct=9, low=1.6e9, high=1.7e9)),
        *(
            Column(role.value, Kind.NUMBER, role, facts=FACTS)
            for role in (ColumnRole.ID, ColumnRole.WEIGHT, ColumnRole.LAT, ColumnRole.LON, ColumnRole.IGNORE)
        ),
    ]


def spent_states(lab: Lab) -> list[State]:
    """The team's device time of today is used up, and so are a link's cases."""
    session = session_of(lab.alice)
    link_id, _ = lab.link(label="Used up", quota=3)
    with team_context(lab.alice):
        Quota.objects.filter(subject=link_id).update(used=3)
        day = timezone.now().date()
        Quota.objects.update_or_create(
            subject=lab.team.pk, unit="device_ms", day=day, defaults={"limit": 3_600_000, "used": 3_600_000}
        )
    base = f"/t/{lab.team.slug}/"
    links = f"{base}{lab.project.slug}/endpoints/{lab.endpoint.slug}/links/"
    return [State("spent-usage", f"{base}settings/usage/", session), State("spent-links", links, session)]


def long_states() -> list[State]:
    """A team whose names, labels and sentences are as long as they may be."""
    person = new_person(f"Priv.-Doz. Dr. med. {WORD}"[:60].strip())
    team = create_team(person, name=f"{LONG}{WORD}"[:120])
    alice = member_for(person, team.slug)
    project = create_project(alice, name=f"{WORD} {LONG}"[:120].strip(), description=SENTENCE)
    version = ready_version(alice, project, f"katheter-lagekontrolle-{token_hex(16)}")
    endpoint = create_endpoint(alice, project.pk, name=f"{WORD}"[:80], version_id=version.pk)
    lab = Lab(alice, team, project, version, endpoint)
    lab.link(label=f"{LONG}{WORD}"[:120])
    guest = lab.guest(name=WORD[:60])
    flag = flag_prediction(guest, lab.prediction(guest).pk, verdict="right_wrong_reason", message=SENTENCE[:500])
    session, base = session_of(alice), f"/t/{team.slug}/"
    inner = f"{base}{project.slug}/"
    address = f"{inner}endpoints/{endpoint.slug}/"
    return [
        State("long-team", base, session),
        State("long-project", inner, session),
        State("long-models", f"{inner}models/", session),
        State("long-version", f"{inner}models/{version.model.slug}/v1/", session),
        State("long-endpoint", address, session),
        State("long-links", f"{address}links/", session),
        State("long-case", f"{inner}inbox/{flag.thread_id}/", session),
        State("long-members", f"{base}settings/", session),
    ]


def problem_states() -> list[State]:
    """Error pages, also of what cannot be brought about here: a service that is away, our own fault."""
    request = RequestFactory().get("/account/")
    pages = {
        "429": too_many_requests(request),
        "400": present(Problem("malformed"), request),
        "403": present(Problem("not_permitted"), request),
        "413": present(Problem("too_large"), request),
        "503": present(Problem("unavailable", retry_after=5), request),
        "500": present(Problem("internal"), request),
    }
    return [State(f"problem-{code}", "/account/", "", code, page.content.decode()) for code, page in pages.items()]


def all_states(lab: Lab) -> list[State]:
    return [
        *empty_states(),
        *forbidden_states(lab),
        *waiting_states(lab),
        *dataset_states(lab),
        *spent_states(Lab.make("Lakeside Imaging")),
        *long_states(),
        *problem_states(),
    ]
