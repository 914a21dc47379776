"""Teams, who belongs to them, who is invited, and the tokens with which programs act for a member."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from uuid6 import uuid7

from atrium.access.principals import Role
from atrium.tenancy.models import Deletion, Retention, TeamForeignKey, TeamModel

ROLES = [(role.value, role.word) for role in Role]


class Team(models.Model):
    """The tenant. Its row is walled in by its own id; it is made in a context of that id.

    deleting_at: when its deletion was asked for. deleting_of: how many predictions it held then, for the progress.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    requires_second_factor = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    deleting_at = models.DateTimeField(null=True)
    deleting_of = models.PositiveIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return self.name


class Membership(TeamModel):
    """A person in a team. Its tokens die with it."""

    user = models.ForeignKey("users.User", models.CASCADE, related_name="memberships")
    role = models.SmallIntegerField(choices=ROLES)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "user"], name="membership_once")]

    class Tenancy:
        retention = Retention.TEAM
        export = "role"
        deletion = Deletion.REMOVE

    @property
    def role_word(self) -> str:
        return Role(self.role).word


class Invitation(TeamModel):
    """An address that may join. Only the digest of the mailed secret is kept."""

    email = models.EmailField()
    role = models.SmallIntegerField(choices=ROLES)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    invited_by = TeamForeignKey(Membership, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Tenancy:
        retention = Retention.DAYS
        export = None
        deletion = Deletion.REMOVE

    @property
    def role_word(self) -> str:
        return Role(self.role).word

    @property
    def is_over(self) -> bool:
        """Nobody accepted it in its time; it can be sent again."""
        return self.expires_at <= timezone.now()


class ApiToken(TeamModel):
    """A program's credential: its member's role, cut by its scopes. Only the secret's digest is kept."""

    membership = TeamForeignKey(Membership, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    prefix = models.CharField(max_length=12)
    scopes = ArrayField(models.CharField(max_length=20))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE
