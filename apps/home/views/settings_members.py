"""Team settings, members: who belongs to the team, who is invited, and what the team is called."""

from collections.abc import Iterable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.teams.models import Team
from apps.teams.permissions import can_hand_over, can_manage_members, can_rename_team
from apps.teams.selectors import MemberRow, invitations_of, members_of
from apps.teams.services import (
    change_role,
    hand_over,
    invite,
    remove_member,
    rename_team,
    require_second_factor,
    resend_invitation,
    withdraw_invitation,
)
from atrium.access.principals import Member, Role
from atrium.access.views import see
from atrium.errors import Conflict, FieldError, Invalid, Problem
from atrium.pages.forms import id_in, tell

from .settings import SettingsView

MEANINGS = {
    Role.VIEWER: "opens projects and reads flags",
    Role.MEMBER: "also uploads, serves, shares, answers and makes own tokens",
    Role.ADMIN: "also invites and removes people, revokes tokens, reads usage and audit",
    Role.OWNER: "also makes other owners and hands the team over",
}


def roles_up_to(member: Member) -> list[tuple[int, str]]:
    """The roles that somebody may give: none above the own."""
    return [(role.value, role.word.capitalize()) for role in Role if role <= member.role]


def read_role(value: object) -> Role:
    try:
        return Role(int(str(value)))
    except ValueError as error:
        raise Invalid(FieldError("role", "unknown", "Choose one of the four roles.")) from error


class InviteForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        help_text="A link is mailed to it; it works for 14 days and for this address only.",
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    role = forms.TypedChoiceField(coerce=read_role, widget=forms.RadioSelect)

    def __init__(self, member: Member, data: object = None) -> None:
        super().__init__(data, initial={"role": Role.MEMBER})  # type: ignore[arg-type]
        self.fields["role"].choices = roles_up_to(member)  # type: ignore[attr-defined]


class NameForm(forms.Form):
    name = forms.CharField(max_length=120, label="Name of the team")


class MembersView(SettingsView):
    template = "home/settings/members.html"
    title = "Members"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.members(request)

    def members(
        self, request: HttpRequest, invite: InviteForm | None = None, name: NameForm | None = None, status: int = 200
    ) -> HttpResponseBase:
        manages = can_manage_members(self.member)
        team = Team.objects.get(pk=self.member.team_id)
        people = members_of(self.member)
        context = {
            "team": team,
            "people": people,
            "invitations": invitations_of(self.member) if manages else [],
            "manages": manages,
            "managers": [row.name for row in people if row.role >= Role.ADMIN],
            "role_choices": roles_up_to(self.member),
            "meanings": [(role.word.capitalize(), MEANINGS[role]) for role in Role],
            "invite_form": invite or InviteForm(self.member),
            "heirs": [row for row in people if not row.is_me] if can_hand_over(self.member) else [],
            "without_factor": _without_factor(people) if manages else [],
            "name_form": (name or NameForm({"name": team.name})) if can_rename_team(self.member) else None,
        }
        return self.page(request, context, "", status)


def _without_factor(people: Iterable[MemberRow]) -> list[str]:
    """Who has no second factor, told to the member who reads it."""
    return ["you" if row.is_me else row.name for row in people if not row.second_factor]


class InviteView(MembersView):
    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = InviteForm(self.member, request.POST)
        if form.is_valid():
            try:
                invite(self.member, **form.cleaned_data)
            except Problem as problem:
                if problem.code == "not_permitted":
                    raise
                tell(form, problem)
            else:
                messages.success(request, f"An invitation is on its way to {form.cleaned_data['email']}.")
                return see(self.base)
        return self.members(request, invite=form, status=400)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return see(self.base)


class WithdrawView(SettingsView):
    def post(self, request: HttpRequest, invitation_id: UUID) -> HttpResponseBase:
        email = withdraw_invitation(self.member, invitation_id)
        messages.success(request, f"The invitation of {email} was withdrawn; its link no longer works.")
        return see(self.base)


class ResendView(SettingsView):
    def post(self, request: HttpRequest, invitation_id: UUID) -> HttpResponseBase:
        invitation = resend_invitation(self.member, invitation_id)
        messages.success(request, f"A new link is on its way to {invitation.email}; the one before no longer works.")
        return see(self.base)


class HandOverView(SettingsView):
    """Make somebody else the owner in one's place."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        try:
            heir = hand_over(self.member, id_in(request.POST.get("to", ""), "to", "Choose a member of the team."))
        except Conflict as problem:
            messages.error(request, problem.message)
        else:
            messages.success(request, f"{heir.user} owns the team now. You are an admin.")
        return see(self.base)


class SecondFactorView(SettingsView):
    """Whether the team lets somebody in without a second factor."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        required = request.POST.get("required") == "yes"
        try:
            require_second_factor(self.member, required=required)
        except Conflict as problem:
            messages.error(request, problem.message)
        else:
            told = "is required from now on" if required else "is no longer required"
            messages.success(request, f"A second factor {told}.")
        return see(self.base)


class RenameView(MembersView):
    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = NameForm(request.POST)
        if form.is_valid():
            try:
                team = rename_team(self.member, name=form.cleaned_data["name"])
            except Invalid as problem:
                tell(form, problem)
            else:
                messages.success(request, f"The team is now called {team.name}.")
                return see(self.base)
        return self.members(request, name=form, status=400)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return see(self.base)


class RoleView(SettingsView):
    def post(self, request: HttpRequest, membership_id: UUID) -> HttpResponseBase:
        try:
            changed = change_role(self.member, membership_id, role=read_role(request.POST.get("role")))
        except Problem as problem:
            if problem.code != "conflict":
                raise
            messages.error(request, problem.message)
        else:
            messages.success(request, f"{changed.user} is now {changed.role_word}.")
        return see(self.base)


class RemoveView(SettingsView):
    """Take somebody out of the team, or leave it oneself."""

    def post(self, request: HttpRequest, membership_id: UUID) -> HttpResponseBase:
        try:
            remove_member(self.member, membership_id)
        except Problem as problem:
            if problem.code != "conflict":
                raise
            messages.error(request, problem.message)
            return see(self.base)
        if membership_id == self.member.membership_id:
            messages.success(request, "You left the team. Your tokens for it no longer work.")
            return see("/t/")
        messages.success(request, "Removed. Open pages and tokens stopped working.")
        return see(self.base)
