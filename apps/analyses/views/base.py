"""What the debugger's page and its acts share: the version that the address names."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest

from apps.analyses.pace import count_question
from apps.analyses.selectors import answer_for, version_at
from atrium.access.principals import Member
from atrium.access.views import TeamView, member_at
from atrium.errors import NotFound
from atrium.tenancy.context import team_context

from .places import Places


class DebuggerActs(TeamView):
    """Each act opens its own context in its service. `version_id` of the version in the address."""

    holds_context = False

    def find(self, project: str, dataset: str, number: int) -> UUID:
        """Called first in every handler; raises NotFound for a stranger's."""
        with team_context(self.member):
            return version_at(self.member, project, dataset, number)

    def find_answer(self, project: str, dataset: str, number: int, answer_id: UUID) -> None:
        """Called first where an answer is acted on; raises NotFound for one about another version than the address."""
        with team_context(self.member):
            version_id = version_at(self.member, project, dataset, number)
            if answer_for(self.member, answer_id).version_id != version_id:
                raise NotFound


def asker_at(request: HttpRequest, places: Places) -> Callable[[], tuple[Member, UUID]]:
    """Who asks from a page, for `apps.analyses.asking`: read anew whenever it is called, and counted once."""
    counted: list[bool] = []

    def asker() -> tuple[Member, UUID]:
        member = member_at(request, places.team)
        if not counted:
            counted.append(True)
            count_question(member.membership_id)
        with team_context(member):
            return member, version_at(member, places.project, places.dataset, places.number)

    return asker
