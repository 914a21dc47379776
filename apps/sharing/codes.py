"""Links with a list of addresses: a code is mailed at each visit, and nobody learns who is on the list.

Every address that is entered makes the same row and the same chore; only the chore, which nobody sees, looks at the
list. A code belongs to the browser that asked for it, so nobody's tries use up another's.
"""

from datetime import timedelta
from secrets import compare_digest, randbelow
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.crypto import salted_hmac

from atrium.access.limits import limit
from atrium.access.principals import Grant, Guest, System
from atrium.audit.services import record
from atrium.chores import defer
from atrium.errors import FieldError, Invalid, Problem
from atrium.tenancy.context import team_context

from .models import GuestVisit, MailedCode

CODE_LIFE = timedelta(minutes=15)
WRONG_CODES = 5
CODES_OF_ONE, OWN_SECONDS = 5, 600
CODES_TO_ONE, CODES_OF_LINK, WIDE_SECONDS = 20, 300, 3600


def read_address(text: str) -> str:
    """An e-mail address in the form in which addresses are compared; raises Invalid."""
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid(FieldError("email", "invalid", "Give an e-mail address, as name@hospital.org.")) from error
    return address


def ask_code(team_id: UUID, grant: Grant, *, email: str, where: str) -> UUID:
    """Have a code mailed if the address is on the list; returns what the browser keeps. where: whom to count it for."""
    address, link = read_address(email), str(grant.link_id)
    limit("codes of one", f"{link}:{address}:{where}", count=CODES_OF_ONE, seconds=OWN_SECONDS)
    limit("codes to one", f"{link}:{address}", count=CODES_TO_ONE, seconds=WIDE_SECONDS)
    limit("codes of a link", link, count=CODES_OF_LINK, seconds=WIDE_SECONDS)
    with team_context(System(team_id, "a code was asked for")):
        code = MailedCode.objects.create(
            link_id=grant.link_id, email=address, expires_at=timezone.now() + CODE_LIFE, code_hash=b""
        )
        defer("sharing.mail_code", team_id=str(team_id), code_id=str(code.pk))
    return code.pk


def _hashed(code_id: UUID, code: str) -> bytes:
    """A short code alone would be read back from its digest."""
    return salted_hmac(f"atrium.codes:{code_id}", code, algorithm="sha256").digest()


def write_code(mailed: MailedCode) -> str:
    """Choose the six digits, for the mail that is about to be sent."""
    code = f"{randbelow(10**6):06}"
    mailed.code_hash = _hashed(mailed.pk, code)
    mailed.save(update_fields=["code_hash"])
    return code


def give_code(team_id: UUID, grant: Grant, *, code_id: UUID, code: str) -> str | None:
    """The address that a right code confirms, None for a wrong one; raises too_many_requests after five of these."""
    now = timezone.now()
    with team_context(System(team_id, "a code was given")):
        mailed = (
            MailedCode.objects.select_for_update()
            .filter(pk=code_id, link_id=grant.link_id, used_at=None, expires_at__gt=now)
            .first()
        )
        if mailed is None:
            return None
        if mailed.wrong >= WRONG_CODES:
            left = int((mailed.expires_at - now).total_seconds()) + 1
            raise Problem("too_many_requests", "Too many wrong codes. Ask for a new one.", retry_after=left)
        digits = "".join(letter for letter in code if letter.isdigit())
        if not compare_digest(bytes(mailed.code_hash), _hashed(mailed.pk, digits)):
            mailed.wrong += 1
            mailed.save(update_fields=["wrong"])
            return None
        mailed.used_at = now
        mailed.save(update_fields=["used_at"])
        return mailed.email


def recognise(team_id: UUID, grant: Grant, address: str, new_id: UUID) -> UUID:
    """The guest whose address was confirmed: the one of an earlier visit, or a new one with this id."""
    with team_context(System(team_id, "a guest was recognised")):
        known = GuestVisit.objects.filter(link_id=grant.link_id, confirmed=address).order_by("-last_seen_at").first()
    guest = Guest(team_id, known.pk if known else new_id, grant)
    with team_context(guest):
        if known is None:
            known = GuestVisit.objects.create(
                pk=guest.guest_id, link_id=grant.link_id, email=address, confirmed=address, last_seen_at=timezone.now()
            )
        else:
            GuestVisit.objects.filter(pk=known.pk).update(last_seen_at=timezone.now())
        record(guest, "link.opened", known, project_id=grant.project_id, link=str(grant.link_id))
    return guest.guest_id
