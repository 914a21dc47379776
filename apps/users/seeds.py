"""Seeds of second factors, encrypted at rest: who reads the table, or a copy of it, cannot make anybody's codes.
Secrets of webhooks are kept in the same way (`apps/webhooks/keys.py`).

Fernet (AES-128-CBC, HMAC-SHA256), under a key that HKDF (RFC 5869) derives from each secret of `ENCRYPTION_KEYS`: the
first encrypts, all of them are read. A seed that another one encrypted, or that was stored before there was any, is
read as well, and encrypted anew by the sweep of the next night.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from functools import lru_cache

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

ENCRYPTED = "gAAAA"
"""How every Fernet token begins: its version, and the high bytes of its time. Neither base32 nor hex has a small g."""
FIELDS: dict[str, str] = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


class Unreadable(Exception):
    """None of the keys is the one that it was encrypted with."""


def encrypt(seed: str) -> str:
    return _keys().encrypt(seed.encode()).decode()


def decrypt(stored: str) -> str:
    """Raises Unreadable where its key is not among `ENCRYPTION_KEYS`."""
    if not stored.startswith(ENCRYPTED):
        return stored
    try:
        return _keys().decrypt(stored).decode()
    except InvalidToken as error:
        raise Unreadable("ENCRYPTION_KEYS lacks the key of a seed that is stored: add it again, at the end.") from error


def renew() -> int:
    """Encrypts what the first key did not; returns how many. One whose key is lost stays as it is."""
    return sum(_renewed(pk) for pk in Authenticator.objects.filter(type__in=FIELDS).values_list("pk", flat=True))


def unreadable() -> int:
    """How many seeds none of the keys reads; their owners are locked out."""
    rows = Authenticator.objects.filter(type__in=FIELDS)
    return sum(not is_readable(row.data[FIELDS[row.type]]) for row in rows.iterator())


def renewed(stored: str) -> str | None:
    """It, encrypted by the first key. None where it is already, or where its key is lost."""
    if _is_current(stored) or not is_readable(stored):
        return None
    return encrypt(decrypt(stored))


def is_readable(stored: str) -> bool:
    try:
        decrypt(stored)
    except Unreadable:
        return False
    return True


@transaction.atomic
def _renewed(pk: int) -> bool:
    """Locks the row: a recovery code may be used just now, which is noted beside its seed."""
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        return False
    field = FIELDS[row.type]
    seed = renewed(row.data[field])
    if seed is None:
        return False
    row.data[field] = seed
    row.save(update_fields=["data"])
    return True


def _is_current(stored: str) -> bool:
    try:
        _fernets(tuple(settings.ENCRYPTION_KEYS))[0].decrypt(stored)
    except InvalidToken:
        return False
    return True


def _keys() -> MultiFernet:
    return MultiFernet(_fernets(tuple(settings.ENCRYPTION_KEYS)))


@lru_cache(maxsize=4)
def _fernets(secrets: Sequence[str]) -> list[Fernet]:
    return [Fernet(urlsafe_b64encode(_derived(secret))) for secret in secrets]


def _derived(secret: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=b"atrium second factor").derive(secret.encode())
