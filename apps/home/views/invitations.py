"""The address that an invitation's mail holds: what it invites to, and the button that joins."""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.views import View

from apps.teams.selectors import InvitationSeen, invitation_behind
from apps.teams.services import accept_invitation
from apps.users.models import User
from atrium.access.limits import guessed
from atrium.access.views import person_of, see
from atrium.errors import NotFound, Problem


class InvitationView(View):
    """Looking accepts nothing: mail scanners fetch addresses, and a person should read what it joins."""

    def get(self, request: HttpRequest, secret: str) -> HttpResponseBase:
        return self.page(request, _open(request, secret))

    def post(self, request: HttpRequest, secret: str) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.page(request, _open(request, secret), status=403)
        _open(request, secret)
        slug = accept_invitation(person_of(request), secret)
        messages.success(request, f"Welcome to {invitation_behind(secret).team}.")
        return see(f"/t/{slug}/")

    def page(self, request: HttpRequest, invitation: InvitationSeen, status: int = 200) -> HttpResponseBase:
        email = User.objects.get(pk=request.user.pk).email if request.user.is_authenticated else ""
        context = {
            "invitation": invitation,
            "email": email,
            "fits": email == invitation.email,
            "here": request.path,
        }
        response = TemplateResponse(request, "home/invitation.html", context, status=status)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response


def _open(request: HttpRequest, secret: str) -> InvitationSeen:
    try:
        invitation = invitation_behind(secret)
    except NotFound:
        guessed("invitation", request.META.get("REMOTE_ADDR", ""))
        raise
    if not invitation.is_open:
        raise Problem("gone", "This invitation was used or its time is over. Ask for a new one.")
    return invitation
