"""Seeds of second factors: nowhere readable at rest, and readable still when the keys change."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from apps.users import seeds
from apps.users.chores import sweep
from atrium.access.principals import Person
from tests.apps.users.accounts import SECRET, code_now, confirmed, logged_in, user_of, with_app
from tests.browsing import text_of
from tests.people import new_person

TOTP, CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES


def at_rest(person: Person) -> str:
    """All that the table of factors holds of somebody, as its text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(a::text, ' ') FROM mfa_authenticator a WHERE user_id = %s", [person.user_id])
        return str(cursor.fetchone()[0])


def stored(person: Person, kind: str, field: str) -> str:
    return str(Authenticator.objects.get(user_id=person.user_id, type=kind).data[field])


def enters(person: Person, code: str) -> bool:
    answer = logged_in(person).post("/accounts/2fa/authenticate/", {"code": code})
    return answer.status_code == 302


def set_up(person: Person) -> tuple[str, list[str]]:
    """An app, as its owner sets it up on the page: its seed, and the recovery codes."""
    client = confirmed(logged_in(person))
    page = text_of(client.get("/accounts/2fa/totp/activate/"))
    seed = page.split('id="authenticator_secret">')[1].split("<")[0]
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_now(seed)})
    text_of(client.get(done["Location"]))
    session = Session.objects.get(session_key=client.session.session_key).get_decoded()
    assert seed not in str(session)
    return seed, list(Authenticator.objects.get(user_id=person.user_id, type=CODES).wrap().get_unused_codes())


def test_no_seed_and_no_code_stands_in_the_table() -> None:
    alice = new_person("Alice")
    seed, codes = set_up(alice)
    held = at_rest(alice)
    assert len(seed) == 32
    assert len(codes) == 10
    assert seed not in held
    assert not [code for code in codes if code in held]
    assert stored(alice, TOTP, "secret").startswith(seeds.ENCRYPTED)
    assert stored(alice, CODES, "seed").startswith(seeds.ENCRYPTED)
    assert seeds.decrypt(stored(alice, TOTP, "secret")) == seed
    assert enters(alice, codes[0])
    assert not enters(alice, codes[0])


def test_one_stored_before_works_and_is_encrypted_by_the_next_sweep() -> None:
    alice, bob = new_person("Alice"), new_person("Bob")
    user = user_of(alice)
    Authenticator.objects.create(user=user, type=TOTP, data={"secret": SECRET})
    Authenticator.objects.create(user=user, type=CODES, data={"seed": "ab" * 40, "used_mask": 1})
    with_app(bob)
    bobs = at_rest(bob)
    codes = Authenticator.objects.get(user=user, type=CODES).wrap().get_unused_codes()
    assert len(codes) == 9
    assert enters(alice, codes[0])
    sweep(0)
    assert SECRET not in at_rest(alice)
    assert "ab" * 40 not in at_rest(alice)
    assert at_rest(bob) == bobs, "what the first key encrypted already is left alone"
    assert Authenticator.objects.get(user=user, type=CODES).wrap().get_unused_codes() == codes[1:]
    assert enters(alice, code_now())


@pytest.fixture
def other_keys(settings: Any) -> Iterator[Any]:
    """Settings whose keys a test changes; what it encrypted with them goes with it, since nobody could read it."""
    known = set(Authenticator.objects.values_list("pk", flat=True))
    yield settings
    Authenticator.objects.exclude(pk__in=known).delete()


def test_another_key_takes_over_and_the_old_one_can_go(other_keys: Any) -> None:
    alice = new_person("Alice")
    other_keys.ENCRYPTION_KEYS = ["old"]
    codes = with_app(alice)
    before = stored(alice, TOTP, "secret")
    other_keys.ENCRYPTION_KEYS = ["new", "old"]
    assert enters(alice, codes[0])
    sweep(0)
    other_keys.ENCRYPTION_KEYS = ["new"]
    assert stored(alice, TOTP, "secret") != before
    assert enters(alice, codes[1])
    other_keys.ENCRYPTION_KEYS = ["old"]
    with pytest.raises(seeds.Unreadable, match="ENCRYPTION_KEYS"):
        seeds.decrypt(stored(alice, TOTP, "secret"))


def test_one_whose_key_is_lost_stays_and_lets_nobody_in(other_keys: Any) -> None:
    alice = new_person("Alice")
    other_keys.ENCRYPTION_KEYS = ["lost"]
    codes = with_app(alice)
    before = at_rest(alice)
    other_keys.ENCRYPTION_KEYS = ["another"]
    seeds.renew()
    assert at_rest(alice) == before
    client = logged_in(alice, Client(raise_request_exception=False))
    assert client.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 500
    other_keys.ENCRYPTION_KEYS = ["another", "lost"]
    assert enters(alice, codes[0])
