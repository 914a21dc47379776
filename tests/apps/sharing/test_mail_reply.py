"""A team's reply is mailed to the reviewers who left an address, each by a chore of its own."""

import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.db import connection

from apps.feedback.models import Flag, Message
from apps.feedback.services import flag_prediction, write_message
from apps.sharing.chores import mail_reply
from apps.sharing.models import GuestVisit
from apps.sharing.services import introduce, return_of, revoke_link
from atrium.access.principals import Guest
from atrium.tenancy.context import team_context
from infra.dev.processes import Process
from tests.people import Lab
from tests.services import site


def reviewer(lab: Lab, name: str, email: str, case: bytes) -> tuple[Guest, Flag]:
    guest = lab.guest(name=name)
    introduce(guest, name=name, email=email)
    return guest, flag_prediction(guest, lab.prediction(guest, case=case).pk, verdict="wrong")


def chores_for(message: Message) -> set[str]:
    """The guests for whom a chore waits or ran."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'guest_id' FROM procrastinate_jobs WHERE task_name = 'sharing.mail_reply'"
            " AND args->>'message_id' = %s",
            [str(message.pk)],
        )
        return {row[0] for row in cursor.fetchall()}


def run(message: Message, guest: Guest) -> None:
    mail_reply(str(message.team_id), str(message.pk), str(guest.guest_id))


class _Postman(socketserver.StreamRequestHandler):
    """As much of SMTP as a delivery takes; it refuses the address that its server was told to refuse."""

    def handle(self) -> None:
        server: Any = self.server
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].split(" ")[0].upper()
            if verb == "RCPT" and server.refused in line:
                self.say("550 no such mailbox")
            elif verb == "DATA":
                self.say("354 go on")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                server.delivered.append(text.decode())
                self.say("250 ok")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def postman(settings: Any) -> Iterator[Any]:
    """A mail server on loopback that refuses `gone@example.org`; `delivered` holds what it took."""
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Postman)
    server.refused, server.delivered = "gone@example.org", []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
    yield server
    server.shutdown()
    server.server_close()


def test_one_chore_for_each_reviewer(lab: Lab) -> None:
    case = b"\x01" * 32
    dana, flag = reviewer(lab, "Dana", "dana@example.org", case)
    henrik, _ = reviewer(lab, "Henrik", "henrik@example.org", case)
    to_all = write_message(lab.alice, flag.thread_id, body="To both")
    to_one = write_message(lab.alice, flag.thread_id, body="To one", to_reviewer=henrik.guest_id)
    inside = write_message(lab.alice, flag.thread_id, body="For us", internal=True)
    hers = write_message(dana, flag.thread_id, body="From Dana")
    assert chores_for(to_all) == {str(dana.guest_id), str(henrik.guest_id)}
    assert chores_for(to_one) == {str(henrik.guest_id)}
    assert chores_for(inside) == chores_for(hers) == set()


def test_an_address_that_fails_is_tried_again_alone(lab: Lab, postman: Any) -> None:
    case = b"\x02" * 32
    dana, flag = reviewer(lab, "Dana", "dana@example.org", case)
    gone, _ = reviewer(lab, "Gone", "gone@example.org", case)
    message = write_message(lab.alice, flag.thread_id, body="Fixed in v2")
    for _ in range(2):
        with pytest.raises(SMTPRecipientsRefused):
            run(message, gone)
    run(message, dana)
    [mail] = postman.delivered
    assert "To: dana@example.org" in mail
    assert "Subject: Alice answered you on Reader" in mail
    assert "Fixed in v2" in mail


def test_the_way_back_leads_to_the_same_guest(lab: Lab, postman: Any) -> None:
    dana, flag = reviewer(lab, "Dana", "dana@example.org", b"\x03" * 32)
    run(write_message(lab.alice, flag.thread_id, body="Fixed"), dana)
    secret = postman.delivered[0].replace("=\r\n", "").split("/return/")[1].split("/")[0]
    assert return_of(secret, use=True) == (dana.grant.link_id, dana.guest_id)


def test_without_an_address_or_a_link_nothing_is_sent(lab: Lab, postman: Any) -> None:
    silent, flag = reviewer(lab, "Silent", "", b"\x04" * 32)
    message = write_message(lab.alice, flag.thread_id, body="Fixed")
    run(message, silent)
    with team_context(lab.alice):
        GuestVisit.objects.filter(pk=silent.guest_id).update(email="silent@example.org")
    revoke_link(lab.alice, silent.grant.link_id)
    run(message, silent)
    assert postman.delivered == []


def test_a_name_cannot_write_headers(lab: Lab, postman: Any) -> None:
    dana, flag = reviewer(lab, "Dana", "dana@example.org", b"\x05" * 32)
    message = write_message(lab.alice, flag.thread_id, body="Fixed")
    with team_context(lab.alice):
        Message.objects.filter(pk=message.pk).update(author_name="Alice\r\nBcc: eve@example.org")
    run(message, dana)
    [mail] = postman.delivered
    assert "\nBcc:" not in mail


@pytest.mark.usefixtures("chores_of_the_site")
def test_the_chores_process_mails_it(lab: Lab, chores_process: Process) -> None:
    _, flag = reviewer(lab, "Dana", f"dana-{lab.team.slug}@example.org", b"\x06" * 32)
    write_message(lab.alice, flag.thread_id, body="Fixed in v2")
    folder = Path(site_settings.MAIL_DIRECTORY)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        mails = [path.read_text() for path in folder.glob("*")] if folder.is_dir() else []
        if any(f"To: dana-{lab.team.slug}@example.org" in mail and "Fixed in v2" in mail for mail in mails):
            return
        time.sleep(0.1)
    raise AssertionError(f"no mail came to {folder} of {site().folder}; {chores_process.name} runs")
