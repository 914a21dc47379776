"""A thing or a person by its name, as a case names it."""

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
