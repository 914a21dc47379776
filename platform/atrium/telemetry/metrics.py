"""What Prometheus may read at `/metrics`: counts and times, in whose labels no team, person or model ever stands.

Counted here, in the web process: requests, open sockets, refused inputs. What other processes do is read from the
database when it is asked for; an app says how by `also`. Several processes of one web server add up their counts in
the folder PROMETHEUS_MULTIPROC_DIR.
"""

import os
from collections.abc import Callable, Iterable
from hmac import compare_digest
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0)

REQUESTS = Counter("atrium_requests", "Answered requests.", ["route", "status"])
SECONDS = Histogram("atrium_request_seconds", "From a request's arrival to its answer.", ["route"], buckets=BUCKETS)
SOCKETS = Gauge("atrium_sockets", "Open sockets.", ["kind"], multiprocess_mode="livesum")
REFUSED_INPUTS = Counter("atrium_inputs_refused", "Files that the inputs process refused.", ["code"])

Collect = Callable[[], Iterable[Metric]]
_also: list[Collect] = []


class _FromDatabase:
    """A collector of prometheus_client."""

    def collect(self) -> Iterable[Metric]:
        for collect in _also:
            yield from collect()


def also(collect: Collect) -> None:
    """Have what this returns told as well, whenever somebody asks."""
    _also.append(collect)


def count_request(request: HttpRequest, status: int, seconds: float) -> None:
    """Once for each answer. The route is a pattern of ours, never what was asked for."""
    match = request.resolver_match
    route = getattr(request, "route", "") or (f"/{match.route}" if match and match.route else "/" if match else "none")
    REQUESTS.labels(route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For who holds METRICS_TOKEN; to everybody else there is no such page."""
    given = request.headers.get("Authorization", "").encode()
    if not settings.METRICS_TOKEN or not compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(_FromDatabase())
    own = _of_all_processes() if FOLDER in os.environ else REGISTRY
    return HttpResponse(generate_latest(own) + generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _of_all_processes() -> CollectorRegistry:
    folder = Path(os.environ[FOLDER])
    for file in folder.glob("gauge_live*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not Path(f"/proc/{pid}").exists():  # its sockets went with it
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
