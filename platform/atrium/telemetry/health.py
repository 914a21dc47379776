"""Whether this process lives, and whether it can serve.

`/health/ready`, also `/health/`: 200 when everything that a page or a prediction needs answers, else 503 with what is
away: for a load balancer. `/health/live`: 200 as long as this process answers at all: for what restarts it, which
would help nobody while only a service is away.
"""

import socket
from urllib.error import HTTPError
from urllib.request import urlopen

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from redis import Redis
from redis.exceptions import RedisError

from . import watch


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _messages() -> bool:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as service:
            service.ping()
    except RedisError:
        return False
    return True


def _store() -> bool:
    try:
        urlopen(settings.S3_URL, timeout=1).close()  # noqa: S310 (an address of ours)
    except HTTPError as answer:
        return answer.code < 500  # a refusal, for want of a signature
    except OSError:
        return False
    return True


def _inputs() -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(settings.INPUTS_SOCKET)
            probe.sendall(bytes(4))
            return len(probe.recv(4)) > 0
        except OSError:
            return False


QUESTIONS = {"database": _database, "messages": _messages, "store": _store, "inputs": _inputs}


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Asks nobody."""
    return JsonResponse({"web": "ok"})


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """What the watch knows; where nobody watches, what each answers now."""
    parts = watch.states() or {name: "ok" if answers() else "away" for name, answers in QUESTIONS.items()}
    return JsonResponse(parts, status=200 if set(parts.values()) == {"ok"} else 503)
