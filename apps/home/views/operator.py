"""The operators' pages of the mail that was sent; in development only."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.home.mail import mail_for, mails
from atrium.access.views import OperatorView
from atrium.errors import NotFound


def _only_in_development() -> None:
    if not settings.DEVELOPMENT:
        raise NotFound


class MailView(OperatorView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        _only_in_development()
        context = {"mails": mails(), "directory": settings.MAIL_DIRECTORY}
        response = TemplateResponse(request, "home/operator/mail.html", context)
        response["Cache-Control"] = "no-store"
        return response


class OneMailView(OperatorView):
    def get(self, request: HttpRequest, key: str) -> HttpResponseBase:
        _only_in_development()
        context = {"mail": mail_for(key)}
        response = TemplateResponse(request, "home/operator/one_mail.html", context)
        response["Cache-Control"] = "no-store"
        return response
