"""The base of every table that belongs to a team."""

from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models.base import ModelBase
from uuid6 import uuid7

from .context import current_team_id


class Retention(StrEnum):
    """How long a row lives when nobody deletes it."""

    TEAM = "team"  # as long as the team
    PARENT = "parent"  # as long as the row it hangs on
    PROJECT = "project"  # by the project's retention
    DAYS = "days"  # a fixed number of days, swept
    AUDIT = "audit"  # by the audit's retention


class Deletion(StrEnum):
    """What happens to a row when its team, or the person it speaks of, is deleted."""

    REMOVE = "remove"
    SCRUB = "scrub"  # text, names and addresses go, a tombstone stays


class TeamModelBase(ModelBase):
    """Refuses a tenant model that has not declared, in an inner class Tenancy, what becomes of its rows.

    retention: a Retention. export: the name of its part in a team's export, None for none. deletion: a Deletion.
    """

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **kwargs: Any) -> type:
        abstract = getattr(attrs.get("Meta"), "abstract", False)
        if not abstract and attrs.get("__module__") != "__fake__":
            declared = attrs.get("Tenancy")
            missing = [part for part in ("retention", "export", "deletion") if not hasattr(declared, part)]
            if missing:
                raise TypeError(f"{name} holds a team's data: declare {', '.join(missing)} in its class Tenancy")
        cls: type = super().__new__(mcs, name, bases, attrs, **kwargs)
        return cls


class TeamModel(models.Model, metaclass=TeamModelBase):
    """A row of one team. The team comes from the open context and PostgreSQL checks it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team_id = models.UUIDField(default=current_team_id, editable=False)

    class Meta:
        abstract = True


class TeamForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A key to a row of the same team: `TenantTable` adds the composite constraint (column, team_id) beside it."""
