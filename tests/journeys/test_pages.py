"""Every page in light and dark, wide and narrow: axe, the console, the CSP, and nothing wider than its window."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import expect

from apps.teams.services import invite
from apps.users.models import User
from atrium.access.principals import Role
from tests.journeys import films
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.journeys.mailbox import Mailbox
from tests.journeys.served import Served
from tests.journeys.visitors import DESK, PHONE, TABLET, Visitor
from tests.people import PASSWORD
from tests.services import site

pytestmark = pytest.mark.journey

LOOKS: tuple[tuple[tuple[int, int], Literal["light", "dark"] | None], ...] = (
    (DESK, "light"),
    (TABLET, None),
    (PHONE, "dark"),
)
OPEN = {
    "landing": "",
    "documentation": "docs/",
    "documentation-page": "docs/how-to/share-safely/",
    "api-reference": "docs/api/",
    "scope-reference": "docs/scopes/",
    "error-reference": "docs/errors",
}
ACCOUNTS = ("accounts/login/", "accounts/signup/", "accounts/password/reset/")
SIGNED_IN_ACCOUNTS = (
    "accounts/email/",
    "accounts/password/change/",
    "accounts/2fa/",
    "accounts/sessions/",
    "accounts/logout/",
)
NO_PAGES = {
    *("team-picture", "version-state", "version-act", "version-file", "endpoint-act", "inbox-export", "case-reply"),
    *("case-assign", "case-status", "give-passcode", "give-code", "ask-access", "leave", "open-link"),
}
"""Files, fragments, and where forms are sent."""
ELSEWHERE = {"bench", "come-back"}
"""Seen by the other journeys."""


@pytest.fixture(scope="module")
def served(running: None, tmp_path_factory: pytest.TempPathFactory) -> Served:
    made = Served.make(tmp_path_factory.mktemp("served"))
    User.objects.filter(pk=made.lab.alice.user_id).update(is_staff=True)
    return made


@pytest.fixture(scope="module", autouse=True)
def addresses(served: Served) -> dict[str, str]:
    """By the name of each page of a team, of a person and of operators, one that has something to show.

    Made before a browser is started, as all that Django is asked for.
    """
    lab = served.lab
    email = f"carla-{lab.team.slug}@example.org"
    invite(lab.alice, email=email, role=Role.MEMBER)
    invitation = Mailbox(site().folder / "mail", email).link("/invitations/")
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
    team = {"team": lab.team.slug}
    project = team | {"project": served.project.slug}
    version = project | {"model": "corner"}
    endpoint = project | {"endpoint": served.films.slug}
    places: dict[str, dict[str, Any]] = {
        **{name: {} for name in ("teams", "account", "operator-pool", "operator-mail")},
        **dict.fromkeys(("team", "settings", "settings-tokens", "settings-usage", "settings-audit"), team),
        **dict.fromkeys(("project", "models", "endpoints", "inbox"), project),
        "model": version,
        "promote": version | {"number": 2},
        **dict.fromkeys(("version", "version-interface", "version-card"), version | {"number": 1}),
        **dict.fromkeys(("endpoint", "links", "member-bench"), endpoint),
        "link": endpoint | {"link_id": served.films.share(label="Cardiology").id},
        "prediction": team | {"prediction_id": answer.id},
        "case": project | {"thread_id": thread.id},
    }
    found = {name: reverse(name, kwargs=place) for name, place in places.items()}
    found["promote"] += f"?endpoint={served.films.slug}"
    return found | {"invitation": urlsplit(invitation).path}


def names(patterns: Sequence[URLPattern | URLResolver], ours: bool = False) -> Iterator[str]:
    """The names of all addresses in apps/."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            module = getattr(pattern.urlconf_name, "__name__", "")
            yield from names(pattern.url_patterns, module.startswith("apps.") and not module.endswith("api"))
        elif ours and pattern.name:
            yield pattern.name


def is_sound(visitor: Visitor, allowed: Sequence[str] = ()) -> None:
    """axe looks at a wide page in light and a narrow one in dark; the width between is measured only."""
    for (width, height), scheme in LOOKS:
        visitor.page.set_viewport_size({"width": width, "height": height})
        visitor.sees_nothing_beyond_the_edge()
        if scheme:
            visitor.page.emulate_media(color_scheme=scheme)
            visitor.sees_a_sound_page(allowed)


def test_pages_for_everybody(served: Served, visit: Visit) -> None:
    visitor = visit("stranger")
    page = visitor.page
    for path in (*OPEN.values(), *ACCOUNTS):
        page.goto(f"{site().url}/{path}")
        is_sound(visitor)
    page.goto(f"{site().url}/t/{served.lab.team.slug}/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.goto(f"{site().url}/nowhere/")
    is_sound(visitor, allowed=("404",))


def test_pages_of_a_link(served: Served, visit: Visit) -> None:
    visitor = visit("reviewer")
    page = visitor.page
    page.goto(str(served.films.share(passcode="four words for you", label="Locked")))
    is_sound(visitor, allowed=("403",))
    page.get_by_label("Passcode").fill("no")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_text("This passcode is not right")).to_be_visible()
    is_sound(visitor, allowed=("403",))
    page.get_by_label("Passcode").fill("four words for you")
    page.get_by_role("button", name="Open").click()
    bench = Bench(visitor).ready()
    is_sound(visitor, allowed=("403",))
    page.get_by_role("button", name="About this model").click()
    expect(page.get_by_role("dialog")).to_contain_text("Diagnosis")
    is_sound(visitor, allowed=("403",))
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    bench.judgement.get_by_role("button", name="Flag this answer").click()
    page.get_by_role("radio", name="Wrong", exact=True).check()
    is_sound(visitor, allowed=("403",))
    page.goto(f"{site().url}/l/{'x' * 43}")
    is_sound(visitor, allowed=("403", "404"))


def test_pages_of_a_team(served: Served, addresses: dict[str, str], visit: Visit) -> None:
    visitor = visit("alice")
    page = visitor.page
    page.goto(f"{site().url}/accounts/login/")
    page.get_by_label("Email").fill(served.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/t/"))
    seen = set(OPEN)
    for name, path in addresses.items():
        page.goto(f"{site().url}{path}")
        expect(page.get_by_role("main")).to_be_visible()
        is_sound(visitor)
        seen.add(name)
    page.goto(f"{site().url}{reverse('operator-mail')}")
    page.get_by_role("main").get_by_role("link", name=re.compile("Join Lakeside")).first.click()
    expect(page).to_have_url(re.compile(r"/operator/mail/.+/"))
    is_sound(visitor)
    seen.add("operator-one-mail")
    for path in SIGNED_IN_ACCOUNTS:
        page.goto(f"{site().url}/{path}")
        is_sound(visitor)
    nobody_looked_at = set(names(get_resolver().url_patterns)) - seen - NO_PAGES - ELSEWHERE
    assert nobody_looked_at == set()
