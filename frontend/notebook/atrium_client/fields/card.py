"""What a reviewer must know of a version."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from atrium_client.errors import Invalid

from .field import JSON


@dataclass(frozen=True)
class Card:
    """What a reviewer must know of a version: what it is for, what it must not be used for, how it was validated."""

    purpose: str = ""
    not_for: str = ""
    validation: str = ""
    known_errors: str = ""
    contact: str = ""

    def json(self) -> JSON:
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @classmethod
    def read(cls, form: Mapping[str, Any] | None) -> "Card":
        """The card of a JSON form; what this client does not know is left out."""
        return cls(**{item.name: str((form or {}).get(item.name) or "") for item in fields(cls)})


def card_of(given: Card | None) -> Card:
    """An empty one for None. Raises Invalid for what is no card."""
    if given is not None and not isinstance(given, Card):
        raise Invalid("card takes a Card, such as card=Card(purpose='…', not_for='…').")
    return given or Card()
