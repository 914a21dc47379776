"""`/health/`: 200 when the database and the message service answer, else 503 with what is away."""

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from redis import Redis
from redis.exceptions import RedisError


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "away"
    return "ok"


def _messages() -> str:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as service:
            service.ping()
    except RedisError:
        return "away"
    return "ok"


def health(request: HttpRequest) -> JsonResponse:
    parts = {"database": _database(), "messages": _messages()}
    return JsonResponse(parts, status=200 if set(parts.values()) == {"ok"} else 503)
