"""A guest's own cases and data: taken away, or deleted on its wish. Pixels, text, name and address go; verdict, classes
stay, and are nobody's. The team's inbox and the guest's other pages are told."""

from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from django.http import FileResponse

from apps.comparisons.blind import names_are_hidden
from apps.comparisons.own_data import forget_reader
from apps.comparisons.own_data import own_data as readings_of
from apps.endpoints.selectors import is_example, prediction_for
from apps.feedback.deletion import Forgotten, forget_author, forget_case
from apps.feedback.notices import tell_inbox
from apps.feedback.own_data import as_archive, own_data
from apps.feedback.telling import after_commit
from atrium.access.principals import Guest
from atrium.audit.services import record
from atrium.errors import require
from atrium.telemetry import watch
from atrium.tenancy.context import team_context

from .models import GuestVisit, MailedCode, ReturnLink

THE_TEAMS = "An example is the team's. What you tried on it, and said of it, is yours to delete."


def guests_group(guest_id: UUID) -> str:
    """Of the open pages of one guest."""
    return f"guest.{guest_id}"


def take_data(guest: Guest) -> FileResponse:
    """What this guest brought and wrote, with its pictures, and what it is known by."""
    with team_context(guest):
        mine = own_data(guest.guest_id, names_versions=not names_are_hidden(guest))
        readings = readings_of(guest.guest_id)
        visit = GuestVisit.objects.filter(pk=guest.guest_id).first()
        record(guest, "guest.took_data", project_id=guest.grant.project_id, pictures=len(mine.pictures))
    known = {"name": visit.name, "email": visit.email, "confirmed": visit.confirmed} if visit else {}
    return as_archive({GuestVisit.Tenancy.export: known} | mine.told | readings, mine.pictures)


def withdraw(guest: Guest) -> None:
    """Remove what this guest brought and wrote. What it flagged keeps a tombstone, so that figures stay true."""
    with team_context(guest):
        gone = forget_author(guest.guest_id, keep_examples=False)
        forget_reader(guest.guest_id)
        ReturnLink.objects.filter(guest_id=guest.guest_id).delete()
        visits = GuestVisit.objects.filter(pk=guest.guest_id)
        addresses = {address for pair in visits.values_list("email", "confirmed") for address in pair if address}
        MailedCode.objects.filter(link_id=guest.grant.link_id, email__in=addresses).delete()
        visits.update(name="", email="", confirmed="")
        record(guest, "guest.withdrew", project_id=guest.grant.project_id, pictures=gone.pictures)
        _tell(guest, gone, None)


def withdraw_case(guest: Guest, prediction_id: UUID) -> Forgotten:
    """The same of one case, of which this is the original or an attempt; an example's attempts and judgements alone.

    Raises NotFound for what the guest does not see, NotPermitted for an example on which nothing is its own.
    """
    with team_context(guest):
        prediction = prediction_for(guest, prediction_id)
        original_id = prediction.original_id or prediction.pk
        gone = forget_case(guest.guest_id, original_id)
        is_any = gone.deleted or gone.stripped or gone.threads
        require(bool(is_any) or not is_example(prediction), THE_TEAMS)
        record(
            guest,
            "guest.deleted_case",
            prediction,
            project_id=guest.grant.project_id,
            deleted=gone.deleted,
            stripped=gone.stripped,
            pictures=gone.pictures,
        )
        _tell(guest, gone, original_id)
    return gone


def _tell(guest: Guest, gone: Forgotten, original_id: UUID | None) -> None:
    for thread in gone.threads:
        done = record(guest, "thread.withdrawn", thread, project_id=thread.project_id)
        after_commit(tell_inbox, thread, done)
    notice = {"type": "case.deleted", "original": str(original_id) if original_id else None}
    transaction.on_commit(lambda: _send(guests_group(guest.guest_id), notice))


def _send(group: str, notice: dict[str, str | None]) -> None:
    """May be lost with Valkey: such a page is told by the next thing that it asks for."""
    if not watch.is_away("messages"):
        async_to_sync(get_channel_layer().group_send)(group, notice)
