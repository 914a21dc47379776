"""One connection to an Atrium server: authorisation, retries, problem documents, the version check."""

import json
import logging
import random
import time
import uuid
import warnings
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from ._version import __version__
from .credentials import Credentials
from .errors import AtriumError, Invalid, Unavailable, from_problem

_LOG = logging.getLogger("atrium_client")  # without a handler, Python writes its warnings to stderr

ATTEMPTS = 6
LONGEST_PAUSE = 30.0
_RETRIED = frozenset({429, 502, 503, 504})
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Connection:
    """Sends requests under /api/v1/ and gives back JSON, or raises an AtriumError.

    Connection errors, 502, 503, 504 and 429 with Retry-After are tried again with a growing pause; every POST carries
    an Idempotency-Key, so that what it creates is made once. pause: called with the seconds to wait. attempts:
    how often a request is sent at most.
    """

    def __init__(
        self, credentials: Credentials, *, pause: Callable[[float], object] = time.sleep, attempts: int = ATTEMPTS
    ) -> None:
        self._credentials, self._attempts = credentials, attempts
        self.url = credentials.url
        self.authorization = f"Bearer {credentials.token}"
        self.pause = pause
        self._client = httpx.Client(
            base_url=f"{credentials.url}/api/v1/",
            headers={
                "Authorization": self.authorization,
                "Accept": "application/json",
                "User-Agent": f"atrium-client/{__version__}",
            },
            timeout=httpx.Timeout(60.0, connect=10.0),
            trust_env=not is_loopback(credentials.url),
        )
        weakref.finalize(self, self._client.close)
        self._warned = False

    def impatient(self) -> "Connection":
        """Another to the same server with the same token, which says at once that nobody answers."""
        return Connection(self._credentials, pause=self.pause, attempts=1)

    def get(self, path: str, *, action: str, **parameters: Any) -> Any:
        given = {name: value for name, value in parameters.items() if value is not None}
        return self.request("GET", path, action=action, params=given).json()

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, action: str) -> Any:
        return self._sent("POST", path, body or {}, action)

    def patch(self, path: str, body: Mapping[str, Any], *, action: str) -> Any:
        return self._sent("PATCH", path, body, action)

    def delete(self, path: str, *, action: str) -> None:
        self.request("DELETE", path, action=action)

    def _sent(self, method: str, path: str, body: Mapping[str, Any], action: str) -> Any:
        headers = {"Content-Type": "application/json"}
        return self.request(method, path, action=action, content=as_json(dict(body)), headers=headers).json()

    def pages(self, path: str, *, action: str, **parameters: Any) -> Iterator[Any]:
        """Every item of a list, page after page."""
        page = self.get(path, action=action, **parameters)
        while True:
            yield from page["results"]
            following = page.get("next")
            if not following:
                return
            page = self.request("GET", self._own(following), action=action).json()

    def request(
        self, method: str, path: str, *, action: str, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """One request with its retries. action: what it does, for the message of an error (`create the link`)."""
        sent = dict(headers or {})
        if method == "POST":
            sent.setdefault("Idempotency-Key", str(uuid.uuid4()))
        response = self.with_retries(lambda: self._client.request(method, path, headers=sent, **options), action=action)
        self._check_version(response)
        if response.has_redirect_location:
            raise self._moved(response, action)
        if not response.is_success:
            raise from_problem(response.status_code, problem_of(response), action)
        return response

    def download(self, url: str, write: Callable[[bytes], object], *, action: str) -> None:
        """Pass the bytes behind a URL to `write`, piece by piece. The token goes to the server itself alone.

        It is asked under the address that the user gave, whatever it calls itself.
        """
        url = url.partition("/api/v1/")[2] or url
        own = self._is_own(url)
        client = self._client if own else outside_client(url)
        try:
            with client.stream("GET", self._own(url) if own else url) as response:
                if not response.is_success:
                    response.read()
                    raise from_problem(response.status_code, problem_of(response), action)
                for piece in response.iter_bytes(1 << 20):
                    write(piece)
        except httpx.HTTPError as error:
            raise unreachable(url, error, action) from error
        finally:
            if client is not self._client:
                client.close()

    def save(self, url: str, path: Path, *, action: str) -> Path:
        """The bytes behind a URL as a file, which is there when it is whole; its folder is made. Its path."""
        path = path.expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.part")
        try:
            with unfinished.open("wb") as stream:
                self.download(url, stream.write, action=action)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return path

    def with_retries(self, send: Callable[[], httpx.Response], *, action: str) -> httpx.Response:
        """Send until it is answered; the last answer, or Unavailable where nothing answers."""
        for attempt in range(self._attempts):
            last = attempt == self._attempts - 1
            try:
                response = send()
            except httpx.TransportError as error:
                if last or _is_for_good(error):
                    raise unreachable(self.url, error, action) from error
                if attempt == 0:
                    _LOG.warning("%s does not answer; trying again for a quarter of a minute …", self.url)
                self.pause(backoff(attempt))
                continue
            if last or response.status_code not in _RETRIED or _is_final(response):
                return response
            self.pause(_retry_after(response) or backoff(attempt))
        raise AssertionError("unreachable")

    def read(self, url: str, *, action: str) -> bytes:
        """The bytes behind a URL."""
        pieces: list[bytes] = []
        self.download(url, pieces.append, action=action)
        return b"".join(pieces)

    def _own(self, url: str) -> str:
        """A URL of this server as a path that keeps to the address the user gave."""
        if not url.startswith(("http://", "https://")):
            return url if not url.startswith("/") else f"{self.url}{url}"
        if not self._is_own(url):
            raise Unavailable(
                f"The server points to another host, {urlsplit(url).netloc}; the token is not sent there."
            )
        return url

    def _moved(self, response: httpx.Response, action: str) -> AtriumError:
        """The token goes nowhere but to the address that was given."""
        there = urlsplit(str(response.url.join(response.headers["Location"])))
        origin = f"{there.scheme}://{there.netloc}"
        if origin == self.url:
            why = f"{self.url} answers with nothing else than a page. Is it the address of Atrium?"
        else:
            why = f"{self.url} answers at {origin}: give that address to Atrium(…), or to `atrium login`."
        return Unavailable(f"Could not {action}: {why}", code="moved")

    def _is_own(self, url: str) -> bool:
        if not url.startswith(("http://", "https://")):
            return True
        own, other = urlsplit(self.url), urlsplit(url)
        return (own.scheme, own.netloc) == (other.scheme, other.netloc)

    def _check_version(self, response: httpx.Response) -> None:
        server = response.headers.get("Atrium-Version", "")
        advice = version_advice(server)
        if advice and not self._warned:
            self._warned = True
            warnings.warn(advice, stacklevel=2)


def outside_client(url: str) -> httpx.Client:
    """A client without any token, for presigned URLs."""
    return httpx.Client(timeout=httpx.Timeout(120.0, connect=10.0), trust_env=not is_loopback(url))


def is_loopback(url: str) -> bool:
    """Whether the address is this machine, which no proxy of the environment reaches."""
    return urlsplit(url).hostname in _LOOPBACK


def version_advice(server: str) -> str:
    """What to upgrade where the server and this client do not fit, else an empty string."""
    theirs, ours = _series(server), _series(__version__)
    if theirs is None or ours is None or theirs == ours:
        return ""
    if theirs > ours:
        return f"The server is Atrium {server}, this client {__version__}: upgrade the client (atrium-client {server})."
    return (
        f"The server is Atrium {server}, older than this client {__version__}: "
        f"ask its operator to upgrade, or install atrium-client {server}."
    )


def backoff(attempt: int) -> float:
    """Seconds to wait after the n-th failure: 0.5, 1, 2 … with jitter, so that clients do not come back together."""
    return min(LONGEST_PAUSE, 0.5 * 2.0**attempt) * random.uniform(0.7, 1.3)  # noqa: S311


def problem_of(response: httpx.Response) -> Mapping[str, Any]:
    """The problem document of an answer, or one made from its status where a proxy answered in another form."""
    try:
        problem = response.json()
    except (ValueError, UnicodeDecodeError):
        problem = None
    if isinstance(problem, dict):
        return problem
    return {"title": f"{response.status_code} {response.reason_phrase}".strip(), "status": response.status_code}


def unreachable(url: str, error: Exception, action: str) -> AtriumError:
    host = urlsplit(url).netloc or url
    if _UNTRUSTED in str(error):
        why = f"the certificate of {host} is not trusted here. Where it is your own, set SSL_CERT_FILE to its CA."
    elif _is_for_good(error):
        why = f"{host} takes no encrypted connection. Where it is meant to, tell its operator; else write http://."
    else:
        kind = type(error).__name__
        why = f"{host} does not answer ({kind}). Check the address and that the server runs, then try again."
    return Unavailable(f"Could not {action}: {why}", code="unreachable")


def _is_for_good(error: Exception) -> bool:
    """Whether another try ends the same: what answers speaks no TLS, or shows a certificate that is not trusted."""
    return "[SSL" in str(error) and any(name in str(error) for name in (_UNTRUSTED, *_NO_TLS))


def _series(version: str) -> tuple[int, ...] | None:
    """What must agree: the major number, and below 1.0 the minor number too."""
    try:
        major, minor = (int(part) for part in version.split(".")[:2])
    except ValueError:
        return None
    return (major,) if major else (major, minor)


def _is_final(response: httpx.Response) -> bool:
    """A 429 that waiting does not cure: a quota, or no word on when to come back."""
    if response.status_code != 429:
        return False
    return "quota" in str(problem_of(response).get("code") or "") or _retry_after(response) is None


def _retry_after(response: httpx.Response) -> float | None:
    try:
        seconds = float(response.headers["Retry-After"])
    except (KeyError, ValueError):
        return None
    return min(max(seconds, 0.05), LONGEST_PAUSE)


def as_json(value: Any) -> str:
    """Compact JSON; NaN and infinity are refused, because the API does. Raises Invalid, for what JSON has not too."""
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise Invalid(f"The value is no JSON: {error}.") from None
