"""One's own account: the name, the ways in, the teams, and what happened to it."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.teams.selectors import teams_of
from apps.users.models import User
from apps.users.services import rename_user
from atrium.access.views import PersonView, see
from atrium.audit.models import AccountEvent

SHOWN = 50
WORDS = {
    "account.signed_in": ("user", "Logged in"),
    "account.signed_out": ("exit", "Logged out"),
    "account.changed_password": ("key", "Password changed"),
    "account.confirmed_address": ("check-circle", "Address confirmed"),
    "account.changed_name": ("settings", "Name changed"),
}


class NameForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        label="Your name",
        help_text="Colleagues and reviewers see it.",
        widget=forms.TextInput({"autocomplete": "name"}),
    )


class AccountView(PersonView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.page(request)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = NameForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=400)
        rename_user(self.person, name=form.cleaned_data["name"])
        messages.success(request, "Your name was changed.")
        return see("/account/")

    def page(self, request: HttpRequest, form: NameForm | None = None, status: int = 200) -> HttpResponseBase:
        user = User.objects.get(pk=self.person.user_id)
        events = AccountEvent.objects.filter(user_id=user.pk).order_by("-at")[:SHOWN]
        context = {
            "account": user,
            "form": form or NameForm({"name": user.name}),
            "teams": teams_of(self.person),
            "events": [(*WORDS.get(event.what, ("info", event.what)), event.at) for event in events],
            "person": self.person,
            "development": settings.DEVELOPMENT,
        }
        return TemplateResponse(request, "home/account.html", context, status=status)
