"""Who wants to know of what was just recorded, in the transaction that did it. Apps register when they are ready."""

from collections.abc import Callable, Iterable, Sequence

from .models import Event

Act = Callable[[Sequence[Event]], None]
_LISTENERS: dict[str, list[Act]] = {}


def listen(what: str, act: Act) -> None:
    """what: an event, as `thread.resolved`. act: called in the team's context with all that were recorded together;
    what it raises undoes what was done."""
    _LISTENERS.setdefault(what, []).append(act)


def tell(events: Iterable[Event]) -> None:
    """Of events that stand in the table already."""
    by_what: dict[str, list[Event]] = {}
    for event in events:
        by_what.setdefault(event.what, []).append(event)
    for what, together in by_what.items():
        for act in _LISTENERS.get(what, ()):
            act(together)
