"""A guest's own data: taken away, or deleted on its wish. Pixels, text, name and address go; verdict, classes stay."""

from django.http import FileResponse

from apps.feedback.deletion import WITHDRAWN, forget_author
from apps.feedback.own_data import as_archive, own_data
from atrium.access.principals import Guest
from atrium.audit.services import record
from atrium.tenancy.context import team_context

from .models import GuestVisit, MailedCode, ReturnLink

__all__ = ["WITHDRAWN", "take_data", "withdraw"]


def take_data(guest: Guest) -> FileResponse:
    """What this guest brought and wrote, with its pictures, and what it is known by."""
    with team_context(guest):
        mine = own_data(guest.guest_id)
        visit = GuestVisit.objects.filter(pk=guest.guest_id).first()
        record(guest, "guest.took_data", project_id=guest.grant.project_id, pictures=len(mine.pictures))
    known = {"name": visit.name, "email": visit.email, "confirmed": visit.confirmed} if visit else {}
    return as_archive({GuestVisit.Tenancy.export: known} | mine.told, mine.pictures)


def withdraw(guest: Guest) -> None:
    """Remove what this guest brought and wrote. What it flagged keeps a tombstone, so that figures stay true."""
    with team_context(guest):
        pictures = forget_author(guest.guest_id, keep_examples=False)
        ReturnLink.objects.filter(guest_id=guest.guest_id).delete()
        visits = GuestVisit.objects.filter(pk=guest.guest_id)
        addresses = {address for pair in visits.values_list("email", "confirmed") for address in pair if address}
        MailedCode.objects.filter(link_id=guest.grant.link_id, email__in=addresses).delete()
        visits.update(name="", email="", confirmed="")
        record(guest, "guest.withdrew", project_id=guest.grant.project_id, pictures=pictures)
