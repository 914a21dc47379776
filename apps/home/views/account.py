"""One's own account: the name, the ways in, the teams, where one is logged in, and what happened to it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.home.account_events import account_acts
from apps.teams.selectors import teams_of
from apps.users.models import User
from apps.users.services import choose_mails, rename_user
from apps.users.sessions import end_session
from atrium.access.views import PersonView, see


class NameForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        label="Your name",
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
        context = {
            "account": user,
            "form": form or NameForm({"name": user.name}),
            "teams": teams_of(self.person),
            "acts": account_acts(self.person),
        }
        return TemplateResponse(request, "home/account.html", context, status=status)


class MailsView(PersonView):
    """Which mails one gets beside those that an account needs."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return see("/account/")

    def post(self, request: HttpRequest) -> HttpResponseBase:
        choose_mails(self.person, mentions=request.POST.get("mentions") == "on")
        messages.success(request, "Saved.")
        return see("/account/")


class EndSessionView(PersonView):
    """Log another browser of one's own out. The list, and all the others at once, are allauth's page."""

    def post(self, request: HttpRequest, session_id: int) -> HttpResponseBase:
        end_session(self.person, session_id)
        messages.success(request, "That browser is logged out.")
        return see(reverse("usersessions_list"))
