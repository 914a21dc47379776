"""The frozen values that say who asks and what they may do. Nothing further in looks at cookies or headers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID


class Role(IntEnum):
    """Ordered: a higher one may all that a lower one may."""

    VIEWER = 1
    MEMBER = 2
    ADMIN = 3
    OWNER = 4

    @property
    def word(self) -> str:
        return self.name.lower()


class LinkRole(IntEnum):
    VIEW = 1
    TRY = 2
    REVIEW = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Scope(StrEnum):
    MODELS_READ = "models:read"
    MODELS_WRITE = "models:write"
    PREDICT = "predict"
    LINKS_WRITE = "links:write"
    FEEDBACK_READ = "feedback:read"
    FEEDBACK_WRITE = "feedback:write"
    DATA_READ = "data:read"
    DATA_WRITE = "data:write"
    ADMIN_READ = "admin:read"


@dataclass(frozen=True, slots=True)
class Person:
    """Signed in, outside any team."""

    user_id: UUID
    name: str
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A person inside one team."""

    user_id: UUID
    team_id: UUID
    membership_id: UUID
    role: Role
    name: str


@dataclass(frozen=True, slots=True)
class Token:
    """A program that acts for a member: that member's role, cut by the token's scopes."""

    team_id: UUID
    token_id: UUID
    membership_id: UUID
    user_id: UUID
    role: Role
    scopes: frozenset[Scope]
    name: str

    @property
    def words(self) -> str:
        """What it may, for whoever is refused something."""
        return f"This token acts as {self.role.word}, with the scopes {', '.join(sorted(self.scopes))}."


@dataclass(frozen=True, slots=True)
class Grant:
    """What a link lends: a role on one endpoint. expires_at: None where it never ends."""

    link_id: UUID
    endpoint_id: UUID
    project_id: UUID
    role: LinkRole
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Guest:
    """One browser on one link."""

    team_id: UUID
    guest_id: UUID
    grant: Grant
    name: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """Atrium itself, doing what one chore says inside one team."""

    team_id: UUID
    reason: str


TeamPrincipal = Member | Token | Guest | System
Principal = Person | TeamPrincipal


def role_of(principal: Principal, scope: Scope) -> Role | None:
    """The team role that counts for an act of this scope; None for who has none: guests, persons, tokens without it."""
    match principal:
        case Member():
            return principal.role
        case Token() if scope in principal.scopes:
            return principal.role
    return None


NEAR = frozenset(
    {
        Scope.MODELS_READ,
        Scope.MODELS_WRITE,
        Scope.PREDICT,
        Scope.LINKS_WRITE,
        Scope.FEEDBACK_READ,
        Scope.FEEDBACK_WRITE,
        Scope.DATA_READ,
        Scope.DATA_WRITE,
    }
)
"""Scopes that act on projects and endpoints, and so may look them up: each is of use by itself."""


def allows(principal: Principal, scope: Scope, least: Role) -> bool:
    """Whether a member or token of the team may do an act of this scope that needs at least this role."""
    role = role_of(principal, scope)
    return role is not None and role >= least


def allows_one_of(principal: Principal, scopes: Iterable[Scope], least: Role) -> bool:
    """Whether any of these scopes is enough, as for looking at what another scope acts on."""
    return any(allows(principal, scope, least) for scope in scopes)
