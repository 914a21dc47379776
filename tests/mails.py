"""Mail about accounts, which a chore sends."""

from apps.users.chores import send_mail
from apps.users.models import UnsentMail


def deliver() -> None:
    """Send what waits, as the chores process does it; the oldest first."""
    for mail in UnsentMail.objects.order_by("pk"):
        send_mail(str(mail.pk))
