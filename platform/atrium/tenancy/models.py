"""The base of every table that belongs to a team."""

from enum import StrEnum
from typing import Any

from django.apps import apps
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
    """What becomes of a row when its team is deleted."""

    REMOVE = "remove"
    OUTLIVE = "outlive"  # it stays until its own retention is over: ids and classes, no words


class TeamModelBase(ModelBase):
    """Refuses a tenant model that has not declared, in an inner class Tenancy, what becomes of its rows.

    retention: a Retention, which a chore keeps. export: the name of its part in what a person or a guest takes away;
    None where no row is somebody's own. deletion: a Deletion, by which a team's tables are emptied.
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


def tenant_models() -> "list[Any]":
    """Every table of teams, with its `Tenancy`; once all apps are loaded."""
    return [model for model in apps.get_models() if issubclass(model, TeamModel)]


class TeamForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A key to a row of the same team: `TenantTable` adds the composite constraint (column, team_id) beside it."""
