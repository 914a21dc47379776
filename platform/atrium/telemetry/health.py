"""`/health/`: 200 when the database and the message service answer, else 503 with what is away."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from redis import Redis
from redis.exceptions import RedisError

from django.conf import settings


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "away"
    return "ok"


def _messages() -> str:
    try:
        Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1).ping()
    except RedisError:
        return "away"
    return "ok"


def health(request: HttpRequest) -> JsonResponse:
    parts = {"database": _database(), "messages": _messages()}
    return JsonResponse(parts, status=200 if set(parts.values()) == {"ok"} else 503)
