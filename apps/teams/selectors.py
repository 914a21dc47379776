"""Reads about teams."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from atrium.access.principals import Person, Role


@dataclass(frozen=True, slots=True)
class TeamOf:
    """A team that a person belongs to."""

    team_id: UUID
    slug: str
    name: str
    role: Role


def teams_of(person: Person) -> list[TeamOf]:
    """Every team of a signed-in person, by name; needs no team context."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT team_id, slug, name, role FROM atrium.teams_of(%s)", [person.user_id])
        return [TeamOf(team_id, slug, name, Role(role)) for team_id, slug, name, role in cursor.fetchall()]
