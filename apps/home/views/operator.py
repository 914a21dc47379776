"""Pages of the operators: workers and queues as counts, and, in development, the mail that was sent."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.home.mail import mail_for, mails
from apps.jobs.models import Worker
from apps.jobs.selectors import queues
from atrium.access.views import OperatorView
from atrium.errors import NotFound

FLOORS = {"full": ("good", "Full"), "reduced": ("warn", "Reduced"), "none": ("bad", "None")}


class PoolView(OperatorView):
    """Counts only: an operator sees how much waits and for how long, never what."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        workers = list(Worker.objects.order_by("pool", "name"))
        healthy = [worker for worker in workers if worker.state == "healthy"]
        waiting = queues(self.person)
        context = {
            "workers": [(worker, FLOORS.get(worker.floor, ("", worker.floor))) for worker in workers],
            "healthy": len(healthy),
            "places": sum(worker.places for worker in healthy),
            "queues": waiting,
            "queued": sum(queue.queued for queue in waiting),
            "running": sum(queue.running for queue in waiting),
            "oldest": max((queue.oldest_seconds for queue in waiting), default=0.0),
            "development": settings.DEVELOPMENT,
            "here": "pool",
        }
        return TemplateResponse(request, "home/operator/pool.html", context)


def _only_in_development() -> None:
    if not settings.DEVELOPMENT:
        raise NotFound


class MailView(OperatorView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        _only_in_development()
        context = {"mails": mails(), "directory": settings.MAIL_DIRECTORY, "development": True, "here": "mail"}
        response = TemplateResponse(request, "home/operator/mail.html", context)
        response["Cache-Control"] = "no-store"
        return response


class OneMailView(OperatorView):
    def get(self, request: HttpRequest, key: str) -> HttpResponseBase:
        _only_in_development()
        context = {"mail": mail_for(key), "development": True, "here": "mail"}
        response = TemplateResponse(request, "home/operator/one_mail.html", context)
        response["Cache-Control"] = "no-store"
        return response
