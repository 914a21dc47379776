"""Checks of what this installation was told: secrets, address, mail, and the room it has."""

import stat
from pathlib import Path
from secrets import token_hex
from shutil import disk_usage
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import get_connection

from apps.users import seeds
from apps.webhooks import keys
from atrium.access.door import system, teams

from .findings import REMEDIES, Finding, State

FREE = 2 * 1024**3


def mail_delivery() -> Finding:
    """A mail server is greeted; nothing is sent."""
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        folder = Path(settings.MAIL_DIRECTORY)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f".doctor-{token_hex(4)}").touch()
        for left in folder.glob(".doctor-*"):
            left.unlink(missing_ok=True)
        if not settings.DEVELOPMENT:
            return Finding("mail.delivery", State.FAIL, "Mail goes to files, and nobody gets it.", REMEDIES["mail"])
        return Finding("mail.delivery", State.OK, f"Mail goes to files in {folder}, as in development.")
    link = get_connection(timeout=5)
    link.open()
    link.close()
    return Finding("mail.delivery", State.OK, "The mail server lets us in.")


def settings_secret() -> Finding:
    if _can_be_guessed(settings.SECRET_KEY):
        remedy = "Set SECRET_KEY to 50 random characters; everybody logs in again."
        return Finding("settings.secret", State.FAIL, "SECRET_KEY can be guessed.", remedy)
    return Finding("settings.secret", State.OK, "SECRET_KEY is long and random.")


def settings_encryption() -> Finding:
    """That the key of second factors and webhooks is none that anybody guesses, and still the one of what is stored."""
    name = "settings.encryption"
    if _can_be_guessed(settings.ENCRYPTION_KEYS[0]):
        remedy = "Put 50 random characters before it, with a comma between: the next night encrypts anew."
        return Finding(name, State.FAIL, "The first of ENCRYPTION_KEYS can be guessed.", remedy)
    lost = {"authenticator apps or lists of recovery codes": seeds.unreadable(), "webhooks": _unreadable_webhooks()}
    if any(lost.values()):
        of = " and of ".join(f"{count} {what}" for what, count in lost.items() if count)
        sentence = f"ENCRYPTION_KEYS lacks the key of {of}."
        return Finding(name, State.FAIL, sentence, "Add the key that was there before, after a comma.")
    return Finding(name, State.OK, "ENCRYPTION_KEYS is long and random, and reads every second factor and webhook.")


def _unreadable_webhooks() -> int:
    count = 0
    for team_id in teams():
        with system(team_id, "doctor"):
            count += keys.unreadable()
    return count


def _can_be_guessed(key: str) -> bool:
    return len(key) < 40 or len(set(key)) < 8 or key.startswith(("not-secret", "django-insecure"))


def settings_pool_key() -> Finding:
    name, path = "settings.pool_key", Path(settings.POOL_KEY_FILE)
    remedy = "Write 32 random bytes as hex into it, `chmod 600`, and restart dispatcher and workers."
    if len(bytes.fromhex(path.read_text().strip())) < 32:
        return Finding(name, State.FAIL, f"{path} is too short.", remedy)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(name, State.FAIL, f"Others on this machine can read {path}.", f"`chmod 600 {path}`.")
    return Finding(name, State.OK, "The pool's key is long, and only we can read it.")


def settings_address() -> Finding:
    """Debug off, TLS outside of one machine, and no host that anybody may name."""
    name, address = "settings.address", urlsplit(settings.ATRIUM_URL)
    outside = address.hostname not in ("localhost", "127.0.0.1", "::1")
    if settings.DEBUG:
        return Finding(name, State.FAIL, "DEBUG shows our insides to strangers.", "Set DEBUG to False.")
    if "*" in settings.ALLOWED_HOSTS:
        return Finding(name, State.FAIL, "Any Host header is believed.", "Name the hosts in ALLOWED_HOSTS.")
    if outside and settings.DEVELOPMENT:
        sentence = f"{settings.ATRIUM_URL} is served with the settings of development, without TLS."
        return Finding(name, State.WARN, sentence, "Use atrium.config.settings.production behind TLS.")
    if not settings.DEVELOPMENT and address.scheme != "https":
        return Finding(name, State.FAIL, f"{settings.ATRIUM_URL} is not https.", "Put TLS in front; set ATRIUM_URL.")
    return Finding(name, State.OK, f"{settings.ATRIUM_URL} is served as it should be.")


def disk_free() -> Finding:
    path = Path(settings.POOL_KEY_FILE).parent
    free = disk_usage(path).free
    if free < FREE:
        sentence = f"{free / 1e9:.1f} GB are free where {path} is."
        return Finding("disk.free", State.WARN, sentence, "Free some space before PostgreSQL stops for want of it.")
    return Finding("disk.free", State.OK, f"{free / 1e9:.0f} GB are free.")
