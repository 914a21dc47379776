"""What a receiver gets, and what becomes of one that does not answer, or answers what it should not."""

import hmac
import json
import socket
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from apps.feedback.bulk import change_cases
from apps.feedback.services import set_status, write_message
from apps.users.models import User
from apps.webhooks import sending
from apps.webhooks.addresses import parse
from apps.webhooks.chores import mail_off, rescue_team
from apps.webhooks.delivering import OFF_AFTER, PLACES, WAITS, deliver
from apps.webhooks.models import Delivery, Webhook
from apps.webhooks.services import (
    MOST,
    change_webhook,
    create_webhook,
    delete_webhook,
    redeliver,
    rotate_secret,
    send_test,
)
from atrium.access.principals import Role
from atrium.audit.models import Event
from atrium.errors import Invalid, NotFound, NotPermitted
from atrium.tenancy.context import team_context
from tests.apps.feedback.cases import flagged
from tests.journeys.mailbox import Mailbox
from tests.people import Lab
from tests.threads import Threads

from .receivers import Received, hostile, receiver

URL = "https://example.org/"


def made(lab: Lab, url: str, settings: Any, *events: str) -> tuple[Webhook, str]:
    settings.WEBHOOK_PRIVATE_HOSTS = [parse_host(url)]
    return create_webhook(lab.alice, lab.project.pk, url=url, events=events or ("flag.created",))


def parse_host(url: str) -> str:
    return url.split("/")[2]


def log(lab: Lab) -> list[Delivery]:
    with team_context(lab.alice):
        return list(Delivery.objects.select_related("hook").order_by("pk"))


def go(lab: Lab) -> list[Delivery]:
    """As the chore does it for each that waits."""
    for one in log(lab):
        deliver(lab.team.pk, one.pk)
    return log(lab)


def verified(got: Received, secret: str) -> bool:
    """As a receiver checks it, by the standard's own words."""
    head = got.headers
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + got.body
    right = b64encode(hmac.new(b64decode(secret.removeprefix("whsec_")), signed, sha256).digest()).decode()
    return any(hmac.compare_digest(each, f"v1,{right}") for each in head["webhook-signature"].split())


def test_a_flag_is_told_signed_and_without_content(lab: Lab, settings: Any) -> None:
    with receiver() as there:
        _, secret = made(lab, there.url, settings)
        flag = flagged(lab, message="Secret words of a reviewer")
        [told] = go(lab)
        [got] = there.got
    assert (told.state, told.status, told.attempts) == ("delivered", 200, 1)
    assert got.path == "/told?by=atrium"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-id"] == f"msg_{told.pk.hex}"
    assert abs(int(got.headers["webhook-timestamp"]) - timezone.now().timestamp()) < 300
    assert verified(got, secret)
    assert not verified(Received(got.path, got.headers, got.body + b" "), secret)
    body = json.loads(got.body)
    assert (body["type"], body["data"]["thread"]) == ("flag.created", str(flag.thread_id))
    assert body["data"]["url"].endswith(f"/inbox/{flag.thread_id}/")
    assert b"Secret words" not in got.body


def test_each_event_goes_to_who_asked_for_it(lab: Lab, other_lab: Lab, settings: Any) -> None:
    made(lab, "http://here:1/", settings, "message.created", "thread.resolved")
    flag = flagged(lab)
    flagged(other_lab)
    write_message(lab.alice, flag.thread_id, body="Thank you")
    write_message(lab.alice, flag.thread_id, body="Among us", internal=True)
    set_status(lab.alice, flag.thread_id, "resolved", version_id=lab.version.pk)
    told = log(lab)
    assert [each.event for each in told] == ["message.created", "message.created", "thread.resolved"]
    assert [each.body["data"].get("internal") for each in told] == [False, True, None]
    assert told[2].body["data"]["version"] == str(lab.version.pk)
    assert log(other_lab) == []
    with team_context(lab.alice):
        [queue] = set(ProcrastinateJob.objects.filter(args__delivery_id=str(told[0].pk)).values_list("queue_name"))
    assert queue == ("webhooks",)


def test_many_cases_that_are_changed_together_are_told_one_by_one(lab: Lab, other_lab: Lab, settings: Any) -> None:
    made(lab, "http://here:1/", settings, "thread.resolved")
    made(other_lab, "http://here:1/", settings, "thread.resolved")
    flags = [flagged(lab) for _ in range(3)]
    change_cases(lab.alice, lab.project.pk, [flag.thread_id for flag in flags], act="resolve")
    assert sorted(each.body["data"]["thread"] for each in log(lab)) == sorted(str(flag.thread_id) for flag in flags)
    assert log(other_lab) == []


def test_one_that_fails_is_tried_again_for_a_day_and_then_given_up(lab: Lab, settings: Any) -> None:
    with receiver() as there:
        there.status = 503
        made(lab, there.url, settings)
        flagged(lab)
        [told] = go(lab)
        assert (told.state, told.attempts, told.problem) == ("pending", 1, "It answered 503.")
        assert told.next_at is not None
        assert timedelta(0) < told.next_at - timezone.now() <= WAITS[0]
        for _ in WAITS:
            [told] = go(lab)
        assert (told.state, told.attempts) == ("failed", len(WAITS) + 1)
        assert len({got.headers["webhook-id"] for got in there.got}) == 1
        there.status = 204
        redeliver(lab.alice, told.pk)
        [told] = go(lab)
        assert (told.state, told.status) == ("delivered", 204)
        assert there.got[-1].headers["webhook-id"] == there.got[0].headers["webhook-id"]
    assert timedelta(hours=20) < sum(WAITS, timedelta()) < timedelta(hours=26)


def test_after_long_failure_it_is_switched_off_and_the_admins_are_told(lab: Lab, settings: Any, mails: Path) -> None:
    with receiver() as there:
        there.status = 500
        hook, _ = made(lab, there.url, settings)
        flagged(lab)
        with team_context(lab.alice):
            Delivery.objects.update(attempts=len(WAITS))
            Webhook.objects.update(failing_since=timezone.now() - OFF_AFTER - timedelta(hours=1))
        go(lab)
        with team_context(lab.alice):
            hook.refresh_from_db()
            assert (hook.is_on, hook.off_because) == (False, "It answered 500.")
            assert Event.objects.filter(what="webhook.switched_off").exists()
        flagged(lab)
        assert len(log(lab)) == 1
        mail_off(str(lab.team.pk), str(hook.pk))
        [text] = Mailbox(mails, User.objects.get(pk=lab.alice.user_id).email).bodies()
        assert "It answered 500." in text
        change_webhook(lab.alice, hook.pk, is_on=True)
        there.status = 200
        redeliver(lab.alice, log(lab)[0].pk)
        assert go(lab)[0].state == "delivered"


def drips(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not over.wait(0.05):
        connection.sendall(b"a")


def silent(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def endless_head(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not over.is_set():
        connection.sendall(b"X-Large: " + b"a" * 60_000 + b"\r\n")


def no_http(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (drips, "did not answer within"),
        (silent, "did not answer within"),
        (endless_head, "no HTTP"),
        (no_http, "no HTTP"),
    ],
)
def test_a_hostile_receiver_is_cut_off(
    act: Callable[[socket.socket, threading.Event], None], says: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SECONDS", 1.0)
    with hostile(act) as url:
        settings.WEBHOOK_PRIVATE_HOSTS = [parse_host(url)]
        told = sending.post(parse(url), b"{}", {})
    assert told.status is None
    assert says in told.problem


def test_a_connection_that_was_made_too_late_is_not_used(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who takes all the time for the connection could drip afterwards, with nobody left to cut it off."""

    class AtOnce:
        def __init__(self, seconds: float, act: Callable[[], None]) -> None:
            self.start, self.cancel = act, lambda: None

    monkeypatch.setattr("apps.webhooks.sending.threading.Timer", AtOnce)
    with receiver() as there:
        settings.WEBHOOK_PRIVATE_HOSTS = [parse_host(there.url)]
        told = sending.post(parse(there.url), b"{}", {})
        assert ("did not answer within" in told.problem, there.got) == (True, [])


def huge(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    while not over.is_set():
        connection.sendall(bytes(1 << 16))


def test_of_a_huge_answer_the_body_is_not_read(settings: Any) -> None:
    with hostile(huge) as url:
        settings.WEBHOOK_PRIVATE_HOSTS = [parse_host(url)]
        told = sending.post(parse(url), b"{}", {})
    assert (told.status, told.problem) == (200, "")


def test_a_redirect_is_not_followed(settings: Any) -> None:
    with receiver() as elsewhere, receiver() as there:
        there.status, there.location = 307, elsewhere.url
        settings.WEBHOOK_PRIVATE_HOSTS = [parse_host(there.url), parse_host(elsewhere.url)]
        told = sending.post(parse(there.url), b"{}", {})
        assert (told.status, len(elsewhere.got)) == (307, 0)
    assert "redirects are not followed" in told.problem


def test_a_name_that_leads_elsewhere_a_moment_later_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked up once, and the connection is made to what was judged."""
    asked, reached = [], []

    def changing(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", ("1.1.1.1" if len(asked) == 1 else "127.0.0.1", port))]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    monkeypatch.setattr(socket, "create_connection", connect)
    told = sending.post(parse("https://rebinding.example/"), b"{}", {})
    assert (asked, reached) == (["rebinding.example"], [("1.1.1.1", 443)])
    assert "could not be reached" in told.problem
    again = sending.post(parse("https://rebinding.example/"), b"{}", {})
    assert reached == [("1.1.1.1", 443)]
    assert "not of the public Internet" in again.problem


def test_the_look_up_of_a_name_has_its_end_too(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def never(*_: Any, **__: Any) -> list[Any]:
        over.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(sending, "SECONDS", 0.2)
    try:
        told = sending.post(parse("https://slow.example/"), b"{}", {})
    finally:
        over.set()
    assert (told.status, "was not looked up within" in told.problem) == (None, True)


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import ssl

    seen = []

    def wrapped(self: ssl.SSLContext, plain: socket.socket, server_hostname: str) -> ssl.SSLSocket:
        seen.append((self.verify_mode, self.check_hostname, server_hostname))
        error = ssl.SSLCertVerificationError("refused")
        error.verify_message = "self-signed certificate"
        raise error

    with receiver() as there:
        settings.WEBHOOK_PRIVATE_HOSTS = [parse_host(there.url)]
        monkeypatch.setattr(ssl.SSLContext, "wrap_socket", wrapped)
        told = sending.post(parse(there.url.replace("http:", "https:")), b"{}", {})
    assert seen == [(ssl.CERT_REQUIRED, True, "localhost")]
    assert "self-signed certificate" in told.problem


def test_one_telling_of_a_webhook_at_a_time(lab: Lab, settings: Any) -> None:
    with receiver() as there:
        made(lab, there.url, settings)
        flagged(lab)
        with team_context(lab.alice):
            Webhook.objects.update(busy_until=timezone.now() + timedelta(minutes=1))
        [told] = go(lab)
        assert (told.state, told.attempts, told.next_at, len(there.got)) == ("pending", 0, None, 0)
        with team_context(lab.alice):
            Webhook.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
        assert go(lab)[0].state == "delivered"


def test_slow_receivers_of_one_team_keep_places_free_for_others(lab: Lab, other_lab: Lab, settings: Any) -> None:
    """More of them than the team has places; what finds none leaves the queue, and goes on when another has ended."""
    asked, answer = threading.Semaphore(0), threading.Event()

    def slow(connection: socket.socket, over: threading.Event) -> None:
        asked.release()
        answer.wait()
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    def chores_of(told: Delivery) -> int:
        return ProcrastinateJob.objects.filter(args__delivery_id=str(told.pk)).count()

    with hostile(slow) as url, receiver() as there:
        made(other_lab, there.url, settings)
        for _ in range(PLACES + 1):
            made(lab, url, settings)
        settings.WEBHOOK_PRIVATE_HOSTS = [parse_host(url), parse_host(there.url)]
        flagged(lab)
        flagged(other_lab)
        *first, last = log(lab)
        with Threads(PLACES) as threads:
            under_way = [threads.submit(deliver, lab.team.pk, told.pk) for told in first]
            try:
                assert all(asked.acquire(timeout=30) for _ in first)
                deliver(lab.team.pk, last.pk)
                waits = log(lab)[-1]
                assert (waits.state, waits.next_at, waits.attempts, chores_of(last)) == ("pending", None, 0, 1)
                assert [told.state for told in go(other_lab)] == ["delivered"]
            finally:
                answer.set()
            for each in under_way:
                each.result(30)
        waits = log(lab)[-1]
        assert (waits.next_at is not None, chores_of(last)) == (True, 2)
        assert [told.state for told in go(lab)] == ["delivered"] * (PLACES + 1)


def test_one_whose_webhook_is_off_lets_the_next_of_its_team_go_on(lab: Lab, settings: Any) -> None:
    first, _ = made(lab, URL, settings)
    made(lab, URL, settings)
    flagged(lab)
    with team_context(lab.alice):
        Delivery.objects.update(next_at=None)
        Webhook.objects.filter(pk=first.pk).update(is_on=False)
        over, waits = Delivery.objects.order_by("hook_id")
    deliver(lab.team.pk, over.pk)
    over, waits = sorted(log(lab), key=lambda told: told.hook_id)
    assert (over.state, waits.state, waits.next_at is not None) == ("failed", "pending", True)


def test_a_new_secret_signs_and_for_a_day_the_one_before(lab: Lab, settings: Any) -> None:
    with receiver() as there:
        hook, before = made(lab, there.url, settings)
        _, after = rotate_secret(lab.alice, hook.pk)
        send_test(lab.alice, hook.pk)
        go(lab)
        assert verified(there.got[-1], before)
        assert verified(there.got[-1], after)
        with team_context(lab.alice):
            Webhook.objects.update(earlier_until=timezone.now())
        send_test(lab.alice, hook.pk)
        go(lab)
        assert not verified(there.got[-1], before)
        assert verified(there.got[-1], after)
        with team_context(lab.alice):
            hook.refresh_from_db()
            assert after not in hook.secret
            assert b64decode(after.removeprefix("whsec_")) not in hook.secret.encode()


def test_a_telling_whose_chore_was_killed_is_put_off_anew(lab: Lab, settings: Any) -> None:
    made(lab, "http://here:1/", settings)
    flagged(lab)
    [told] = log(lab)
    with team_context(lab.alice):
        Delivery.objects.update(next_at=timezone.now() - timedelta(hours=1))
        rescue_team()
    jobs = ProcrastinateJob.objects.filter(args__delivery_id=str(told.pk))
    assert jobs.count() == 2
    with team_context(lab.alice):
        Delivery.objects.update(next_at=None)
        rescue_team()
    assert jobs.count() == 3


def test_admins_alone(lab: Lab, other_lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    hook, _ = create_webhook(lab.alice, lab.project.pk, url=URL, events=["flag.created"])
    for act in (
        lambda: create_webhook(bob, lab.project.pk, url=URL, events=["flag.created"]),
        lambda: change_webhook(bob, hook.pk, note="x"),
        lambda: rotate_secret(bob, hook.pk),
        lambda: send_test(bob, hook.pk),
        lambda: delete_webhook(bob, hook.pk),
    ):
        with pytest.raises(NotPermitted):
            act()
    with pytest.raises(NotFound):
        change_webhook(other_lab.alice, hook.pk, note="x")
    delete_webhook(lab.alice, hook.pk)
    with team_context(lab.alice):
        whats = set(Event.objects.filter(subject_id=hook.pk).values_list("what", flat=True))
    assert whats == {"webhook.created", "webhook.deleted"}


def test_what_is_no_webhook(lab: Lab) -> None:
    for url, events, note in (
        (URL, [], ""),
        (URL, ["flag.burnt"], ""),
        (URL, ["flag.created"], "x" * 81),
        ("http://example.org/", ["flag.created"], ""),
        ("https://example.org:25/", ["flag.created"], ""),
    ):
        with pytest.raises(Invalid):
            create_webhook(lab.alice, lab.project.pk, url=url, events=events, note=note)
    for _ in range(MOST):
        create_webhook(lab.alice, lab.project.pk, url=URL, events=["flag.created"])
    with pytest.raises(Invalid):
        create_webhook(lab.alice, lab.project.pk, url=URL, events=["flag.created"])
