"""One act on many cases of a project at once: in one transaction, told how many, and undone where nobody went on."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Model
from django.utils import timezone
from django.utils.dateparse import parse_date

from apps.projects.selectors import project_for
from apps.registry.models import Version
from apps.teams.models import Membership
from atrium.access.principals import TeamPrincipal
from atrium.audit.listeners import tell
from atrium.audit.models import Event
from atrium.audit.services import event, record
from atrium.errors import Conflict, FieldError, Invalid, NotFound, require
from atrium.pages.forms import id_in
from atrium.tenancy.context import team_context

from .filters import InboxFilters
from .labels import labels_among
from .models import BulkChange, Label, Thread, ThreadLabel
from .notices import tell_inbox
from .permissions import can_write_inbox
from .telling import after_commit

MOST = 5000
"""Cases at once."""
UNDONE_WITHIN = 7
"""Days."""
ACTS = ("assign", "due", "label", "unlabel", "resolve", "reopen")
VIEWERS = "Viewers cannot change cases."


@dataclass(frozen=True, slots=True)
class Done:
    """change: the id by which it is undone; None where nothing changed. unchanged: chosen, and so already."""

    act: str
    changed: int
    unchanged: int
    change: UUID | None


def change_cases(
    principal: TeamPrincipal, project_id: UUID, chosen: Collection[UUID] | InboxFilters, *, act: str, value: str = ""
) -> Done:
    """chosen: cases by their ids, or all that filters find. act: of ACTS. value: a membership, a day, a label; "" for
    nobody and for no day. Raises Invalid, NotFound where a chosen case is not the project's.
    """
    if act not in ACTS:
        raise Invalid(FieldError("act", "choice", f"An act is one of {', '.join(ACTS)}."))
    with team_context(principal):
        require(can_write_inbox(principal), VIEWERS)
        project = project_for(principal, project_id)
        threads = _locked(project.pk, chosen)
        what, became, told = _meant(project.pk, act, value)
        changed = [thread for thread in threads if not _is_so(thread, became)]
        unchanged = len(threads) - len(changed)
        if not changed:
            return Done(act, 0, unchanged, None)
        was = {str(thread.pk): _state(thread, became) for thread in changed}
        change = BulkChange.objects.create(project=project, act=act, was=was, became=became)
        _write(changed, became)
        record(principal, "inbox.changed_many", change, project_id=project.pk, act=act, cases=len(changed))
        _note(principal, changed, what, told)
    return Done(act, len(changed), unchanged, change.pk)


def undo_change(principal: TeamPrincipal, change_id: UUID) -> Done:
    """Each case as it was before, unless somebody changed that of it since. Raises Conflict where it is undone."""
    with team_context(principal):
        require(can_write_inbox(principal), VIEWERS)
        change = BulkChange.objects.select_for_update().filter(pk=change_id, project__deleting_at=None).first()
        if change is None:
            raise NotFound
        if change.undone_at is not None:
            raise Conflict("That is undone already.")
        threads = _locked(change.project_id, [UUID(pk) for pk in change.was], are_all_there=False)
        mine = [thread for thread in threads if _is_so(thread, change.became)] if _can_be_undone(change) else []
        alike: dict[str, list[Thread]] = {}
        for thread in mine:
            alike.setdefault(json.dumps(change.was[str(thread.pk)]), []).append(thread)
        for state, those in alike.items():
            _write(those, _still_there(json.loads(state)))
        change.undone_at = timezone.now()
        change.save(update_fields=["undone_at"])
        record(principal, "inbox.undid_many", change, project_id=change.project_id, act=change.act, cases=len(mine))
        _note(principal, mine, _UNDOES[change.act], _told_of_undoing(change))
    return Done(change.act, len(mine), len(change.was) - len(mine), change.pk)


def _can_be_undone(change: BulkChange) -> bool:
    """A label that is gone comes back to no case."""
    return "label" not in change.became or Label.objects.filter(pk=change.became["label"]).exists()


def _still_there(state: Mapping[str, Any]) -> dict[str, Any]:
    """Whoever left the team, and a version that was deleted, come back to no case."""
    kinds: dict[str, type[Model]] = {"assignee_id": Membership, "resolved_version_id": Version}
    return {
        name: None if value and name in kinds and not kinds[name]._default_manager.filter(pk=value).exists() else value
        for name, value in state.items()
    }


def _locked(project_id: UUID, chosen: Collection[UUID] | InboxFilters, *, are_all_there: bool = True) -> list[Thread]:
    every = Thread.objects.all()
    if isinstance(chosen, InboxFilters):
        threads, named = chosen.chosen(every, project_id), 0
    else:
        threads, named = every.filter(project=project_id, pk__in=chosen), len(set(chosen))
    found = list(threads.select_for_update(of=("self",)).prefetch_related("labelled").order_by("pk")[: MOST + 1])
    if len(found) > MOST:
        raise Invalid(FieldError("threads", "too_many", f"At most {MOST:,} cases at once. Filter for fewer."))
    if are_all_there and len(found) < named:
        raise NotFound("One of the chosen cases is not there any more. Choose again.")
    return found


Told = Callable[[Thread], dict[str, Any]]
_UNDOES = {
    "assign": "thread.assigned",
    "due": "thread.set_due",
    "label": "thread.unlabelled",
    "unlabel": "thread.labelled",
    "resolve": "thread.reopened",
    "reopen": "thread.resolved",
}


def _meant(project_id: UUID, act: str, value: str) -> tuple[str, dict[str, Any], Told]:
    """(the event, what each case becomes, what its event tells)."""
    match act:
        case "assign":
            member = _membership(value)
            return "thread.assigned", {"assignee_id": member}, lambda _: {"assignee": member}
        case "due":
            day = None if not value else read_day(value).isoformat()
            return "thread.set_due", {"due_on": day}, lambda _: {"due": day}
        case "label" | "unlabel":
            [label] = labels_among(project_id, [id_in(value, "value", "Choose a label.")])
            told = {"label": str(label.pk)}
            return f"thread.{act}led", {"label": str(label.pk), "has": act == "label"}, lambda _: told
    status = Thread.Status.RESOLVED if act == "resolve" else Thread.Status.OPEN
    return f"thread.{'resolved' if act == 'resolve' else 'reopened'}", {"status": status}, lambda _: {"version": None}


def _told_of_undoing(change: BulkChange) -> Told:
    """What the event of a case that is as before tells."""
    was: dict[str, dict[str, Any]] = change.was
    if change.act in ("label", "unlabel"):
        return lambda thread: {"label": change.became["label"]}
    names = {"assign": ("assignee", "assignee_id"), "due": ("due", "due_on")}
    told, column = names.get(change.act, ("version", "resolved_version_id"))
    return lambda thread: {told: was[str(thread.pk)].get(column)}


def read_day(value: str) -> date:
    try:
        day = parse_date(value)
    except ValueError:
        day = None
    if day is None:
        raise Invalid(FieldError("due_on", "invalid", "Give a day as 2026-11-25."))
    return day


def _membership(value: str) -> str | None:
    if not value:
        return None
    member = id_in(value, "value", "Choose a member.")
    if not Membership.objects.filter(pk=member).exists():
        raise NotFound
    return str(member)


def _is_so(thread: Thread, became: Mapping[str, Any]) -> bool:
    if "label" in became:
        return _has(thread, became["label"]) is became["has"]
    name, value = next(iter(became.items()))
    return bool(_plain(getattr(thread, name)) == value)


def _has(thread: Thread, label: str) -> bool:
    return any(str(each.label_id) == label for each in thread.labelled.all())


def _state(thread: Thread, became: Mapping[str, Any]) -> dict[str, Any]:
    """What is needed to bring the case back to where it is now."""
    if "label" in became:
        return {"label": became["label"], "has": not became["has"]}
    names = ["status", "waiting", "resolved_version_id", "updated_at"] if "status" in became else list(became)
    return {name: _plain(getattr(thread, name)) for name in names}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | str) else getattr(value, "isoformat", value.__str__)()


def _write(threads: list[Thread], state: Mapping[str, Any]) -> None:
    """state: as `_meant` and `_state` give it."""
    ids = [thread.pk for thread in threads]
    if "label" in state:
        if state["has"]:
            rows = (ThreadLabel(thread_id=pk, label_id=state["label"]) for pk in ids)
            ThreadLabel.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
        else:
            ThreadLabel.objects.filter(thread__in=ids, label=state["label"]).delete()
        return
    changes: dict[str, Any] = dict(state)
    if set(state) == {"status"}:
        resolved = state["status"] == Thread.Status.RESOLVED
        changes |= {"updated_at": timezone.now(), "resolved_version_id": None}
        changes["waiting"] = False if resolved else F("waiting")
    Thread.objects.filter(pk__in=ids).update(**changes)


def _note(principal: TeamPrincipal, threads: list[Thread], what: str, told: Told) -> None:
    """A line in the history of each. Of many, open pages hear by their own look, within a second."""
    events = [event(principal, what, thread, project_id=thread.project_id, **told(thread)) for thread in threads]
    Event.objects.bulk_create(events, batch_size=1000)
    tell(events)
    if events:
        after_commit(tell_inbox, threads[0], events[0])
