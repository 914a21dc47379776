"""Links that lend a role on an endpoint, and the guests who came through them."""

from django.db import models
from django.utils import timezone
from uuid6 import uuid7

from apps.endpoints.models import Endpoint
from apps.teams.models import Membership
from atrium.access.principals import LinkRole
from atrium.tenancy.models import Deletion, Retention, TeamForeignKey, TeamModel


class Link(TeamModel):
    """A capability to an endpoint. Only the digest of its 256-bit secret is kept; the passcode as argon2."""

    endpoint = TeamForeignKey(Endpoint, models.CASCADE, related_name="links")
    role = models.SmallIntegerField(choices=[(role.value, role.word) for role in LinkRole])
    label = models.CharField(max_length=120, blank=True)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    passcode = models.CharField(max_length=200, blank=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_by = TeamForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Tenancy:
        retention = Retention.TEAM
        export = "links"
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
    """One browser on one link; may give a name, and an address for replies."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    link = TeamForeignKey(Link, models.CASCADE, related_name="guests")
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()

    class Tenancy:
        retention = Retention.PARENT
        export = "guests"
        deletion = Deletion.SCRUB


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
