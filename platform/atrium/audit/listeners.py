"""Who wants to know of what was just recorded, in the transaction that did it. Apps register when they are ready."""

from collections.abc import Callable, Iterable

from .models import Event

Act = Callable[[Event], None]
_LISTENERS: dict[str, list[Act]] = {}


def listen(what: str, act: Act) -> None:
    """what: an event, as `thread.resolved`. act: called in the team's context; what it raises undoes what was done."""
    _LISTENERS.setdefault(what, []).append(act)


def tell(events: Iterable[Event]) -> None:
    """Of events that stand in the table already."""
    for event in events:
        for act in _LISTENERS.get(event.what, ()):
            act(event)
