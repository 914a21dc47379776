"""A person's own data from every team, to take away."""

from typing import Any

from django.http import FileResponse

from apps.analyses.own_data import own_data as saved_by
from apps.artifacts.models import Artifact
from apps.comparisons.own_data import own_data as readings_of
from apps.feedback.own_data import as_archive, own_data
from apps.teams.models import Membership
from apps.teams.selectors import teams_of
from apps.users.models import User
from atrium.access.door import system
from atrium.access.principals import Person
from atrium.audit.models import AccountEvent
from atrium.audit.services import record, record_account


def account_data(person: Person) -> FileResponse:
    """The account, what happened to it, and what the person brought and wrote in each team. An event of both."""
    user = User.objects.get(pk=person.user_id)
    events = AccountEvent.objects.filter(user_id=person.user_id).order_by("at")
    told: dict[str, Any] = {
        "name": user.name,
        "email": user.email,
        "since": user.date_joined.isoformat(),
        "events": [{"what": event.what, "at": event.at.isoformat()} for event in events],
        "teams": [],
    }
    pictures: list[tuple[str, Artifact]] = []
    for team in teams_of(person):
        with system(team.team_id, "own data") as principal:
            mine = own_data(person.user_id, f"{team.slug}/")
            record(principal, "member.took_data", pictures=len(mine.pictures))
            saved = saved_by(person.user_id) | readings_of(person.user_id)
        told["teams"].append({"team": team.name, Membership.Tenancy.export: team.role.word} | mine.told | saved)
        pictures += mine.pictures
    record_account(person.user_id, "account.took_data")
    return as_archive(told, pictures)
