"""Links that lend a role on an endpoint, and the guests who came through them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from uuid6 import uuid7

from apps.endpoints.models import Endpoint
from apps.teams.models import Membership
from atrium.access.principals import LinkRole
from atrium.tenancy.models import Deletion, Retention, TeamForeignKey, TeamModel


class Link(TeamModel):
    """A capability to an endpoint. Only the digest of its 256-bit secret is kept; the passcode as argon2.

    addresses: where it has any, it opens for these alone, each by a code that is mailed at every visit. embed: the
    origins on whose pages it may be shown, as `origins` reads them.
    """

    endpoint = TeamForeignKey(Endpoint, models.CASCADE, related_name="links")
    role = models.SmallIntegerField(choices=[(role.value, role.word) for role in LinkRole])
    label = models.CharField(max_length=120, blank=True)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    passcode = models.CharField(max_length=200, blank=True)
    addresses = ArrayField(models.EmailField(), default=list, db_default=[])
    embed = ArrayField(models.CharField(max_length=260), default=list, db_default=[])
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_by = TeamForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE

    @property
    def role_word(self) -> str:
        return LinkRole(self.role).word

    @property
    def state(self) -> str:
        """`open`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= timezone.now() else "open"


class GuestVisit(TeamModel):
    """One browser on one link; may give a name, and an address for replies. confirmed: where a mailed code came to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    link = TeamForeignKey(Link, models.CASCADE, related_name="guests")
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    confirmed = models.EmailField(blank=True, default="", db_default="")
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()

    class Tenancy:
        retention = Retention.PARENT
        export = "guest"
        deletion = Deletion.REMOVE


class ReturnLink(TeamModel):
    """A mailed, one-time way back: it joins another device to the same guest."""

    guest = TeamForeignKey(GuestVisit, models.CASCADE, related_name="+")
    secret_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Tenancy:
        retention = Retention.DAYS
        export = None
        deletion = Deletion.REMOVE


class MailedCode(TeamModel):
    """A code that a browser asked for, for an address that may be on the link's list or not. code_hash: b"" if not."""

    link = TeamForeignKey(Link, models.CASCADE, related_name="+")
    email = models.EmailField()
    code_hash = models.BinaryField(max_length=32)
    wrong = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Tenancy:
        retention = Retention.DAYS
        export = None
        deletion = Deletion.REMOVE


class AccessRequest(TeamModel):
    """Somebody who came with a link that is over, and asks for another. new_link: what a member made for it."""

    link = TeamForeignKey(Link, models.CASCADE, related_name="requests")
    name = models.CharField(max_length=120)
    email = models.EmailField()
    message = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = TeamForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    new_link = TeamForeignKey(Link, models.SET_NULL, null=True, related_name="+")

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE
