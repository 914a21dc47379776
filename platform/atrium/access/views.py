"""The bases of pages: each resolves its principal at the door and holds one team context over view and render."""

from typing import Any, ClassVar

from django.contrib.auth.mixins import AccessMixin
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.views import View

from atrium.errors import NotFound, Problem
from atrium.tenancy.context import team_context

from .admission import vouch
from .door import member_for
from .principals import Member, Person


def person_of(request: HttpRequest) -> Person:
    """The signed-in person of a session; the caller has checked that there is one."""
    user: Any = request.user
    vouch(user.pk)
    return Person(user.pk, user.name or user.email, operator=user.is_staff)


def member_at(request: HttpRequest, team: str) -> Member:
    """Who asks by a page's script, for an asynchronous view, which is no class. Called where there is a database."""
    if not request.user.is_authenticated:
        raise Problem("unauthenticated", "You are logged out. Log in in another tab; nothing here is lost.")
    return member_for(person_of(request), team)


class GuardedView(AccessMixin, View):
    """A page whose `dispatch` is a guard: a subclass that overrides it is refused at import."""

    guards: ClassVar[tuple[str, ...]] = ("dispatch", "guarded")

    def __init_subclass__(cls, *, guard: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        overridden = [name for name in cls.guards if name in vars(cls)]
        if overridden and not guard:
            raise TypeError(f"{cls.__name__} overrides {', '.join(overridden)}, which guards the page")

    def guarded(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Run the view and render its template, whichever it returns."""
        response = super().dispatch(request, *args, **kwargs)
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response.render()
        return response


class PersonView(GuardedView, guard=True):
    """A page for somebody signed in, outside any team: `self.person`."""

    person: Person

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.person = person_of(request)
        return self.guarded(request, *args, **kwargs)


class OperatorView(GuardedView, guard=True):
    """A page of the operators: counts, pools and development mail, never a team's content."""

    person: Person

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.person = person_of(request)
        if not self.person.operator:
            raise NotFound
        return self.guarded(request, *args, **kwargs)


class TeamView(GuardedView, guard=True):
    """A page of a team: `self.member`, and one transaction over view and render. The URL names the team.

    holds_context: False where the view opens its own, as one that reads from the store.
    """

    member: Member
    holds_context: ClassVar[bool] = True

    def dispatch(self, request: HttpRequest, *args: Any, team: str, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.member = member_for(person_of(request), team)
        if not self.holds_context:
            return self.guarded(request, *args, **kwargs)
        with team_context(self.member):
            try:
                return self.guarded(request, *args, **kwargs)
            except ObjectDoesNotExist:
                member_for(person_of(request), team)  # raises NotFound where the team went while the page was made
                raise


def see(url: str) -> HttpResponse:
    """303: what was sent was done, look there."""
    response = HttpResponse(status=303)
    response["Location"] = url
    return response
