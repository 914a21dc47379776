"""People who sign in, and mail to them that waits."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from uuid6 import uuid7


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """A person, known by an e-mail address. is_staff makes an operator, who sees counts and pools, never content.

    deleting_at: when the person asked to be deleted; from then on the account is closed. mails_mentions: whether a
    colleague's sentence that names the person is mailed, too.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)
    deleting_at = models.DateTimeField(null=True)
    mails_mentions = models.BooleanField(default=True, db_default=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email


class UnsentMail(models.Model):
    """A mail about an account that a chore has yet to send. user: None where the address has no account.

    template: where its subject and text stand. about: what it tells beside that; no secret and no link.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    template = models.CharField(max_length=60)
    address = models.EmailField()
    about = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
