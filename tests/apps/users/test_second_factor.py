"""A second factor: set up, asked for at log-in, replaced and switched off, and not to be guessed."""

import re
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from apps.users.second_factor import WRONG_CODES
from tests.apps.users.accounts import code_now, confirmed, events_of, kinds_of, logged_in, user_of, with_app
from tests.browsing import signed_in, text_of
from tests.mails import deliver
from tests.people import new_person

TOTP, CODES, WEBAUTHN = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES, Authenticator.Type.WEBAUTHN


def test_an_app_is_set_up_and_the_recovery_codes_are_shown_once(mails: Path) -> None:
    alice = new_person("Alice")
    client = confirmed(logged_in(alice))
    page = text_of(client.get("/accounts/2fa/totp/activate/"))
    secret = re.search(r'id="authenticator_secret">(\w+)<', page)
    assert secret
    assert "data:image/svg+xml" in page
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "not a code"})
    assert wrong.status_code == 200
    assert not kinds_of(alice)
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret[1])})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    assert kinds_of(alice) == {TOTP, CODES}
    shown = text_of(client.get(done["Location"]))
    codes = Authenticator.objects.get(user_id=alice.user_id, type=CODES).wrap().get_unused_codes()
    assert len(codes) == 10
    assert all(code in shown for code in codes)
    assert 'download="atrium-recovery-codes.txt"' in shown
    again = text_of(client.get(done["Location"]))
    assert not any(code in again for code in codes)
    assert client.get("/accounts/2fa/recovery-codes/download/").status_code == 403
    assert "Authenticator app set up" in text_of(client.get("/account/"))
    assert {"added_authenticator", "added_recovery_codes"} <= set(events_of(alice))
    deliver()
    assert "Authenticator app set up" in "".join(file.read_text() for file in mails.glob("*.log"))


def test_a_log_in_asks_for_the_code_and_a_used_one_is_refused() -> None:
    alice = new_person("Alice")
    with_app(alice)
    client = logged_in(alice)
    assert client.get("/t/").status_code == 302
    assert client.get("/accounts/2fa/authenticate/").status_code == 200
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "x"})
    assert wrong.status_code == 200
    assert "not right" in text_of(wrong)
    assert client.get("/t/").status_code == 302
    code = code_now()
    assert client.post("/accounts/2fa/authenticate/", {"code": code})["Location"] == "/"
    assert client.get("/t/").status_code == 200
    assert events_of(alice)[-2:] == ["refused_code", "signed_in"]
    other = logged_in(alice)
    assert "not right" in text_of(other.post("/accounts/2fa/authenticate/", {"code": code}))
    assert Client().get("/accounts/2fa/authenticate/").status_code == 302


def test_a_recovery_code_works_once() -> None:
    alice = new_person("Alice")
    code, other = with_app(alice)[:2]
    assert logged_in(alice).post("/accounts/2fa/authenticate/", {"code": code})["Location"] == "/"
    client = logged_in(alice)
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert client.post("/accounts/2fa/authenticate/", {"code": other})["Location"] == "/"
    assert "8 left" in text_of(client.get("/accounts/2fa/"))


@pytest.mark.parametrize("what", ["totp/activate/", "totp/deactivate/", "recovery-codes/generate/", "webauthn/add/"])
def test_what_changes_the_factors_asks_for_the_password_again(what: str) -> None:
    alice = new_person("Alice")
    if what != "totp/activate/":
        with_app(alice)
    before = kinds_of(alice)
    client = signed_in(alice)
    for answer in (client.get(f"/accounts/2fa/{what}"), client.post(f"/accounts/2fa/{what}")):
        assert answer.status_code == 302
        assert "reauthenticate" in answer["Location"]
    assert kinds_of(alice) == before
    assert confirmed(client).get(f"/accounts/2fa/{what}").status_code == 200
    assert Client().get(f"/accounts/2fa/{what}").status_code == 302


def test_recovery_codes_are_replaced_and_the_app_is_switched_off() -> None:
    alice = new_person("Alice")
    old = with_app(alice)
    client = confirmed(signed_in(alice))
    made = client.post("/accounts/2fa/recovery-codes/generate/")
    new = Authenticator.objects.get(user_id=alice.user_id, type=CODES).wrap().get_unused_codes()
    assert not set(old) & set(new)
    assert new[0] in text_of(client.get(made["Location"]))
    assert logged_in(alice).post("/accounts/2fa/authenticate/", {"code": old[0]}).status_code == 200
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert kinds_of(alice) == set()
    assert events_of(alice)[-2:] == ["removed_authenticator", "removed_recovery_codes"]
    assert logged_in(alice).get("/t/").status_code == 200


@pytest.mark.usefixtures("one_window")
@pytest.mark.usefixtures("one_window")
class TestGuessing:
    def wrong(self, client: Client, where: str = "127.0.0.1") -> int:
        answer = client.post("/accounts/2fa/authenticate/", {"code": "no"}, REMOTE_ADDR=where)
        if answer.status_code == 429:
            assert int(answer["Retry-After"]) > 0
        return answer.status_code

    def test_meets_a_wall_in_a_new_log_in_too(self) -> None:
        alice = new_person("Alice")
        recovery = with_app(alice)
        client = logged_in(alice)
        answers = [self.wrong(client) for _ in range(60)]
        assert answers == [200] * WRONG_CODES + [429] * (60 - WRONG_CODES)
        again = logged_in(alice)
        assert again.post("/accounts/2fa/authenticate/", {"code": recovery[0]}).status_code == 429

    def test_does_not_keep_the_person_out_elsewhere_nor_anybody_else(self) -> None:
        alice, bob = new_person("Alice"), new_person("Bob")
        recovery, others = with_app(alice), with_app(bob)
        thief = logged_in(alice)
        assert 429 in [self.wrong(thief, "192.0.2.7") for _ in range(WRONG_CODES + 1)]
        assert logged_in(alice).post("/accounts/2fa/authenticate/", {"code": recovery[0]}).status_code == 302
        assert logged_in(bob).post("/accounts/2fa/authenticate/", {"code": others[0]}).status_code == 302

    def test_is_no_faster_from_many_addresses(self) -> None:
        alice = new_person("Alice")
        with_app(alice)
        client = logged_in(alice)
        answers = [self.wrong(client, f"192.0.2.{number}") for number in range(70)]
        assert answers == [200] * 60 + [429] * 10

    def test_is_counted_where_the_account_is_changed_as_well(self) -> None:
        alice = new_person("Alice")
        recovery = with_app(alice)
        client = signed_in(alice)
        url = "/accounts/2fa/reauthenticate/"
        answers = [client.post(url, {"code": "no"}).status_code for _ in range(WRONG_CODES + 2)]
        assert answers[-1] == 429
        assert client.post(url, {"code": recovery[0]}).status_code == 429


def test_passwords_asked_for_again_and_forgotten_ones_meet_a_wall_too(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    still = SimpleNamespace(time=lambda: now, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr("allauth.core.internal.ratelimit.time", still)
    alice = new_person("Alice")
    client = signed_in(alice)
    asked = [client.post("/accounts/reauthenticate/", {"password": "no"}) for _ in range(12)]
    assert [answer.status_code for answer in asked] == [200] * 10 + [429] * 2
    email = user_of(alice).email
    forgotten = [Client().post("/accounts/password/reset/", {"email": email}) for _ in range(5)]
    assert [answer.status_code for answer in forgotten] == [302] * 3 + [429] * 2
    for answer in (asked[-1], forgotten[-1]):
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 0


def test_nobody_sees_or_touches_anothers_factors() -> None:
    alice, eve = new_person("Alice"), new_person("Eve")
    with_app(alice)
    key = Authenticator.objects.create(user=user_of(alice), type=WEBAUTHN, data={"name": "Key", "credential": {}})
    client = confirmed(signed_in(eve))
    assert client.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/").status_code == 404
    assert client.post(f"/accounts/2fa/webauthn/keys/{key.pk}/edit/", {"name": "Mine"}).status_code == 404
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 404
    assert kinds_of(alice) == {TOTP, CODES, WEBAUTHN}
