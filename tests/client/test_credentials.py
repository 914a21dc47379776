"""Where the address and the token come from."""

import stat

import pytest

from atrium_client import Atrium, Invalid, NotPermitted
from atrium_client.credentials import Credentials, find, forget, load, path, store


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATRIUM_URL", "https://atrium.example/")
    monkeypatch.setenv("ATRIUM_TOKEN", "atr_env\n")
    assert find() == Credentials("https://atrium.example", "atr_env")


def test_what_is_given_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATRIUM_URL", "https://atrium.example")
    monkeypatch.setenv("ATRIUM_TOKEN", "atr_env")
    assert find("http://localhost:8000", "atr_given") == Credentials("http://localhost:8000", "atr_given")


def test_a_login_is_kept_for_its_owner_alone() -> None:
    store(Credentials("https://atrium.example", "atr_stored"))
    assert stat.S_IMODE(path().stat().st_mode) == 0o600
    assert find() == Credentials("https://atrium.example", "atr_stored")
    store(Credentials("https://other.example", "atr_other"))
    assert find().token == "atr_other"
    assert stat.S_IMODE(path().stat().st_mode) == 0o600


def test_a_stored_token_goes_to_no_other_address(monkeypatch: pytest.MonkeyPatch) -> None:
    store(Credentials("https://atrium.example", "atr_stored"))
    assert find("https://atrium.example/").token == "atr_stored"
    monkeypatch.setenv("ATRIUM_URL", "https://evil.example")
    with pytest.raises(NotPermitted, match=r"No token for https://evil\.example"):
        find()


def test_without_any_the_way_is_told() -> None:
    with pytest.raises(NotPermitted, match="Run `atrium login`"):
        Atrium()


def test_an_address_is_http() -> None:
    with pytest.raises(Invalid, match="starts with http"):
        Atrium("ftp://atrium.example", "atr_x")


def test_an_address_copied_from_a_page_is_that_of_its_server() -> None:
    assert find(" https://atrium.example/t/lab/films/inbox/?show=open ", "atr_x").url == "https://atrium.example"


@pytest.mark.parametrize("token", ["atr_…", "atr_a b", "“atr_x”"])
def test_what_is_no_token_is_told_before_anything_is_sent(token: str) -> None:
    with pytest.raises(Invalid, match="is not a whole token") as caught:
        Atrium("https://atrium.example", token)
    assert token not in str(caught.value)


def test_a_damaged_file_is_no_login() -> None:
    store(Credentials("https://atrium.example", "atr_stored"))
    path().write_text("{")
    assert load() is None
    assert forget()
    assert not forget()


def test_the_token_is_in_no_repr() -> None:
    assert "atr_x" not in repr(Credentials("https://atrium.example", "atr_x"))
