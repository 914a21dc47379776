"""Links, and the guests who come through them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_urlsafe
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.utils import timezone

from apps.endpoints.selectors import endpoint_for
from apps.jobs import idempotency
from apps.jobs.models import Quota
from atrium.access.door import digest
from atrium.access.principals import Guest, LinkRole, System, TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid, NotFound, Problem, require
from atrium.tenancy.context import team_context

from .models import GuestVisit, Link, ReturnLink
from .origins import read_origins
from .permissions import can_share

RETURN_LIFE = timedelta(days=14)
ADDRESSES = 200
ANOTHER_VISIT = timedelta(minutes=30)
"""Who comes back after so long opens the link anew."""


def create_link(
    principal: TeamPrincipal,
    endpoint_id: UUID,
    *,
    role: LinkRole,
    expires_at: datetime | None,
    label: str = "",
    passcode: str = "",
    addresses: Sequence[str] = (),
    embed: Sequence[str] = (),
    quota: int | None = None,
    key: str = "",
    body: bytes = b"",
) -> tuple[Link, str]:
    """The link and its secret, which is shown once. quota: how many kept cases it lends, None for no limit.

    addresses: whom alone it opens for, each by a mailed code; none for whoever holds it. embed: the origins on whose
    pages it may be shown.
    """
    origins = read_origins(embed)
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid(FieldError("expires", "range", "The end lies in the past."))
    if passcode and not 4 <= len(passcode) <= 100:
        raise Invalid(FieldError("passcode", "length", "A passcode has between 4 and 100 characters."))
    if quota is not None and not 1 <= quota <= 1_000_000:
        raise Invalid(FieldError("quota", "range", "A quota lies between 1 and 1,000,000 cases."))
    if passcode and addresses:
        raise Invalid(FieldError("passcode", "exclusive", "A link has a passcode or a list of addresses, not both."))
    if len(addresses) > ADDRESSES:
        raise Invalid(FieldError("addresses", "length", f"A list holds at most {ADDRESSES} addresses."))
    secret = token_urlsafe(32)
    with team_context(principal):
        require(can_share(principal), "Viewers cannot share.")
        endpoint = endpoint_for(principal, endpoint_id)
        link = Link(
            endpoint=endpoint,
            role=role,
            label=label.strip()[:120],
            secret_hash=digest(secret),
            passcode=make_password(passcode) if passcode else "",
            addresses=sorted({address.strip().lower() for address in addresses}),
            embed=origins,
            expires_at=expires_at,
            created_by_id=getattr(principal, "membership_id", None),
        )
        earlier = idempotency.claim(principal, key, body, link.pk)
        if earlier is not None:
            raise Problem("already_created", f"This link was made already, as {earlier}; its address was shown once.")
        link.save(force_insert=True)
        if quota is not None:
            Quota.objects.create(subject=link.pk, unit=Quota.Unit.CASES, limit=quota)
        facts = {"role": int(role)} | ({"origins": len(origins)} if origins else {})
        record(principal, "link.created", link, project_id=endpoint.project_id, **facts)
    return link, secret


def _link(link_id: UUID) -> Link:
    """Called inside the team's context; raises NotFound for another team's."""
    link = Link.objects.select_related("endpoint").filter(pk=link_id).first()
    if link is None:
        raise NotFound
    return link


def set_origins(principal: TeamPrincipal, link_id: UUID, embed: Sequence[str]) -> Link:
    """On whose pages a link may be shown from now on: these origins and no others; none for nowhere.

    A frame that is open on a page of an origin that goes stays until it is loaded again. Raises Conflict for a link
    that is over.
    """
    with team_context(principal):
        require(can_share(principal), "Viewers cannot change links.")
        link = _link(link_id)
        if link.state != "open":
            raise Conflict(f"This link is {link.state} and shown nowhere. Make another one.")
        before, link.embed = link.embed, read_origins(embed)
        if link.embed != before:
            link.save(update_fields=["embed"])
            facts = {"before": len(before), "origins": len(link.embed)}
            record(principal, "link.changed_origins", link, project_id=link.endpoint.project_id, **facts)
    return link


def revoke_link(principal: TeamPrincipal, link_id: UUID) -> Link:
    """Close a link: requests are refused at once, open sockets within a second. Its threads stay."""
    with team_context(principal):
        require(can_share(principal), "Viewers cannot withdraw links.")
        link = _link(link_id)
        if link.revoked_at is None:
            link.revoked_at = timezone.now()
            link.save(update_fields=["revoked_at"])
            record(principal, "link.revoked", link, project_id=link.endpoint.project_id)
    return link


def arrive(guest: Guest) -> GuestVisit:
    """The guest's row, made at its first socket or POST, with the audit's `link.opened`; so does a later visit."""
    with team_context(guest):
        now = timezone.now()
        visit, is_new = GuestVisit.objects.get_or_create(
            pk=guest.guest_id, link_id=guest.grant.link_id, defaults={"last_seen_at": now}
        )
        if is_new or now - visit.last_seen_at > ANOTHER_VISIT:
            record(guest, "link.opened", visit, project_id=guest.grant.project_id, link=str(guest.grant.link_id))
        if now - visit.last_seen_at > timedelta(minutes=1):
            GuestVisit.objects.filter(pk=visit.pk).update(last_seen_at=now)
    return visit


def introduce(guest: Guest, *, name: str = "", email: str = "") -> GuestVisit:
    """What a guest says of itself: a name, and an address for replies."""
    name, email = name.replace("\x00", "").strip()[:120], email.strip()
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise Invalid(FieldError("email", "invalid", f"“{email}” is not an e-mail address.")) from error
    visit = arrive(guest)
    with team_context(guest):
        visit.name, visit.email = name or visit.name, visit.confirmed or email or visit.email
        visit.save(update_fields=["name", "email"])
    return visit


def return_secret(principal: System, visit: GuestVisit) -> str:
    """A one-time way back for a mail."""
    secret = token_urlsafe(32)
    ReturnLink.objects.create(guest=visit, secret_hash=digest(secret), expires_at=timezone.now() + RETURN_LIFE)
    return secret


def return_of(secret: str, *, use: bool) -> tuple[UUID, UUID]:
    """(link, guest) behind a mailed way back; `use` spends it. Looking (GET) spends nothing: scanners fetch mails."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM atrium.return_link_look_up(%s)", [digest(secret)])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    team_id, return_id, guest_id, link_id, is_open = row
    if not is_open:
        raise Problem("gone", "This way back was used, or its time is over. Open your link again.")
    if use:
        with team_context(System(team_id, "guest returned")):
            spent = ReturnLink.objects.filter(pk=return_id, used_at=None).update(used_at=timezone.now())
        if not spent:
            raise Problem("gone", "This way back was used. Open your link again.")
    return link_id, guest_id
