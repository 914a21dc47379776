"""The first page: for a stranger what Atrium is, for somebody signed in the way to the teams."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from atrium.access.views import see


def landing(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return see("/t/")
    return render(request, "atrium/landing.html")
