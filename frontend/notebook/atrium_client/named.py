"""A thing, a person or a version by its name, as a case names it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Named:
    """A thing or a person that a thread names. str() is the name; id is what the API takes."""

    id: str
    name: str

    def __str__(self) -> str:
        return self.name


def thing(form: Mapping[str, Any]) -> Named:
    """Of a JSON form with an id."""
    return Named(str(form["id"]), str(form.get("name") or ""))


def id_in(value: object) -> str | None:
    """An id as the API gives it; None where the value is none."""
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


@dataclass(frozen=True)
class VersionName:
    """Which version answered: its id, its number and the model's name."""

    id: str
    number: int
    model_name: str

    def __str__(self) -> str:
        return f"{self.model_name} v{self.number}"


def version_name(form: Mapping[str, Any]) -> VersionName:
    return VersionName(str(form.get("id") or ""), int(form.get("number") or 0), str(form.get("model_name") or ""))


def name_in(value: Any) -> str:
    """A person or thing that the API gives as a name or as an object with one."""
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("email") or value.get("id") or "")
    return str(value or "")
