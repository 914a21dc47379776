"""One's own data: to take away, and to delete with the account."""

from django import forms
from django.contrib.auth import logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.home.account_data import account_data
from apps.home.account_deletion import ask_account_deletion
from apps.teams.selectors import teams_of
from apps.users.models import User
from atrium.access.limits import limit
from atrium.access.views import PersonView
from atrium.errors import Problem
from atrium.pages.forms import tell

TAKEN_AN_HOUR = 10


class EndForm(forms.Form):
    name = forms.CharField(label="Your address", max_length=254, widget=forms.EmailInput({"autocomplete": "off"}))


class DataView(PersonView):
    """A download."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        limit("own data", str(self.person.user_id), count=TAKEN_AN_HOUR, seconds=3600)
        return account_data(self.person)


class EndView(PersonView):
    """Asks for the address to be typed, then closes the account; a chore deletes it."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.page(request, EndForm())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = EndForm(request.POST)
        if form.is_valid():
            try:
                ask_account_deletion(self.person, typed=form.cleaned_data["name"])
            except Problem as problem:
                tell(form, problem)
            else:
                logout(request)
                return TemplateResponse(request, "home/account_ended.html", {})
        return self.page(request, form, status=400)

    def page(self, request: HttpRequest, form: EndForm, status: int = 200) -> HttpResponseBase:
        account = User.objects.get(pk=self.person.user_id)
        context = {"form": form, "account": account, "teams": teams_of(self.person), "person": self.person}
        return TemplateResponse(request, "home/account_end.html", context, status=status)
