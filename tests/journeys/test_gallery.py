"""Every page and its states, as `gallery` looks at them; the pictures are kept in var/gallery.

One whose name of the URL configuration nobody looked at fails.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Page, Route, expect

from apps.projects.models import Project
from apps.registry.models import Model
from apps.suites.services import add_cases
from apps.users.models import User
from apps.webhooks.services import create_webhook, send_test
from atrium.tenancy.context import team_context
from tests.journeys import films
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.journeys.gallery import Gallery
from tests.journeys.mailbox import Mailbox
from tests.journeys.served import Served
from tests.journeys.states import State, all_states
from tests.journeys.visitors import PHONE
from tests.people import PASSWORD, Lab
from tests.services import site
from tests.tables import ready_table, run_of

pytestmark = [pytest.mark.journey, pytest.mark.long]

OPEN = {
    "landing": "",
    "documentation": "docs/",
    "documentation-page": "docs/how-to/share-safely/",
    "api-reference": "docs/api/",
    "scope-reference": "docs/scopes/",
    "error-reference": "docs/errors",
}
ACCOUNTS = (
    "accounts/login/",
    "accounts/signup/",
    "accounts/password/reset/",
    "accounts/password/reset/done/",
    "accounts/password/reset/key/1-none/",
    "accounts/confirm-email/",
    "accounts/inactive/",
)
SIGNED_IN_ACCOUNTS = (
    "accounts/email/",
    "accounts/password/change/",
    "accounts/2fa/",
    "accounts/sessions/",
    "accounts/logout/",
    "accounts/2fa/totp/activate/",
)
CONFIRMED = ("accounts/2fa/totp/activate/", "accounts/2fa/webauthn/add/")
"""Pages that ask for the password again, which the last of SIGNED_IN_ACCOUNTS shows."""
NO_PAGES = {
    *(
        "team-picture",
        "version-state",
        "version-act",
        "version-file",
        "endpoint-act",
        "dataset-announce",
        "dataset-act",
        "dataset-run-state",
        "dataset-run-act",
        "account-mails",
        "case-due",
        "case-labels",
        "case-suite",
        "case-try",
        "suite-case",
        "webhook-redeliver",
        "kept-aside-act",
        "comparison-export",
        "inbox-export",
        "inbox-label",
        "inbox-labels",
        "inbox-many",
        "inbox-many-undo",
        "inbox-view-delete",
        "inbox-view-save",
        "case-reply",
    ),
    *(f"dataset-version-{rest}" for rest in ("state", "act", "file", "notes", "upload", "withdraw", "complete")),
    *(
        "account-data",
        "case-delete",
        "case-assign",
        "case-status",
        "give-passcode",
        "give-code",
        "ask-access",
        "leave",
        "open-link",
    ),
}
"""Files, fragments, and where forms are sent."""
ELSEWHERE = {"bench", "come-back", "debugger", "reading"}
"""Seen by the other journeys."""
REFUSED = ("429", "403", "ERR_INTERNET_DISCONNECTED", "WebSocket")
"""What a browser says of answers and lines that are refused or cut on purpose."""


@pytest.fixture(scope="module")
def served(served: Served) -> Served:
    User.objects.filter(pk=served.lab.alice.user_id).update(is_staff=True)
    return served


@pytest.fixture(scope="module", autouse=True)
def addresses(served: Served) -> dict[str, str]:
    """By the name of each page of a team, of a person and of operators, one that has something to show.

    Made before a browser is started, as all that Django is asked for.
    """
    lab = served.lab
    answer = served.films.predict(films.png(films.film()))
    served.project._connection.post(
        f"predictions/{answer.id}/flag",
        {"verdict": "wrong", "message": "It reads the marker.", "marks": [], "correction": {"finding": "clear"}},
        action="flag",
    )
    served.second_version()
    (thread,) = served.project.inbox()
    thread.reply("Thank you.")
    thread.reply("Only the markers of the ward's machine.", internal=True)
    with team_context(lab.alice):
        of_its = Project.objects.get(slug=served.project.slug)
        model_id = Model.objects.get(project=of_its, slug="corner").pk
    add_cases(lab.alice, model_id, None)
    versions = [served.project.version("corner", number) for number in (1, 2)]
    comparison = served.films.compare(versions, [answer, thread], blind=True).wait()
    hook, _ = create_webhook(lab.alice, of_its.pk, url="https://example.org/atrium", events=["flag.created"])
    send_test(lab.alice, hook.pk)
    run = run_of(lab.alice, ready_table(lab.alice, of_its, "rows"), lab.version, mapping={"Age": "age"})
    team = {"team": lab.team.slug}
    project = team | {"project": served.project.slug}
    version = project | {"model": "corner"}
    endpoint = project | {"endpoint": served.films.slug}
    places: dict[str, dict[str, Any]] = {
        **{name: {} for name in ("teams", "account", "account-delete", "operator-pool", "operator-mail")},
        **dict.fromkeys(
            (
                "team",
                "settings",
                "settings-tokens",
                "settings-pools",
                "settings-usage",
                "settings-audit",
                "settings-deletion",
            ),
            team,
        ),
        **dict.fromkeys(
            ("project", "project-settings", "models", "datasets", "endpoints", "inbox", "kept-aside"), project
        ),
        **dict.fromkeys(("model", "suite"), version),
        "suite-run": version | {"number": 1},
        "webhooks": project,
        "webhook": project | {"hook_id": hook.pk},
        "promote": version | {"number": 2},
        **dict.fromkeys(("version", "version-interface", "version-card"), version | {"number": 1}),
        **dict.fromkeys(("endpoint", "links", "member-bench", "comparisons", "new-comparison"), endpoint),
        **dict.fromkeys(("comparison", "comparison-results"), endpoint | {"comparison_id": comparison.id}),
        "compared-case": endpoint | {"comparison_id": comparison.id, "position": 1},
        "dataset": project | {"dataset": "rows"},
        **dict.fromkeys(("dataset-version", "dataset-run-start"), project | {"dataset": "rows", "number": 1}),
        "dataset-run": project | {"dataset": "rows", "number": 1, "run_id": run.pk},
        "link": endpoint | {"link_id": served.films.share(label="Cardiology").id},
        "prediction": team | {"prediction_id": answer.id},
        "case": project | {"thread_id": thread.id},
    }
    found = {name: reverse(name, kwargs=place) for name, place in places.items()}
    found["promote"] += f"?endpoint={served.films.slug}"
    return found


def names(patterns: Sequence[URLPattern | URLResolver], ours: bool = False) -> Iterator[str]:
    """The names of all addresses in apps/."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            module = getattr(pattern.urlconf_name, "__name__", "")
            yield from names(pattern.url_patterns, module.startswith("apps.") and not module.endswith("api"))
        elif ours and pattern.name:
            yield pattern.name


@pytest.fixture(scope="module", autouse=True)
def states(served: Served) -> list[State]:
    """Made before a browser is started, as `addresses`."""
    return all_states(Lab.make("Lakeside Imaging"))


def test_pages_for_everybody(served: Served, visit: Visit, gallery: Gallery) -> None:
    visitor = visit("stranger")
    page = visitor.page
    for path in (*OPEN.values(), *ACCOUNTS):
        page.goto(f"{site().url}/{path}")
        gallery.look(visitor, named(path))
    page.goto(f"{site().url}/t/{served.lab.team.slug}/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.goto(f"{site().url}/nowhere/")
    gallery.look(visitor, "problem-404", allowed=("404",))


def test_pages_of_a_link(served: Served, visit: Visit, gallery: Gallery) -> None:
    visitor = visit("reviewer")
    page = visitor.page
    page.goto(str(served.films.share(passcode="four words for you", label="Locked")))
    gallery.look(visitor, "locked-link", allowed=("403",))
    page.get_by_label("Passcode").fill("no")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_text("This passcode is not right")).to_be_visible()
    gallery.look(visitor, "locked-link-refused", allowed=("403",))
    page.get_by_label("Passcode").fill("four words for you")
    page.get_by_role("button", name="Open").click()
    Bench(visitor).ready()
    gallery.look(visitor, "bench", allowed=("403",))
    page.get_by_role("button", name="About this model").click()
    expect(page.get_by_role("dialog")).to_contain_text("Diagnosis")
    gallery.look(visitor, "bench-about", allowed=("403",))
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("radio", name="Wrong", exact=True).check()
    gallery.look(visitor, "bench-judging", allowed=("403",))
    page.goto(f"{site().url}/l/{'x' * 43}")
    gallery.look(visitor, "unknown-link", allowed=("403", "404"))


def test_pages_of_a_team(served: Served, addresses: dict[str, str], visit: Visit, gallery: Gallery) -> None:
    visitor = visit("alice")
    page = visitor.page
    log_in(page, served.email)
    seen = set(OPEN)
    for name, path in addresses.items():
        page.goto(f"{site().url}{path}")
        expect(page.get_by_role("main")).to_be_visible()
        gallery.look(visitor, name)
        seen.add(name)
    page.goto(invitation_to(f"carla-{served.lab.team.slug}@example.org", page, addresses["settings"]))
    gallery.look(visitor, "invitation")
    seen.add("invitation")
    page.goto(f"{site().url}{addresses['operator-mail']}")
    page.get_by_role("main").get_by_role("link", name=re.compile("Join Lakeside")).first.click()
    expect(page).to_have_url(re.compile(r"/operator/mail/.+/"))
    gallery.look(visitor, "operator-one-mail")
    seen.add("operator-one-mail")
    for path in SIGNED_IN_ACCOUNTS:
        page.goto(f"{site().url}/{path}")
        gallery.look(visitor, named(path))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    for path in CONFIRMED:
        page.goto(f"{site().url}/{path}")
        gallery.look(visitor, f"{named(path)}-confirmed")
    nobody_looked_at = set(names(get_resolver().url_patterns)) - seen - NO_PAGES - ELSEWHERE
    assert nobody_looked_at == set()


def test_a_finger_hits_what_it_aims_at(served: Served, addresses: dict[str, str], visit: Visit) -> None:
    visitor = visit("thumb", PHONE, touch=True)
    page = visitor.page
    for path in (*OPEN.values(), *ACCOUNTS):
        page.goto(f"{site().url}/{path}")
        visitor.finds_every_target_large_enough()
    log_in(page, served.email)
    for path in (*addresses.values(), *(f"/{path}" for path in SIGNED_IN_ACCOUNTS)):
        page.goto(f"{site().url}{path}")
        visitor.finds_every_target_large_enough()


def test_states_of_pages(states: list[State], visit: Visit, gallery: Gallery) -> None:
    visitor = visit("anybody")
    page = visitor.page
    for state in states:
        visitor.context.clear_cookies()
        if state.session:
            visitor.context.add_cookies([{"name": "sessionid", "value": state.session, "url": site().url}])
        if state.body:
            page.route(f"**{state.path}", shows(state))
        page.goto(f"{site().url}{state.path}")
        expect(page.get_by_role("main")).to_be_visible()
        gallery.look(visitor, state.name, allowed=(state.status,))
        visitor.complaints.clear()
        page.unroute_all()


def test_the_bench_at_work_and_cut_off(served: Served, visit: Visit, gallery: Gallery) -> None:
    """While a part is covered and judged; where it only shows; while the server is away."""
    visitor = visit("unlucky")
    page = visitor.page
    bench = Bench(visitor).open(str(served.films.share()))
    page.get_by_role("button", name="Cover a part").click()
    bench.drag(*bench.corner_to_middle())
    page.get_by_role("radio", name="Wrong", exact=True).check()
    gallery.look(visitor, "bench-editing", allowed=REFUSED)
    bench.open(str(served.films.share(role="view")))
    gallery.look(visitor, "bench-view-only", allowed=REFUSED)
    visitor.context.set_offline(True)
    expect(page.get_by_role("contentinfo")).to_contain_text("Reconnecting")
    gallery.look(visitor, "bench-offline", allowed=REFUSED)


def log_in(page: Page, email: str) -> None:
    page.goto(f"{site().url}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/t/"))


def invitation_to(email: str, page: Page, settings: str) -> str:
    """Invite somebody on the page of the members; the address in the mail."""
    page.goto(f"{site().url}{settings}")
    page.get_by_role("button", name="Invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill(email)
    dialog.get_by_role("button", name=re.compile("invitation|Invite")).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    return Mailbox(site().folder / "mail", email).link("/invitations/")


def shows(state: State) -> Callable[[Route], None]:
    def answer(route: Route) -> None:
        route.fulfill(status=int(state.status), content_type="text/html; charset=utf-8", body=state.body)

    return answer


def named(path: str) -> str:
    """A picture's name for a page that is known by its path."""
    return path.strip("/").replace("/", "-") or "landing"
