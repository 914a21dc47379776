"""Access requests: who comes with a link that is over asks for another; a member makes one, or dismisses the wish."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from atrium.access.limits import limit
from atrium.access.principals import LinkRole, Member, System, TeamPrincipal
from atrium.audit.services import record
from atrium.chores import defer
from atrium.errors import Conflict, FieldError, Invalid, NotFound, Problem, require
from atrium.tenancy.context import team_context

from .codes import read_address
from .models import AccessRequest, Link
from .permissions import can_share
from .services import create_link

ASKED_OF_ONE, OF_A_LINK, SECONDS = 5, 30, 3600
WAITING = 100
"""How many requests of one link may wait for an answer."""


def ask_for_access(team_id: UUID, link_id: UUID, *, name: str, email: str, message: str, where: str) -> AccessRequest:
    """Put a request before the team; the same address asking again changes what it asked. where: whom to count."""
    name, message = name.replace("\x00", "").strip()[:120], message.replace("\x00", "").strip()[:500]
    if not name:
        raise Invalid(FieldError("name", "required", "Say who you are, so that the team knows whom it lets in."))
    address = read_address(email)
    limit("access requests", f"{link_id}:{where}", count=ASKED_OF_ONE, seconds=SECONDS)
    limit("access requests of a link", str(link_id), count=OF_A_LINK, seconds=SECONDS)
    principal = System(team_id, "a guest asked for access")
    with team_context(principal):
        link = Link.objects.select_related("endpoint").filter(pk=link_id).first()
        if link is None:
            raise NotFound
        waiting = AccessRequest.objects.filter(link=link, answered_at=None)
        request = waiting.filter(email=address).first()
        if request is None:
            if waiting.count() >= WAITING:
                raise Problem("too_many_requests", "Many people wait for an answer already.", retry_after=SECONDS)
            request = AccessRequest(link=link, email=address)
        request.name, request.message = name, message
        request.save()
        record(principal, "access.requested", request, project_id=link.endpoint.project_id, link=str(link.pk))
    return request


def requests_for(principal: TeamPrincipal, endpoint_id: UUID) -> list[AccessRequest]:
    """What waits for an answer at one endpoint, the oldest first; inside the team's context."""
    require(can_share(principal), "Viewers do not answer access requests.")
    found = AccessRequest.objects.filter(link__endpoint_id=endpoint_id, answered_at=None)
    return list(found.select_related("link").order_by("created_at"))


def _waiting(principal: Member, endpoint_id: UUID, request_id: UUID) -> AccessRequest:
    require(can_share(principal), "Viewers do not answer access requests.")
    request = (
        AccessRequest.objects.select_for_update(of=("self",))
        .select_related("link__endpoint")
        .filter(pk=request_id, link__endpoint_id=endpoint_id)
        .first()
    )
    if request is None:
        raise NotFound
    if request.answered_at is not None:
        raise Conflict("A colleague answered this request a moment ago.")
    return request


def grant_access(
    principal: Member, endpoint_id: UUID, request_id: UUID, *, role: LinkRole, expires_at: datetime | None
) -> AccessRequest:
    """Make a link for the address that asked, and mail it there. It asks for a mailed code, so forwarding is no use."""
    with team_context(principal):
        request = _waiting(principal, endpoint_id, request_id)
        link, _ = create_link(  # its secret is chosen anew when the mail is written
            principal,
            endpoint_id,
            role=role,
            expires_at=expires_at,
            label=f"For {request.name}",
            addresses=[request.email],
        )
        request.new_link = link
        _answer(principal, request, "access.granted", link=str(link.pk))
    return request


def dismiss_request(principal: Member, endpoint_id: UUID, request_id: UUID) -> AccessRequest:
    """Say no; whoever asked is told so by mail, once."""
    with team_context(principal):
        request = _waiting(principal, endpoint_id, request_id)
        _answer(principal, request, "access.dismissed")
    return request


def _answer(principal: Member, request: AccessRequest, what: str, **data: str) -> None:
    request.answered_at = timezone.now()
    request.answered_by_id = principal.membership_id
    request.save(update_fields=["answered_at", "answered_by", "new_link"])
    record(principal, what, request, project_id=request.link.endpoint.project_id, **data)
    defer("sharing.mail_access", team_id=str(principal.team_id), request_id=str(request.pk))
