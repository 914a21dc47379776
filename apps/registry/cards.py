"""A version's card: the facts that stand above the bench, in the team's own words."""

from collections.abc import Mapping
from typing import Any

from atrium.errors import FieldError, Invalid

from .models import Version

CARD = {
    "purpose": "What it is for",
    "not_for": "What it is not for",
    "validation": "How it was validated",
    "known_errors": "Known errors",
    "contact": "Contact",
}
"""Each fact with the words that stand before it on pages."""
LENGTH = 2000


def checked_card(card: Mapping[str, Any]) -> dict[str, str]:
    """The facts that say something, each at most 2,000 characters; raises Invalid with each that is not one."""
    errors = [
        FieldError(f"card.{name}", "unknown", f"A card has {', '.join(CARD)}.") for name in card if name not in CARD
    ]
    for name, text in card.items():
        if name in CARD and (not isinstance(text, str) or len(text) > LENGTH):
            errors.append(FieldError(f"card.{name}", "max_length", "Write at most 2,000 characters."))
    if errors:
        raise Invalid(*errors)
    return {name: card[name] for name in CARD if card.get(name)}


def card_of(version: Version) -> dict[str, str]:
    """Every fact of the card, "" for what the team has not said."""
    return {name: version.card.get(name, "") for name in CARD}
