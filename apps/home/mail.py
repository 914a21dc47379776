"""Development mail: the messages that the file backend wrote, to be read on a page instead of in an inbox."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from atrium.errors import NotFound

SEPARATOR = b"-" * 79
SHOWN = 200
_ADDRESS = re.compile(r"(https?://[^\s<>\"]+)")


@dataclass(frozen=True, slots=True)
class Mail:
    """key: names the message in its address. body: pieces of text, each with whether it is a web address."""

    key: str
    subject: str
    to: str
    sent_at: datetime
    body: tuple[tuple[str, bool], ...]


def mails() -> list[Mail]:
    """What was sent, the newest first, at most 200."""
    folder = Path(settings.MAIL_DIRECTORY)
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True) if folder.is_dir() else []
    found: list[Mail] = []
    for file in files[:SHOWN]:
        found += _read(file)
    return sorted(found, key=lambda mail: mail.sent_at, reverse=True)[:SHOWN]


def mail_for(key: str) -> Mail:
    for mail in mails():
        if mail.key == key:
            return mail
    raise NotFound("There is no such message, or it is older than the last 200.")


def _read(file: Path) -> list[Mail]:
    """One file holds what one connection sent: messages with a line of dashes after each."""
    found = []
    written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    for index, part in enumerate(file.read_bytes().split(SEPARATOR)):
        if not part.strip():
            continue
        message = message_from_bytes(part.lstrip(b"\n"), policy=policy.default)
        assert isinstance(message, EmailMessage)
        found.append(
            Mail(
                key=sha256(f"{file.name}:{index}".encode()).hexdigest()[:16],
                subject=str(message["Subject"] or "No subject"),
                to=str(message["To"] or ""),
                sent_at=_sent_at(message, written),
                body=_pieces(message),
            )
        )
    return found


def _sent_at(message: EmailMessage, written: datetime) -> datetime:
    try:
        sent = parsedate_to_datetime(str(message["Date"]))
    except ValueError:
        return written
    return sent if sent.tzinfo else sent.replace(tzinfo=UTC)


def _pieces(message: EmailMessage) -> tuple[tuple[str, bool], ...]:
    body = message.get_body(("plain", "html"))
    text = str(body.get_content()) if body else ""
    return tuple((piece, index % 2 == 1) for index, piece in enumerate(_ADDRESS.split(text.strip())) if piece)
