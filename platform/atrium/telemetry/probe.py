"""What a container's health check asks: `python -m atrium.telemetry.probe /health/live`, or a channel's name.

A path is asked of the web process in this container (exit code 0 for 200); the name of a channel, of Valkey: whether
somebody listens there. Needs neither Django nor the database.
"""

import os
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

from redis import Redis

SECONDS = 4


def answers(path: str) -> bool:
    """Whether web says 200, asked under the name that people use."""
    connection = HTTPConnection("127.0.0.1", int(os.environ["UVICORN_PORT"]), timeout=SECONDS)
    connection.request("GET", path, headers={"Host": urlsplit(os.environ["ATRIUM_URL"]).netloc})
    return connection.getresponse().status == 200


def is_heard(channel: str) -> bool:
    """Whether some process listens on a channel of this name, or one that a longer name begins with."""
    with Redis.from_url(os.environ["REDIS_URL"], socket_timeout=SECONDS) as service:
        return any(channel.encode() in name for name in service.pubsub_channels())


if __name__ == "__main__":
    question = sys.argv[1]
    sys.exit(not (answers(question) if question.startswith("/") else is_heard(question)))
