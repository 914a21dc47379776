"""Two teams with one of each thing, and everybody who may come to them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.test import Client
from django.utils import timezone

from apps.endpoints.models import Endpoint, Example, Prediction
from apps.endpoints.services import create_endpoint
from apps.feedback.models import Flag, Message, Thread
from apps.feedback.services import flag_prediction
from apps.home.mail import mails
from apps.jobs.models import IdempotencyKey, Job, Quota, UsageEntry
from apps.jobs.pools import create_pool
from apps.projects.services import change_project
from apps.sharing.models import AccessRequest, GuestVisit, Link, MailedCode
from apps.sharing.services import introduce, return_secret, revoke_link
from apps.teams.models import ApiToken
from apps.teams.services import invite, remove_member
from apps.teams.tokens import create_token
from apps.users.models import User
from atrium.access.door import system
from atrium.access.guests import guest_cookie, key_cookie
from atrium.access.mailed import renew_secret
from atrium.access.principals import Guest, LinkRole, Member, Person, Role, Scope, Token
from atrium.tenancy.context import team_context
from tests.comparing import read_values
from tests.people import PIXEL, Lab, answered, explanation_of, new_person
from tests.sorting import sorting_of
from tests.tables import ready_table, run_of, saved_of, taken_of

Values = dict[str, Any]


@dataclass
class Actor:
    """Somebody with a credential. Exactly one of member, guest and token says who it is; a person has none of them.

    lab: the team whose addresses it uses. values: what its addresses name. others, held: for a guest, cases and
    studies kept aside that it may not see.
    ended: a link that is over.
    """

    name: str
    client: Client
    lab: Lab
    values: Values
    person: Person | None = None
    member: Member | None = None
    guest: Guest | None = None
    token: Token | None = None
    ended: bool = False
    others: dict[str, Values] = field(default_factory=dict)
    held: dict[str, Values] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


class Stage:
    """What the matrix is played on; made once, and every act on it is undone."""

    def __init__(self) -> None:
        self.lab, self.other = Lab.make("Lab"), Lab.make("Other lab")
        for lab in (self.lab, self.other):
            unserved(lab, lab.endpoint)
        self.here, self.there = things_of(self.lab), things_of(self.other)
        self.members = {
            "owner Alice": self.lab.alice,
            "admin Ada": self.lab.member("Ada", Role.ADMIN),
            "member Bob": self.lab.member("Bob", Role.MEMBER),
            "viewer Vera": self.lab.member("Vera", Role.VIEWER),
        }
        self.here["membership_id"] = self.lab.member("Ed", Role.VIEWER).membership_id
        self.there["membership_id"] = self.other.member("Viola", Role.VIEWER).membership_id
        for member in self.members.values():
            judge(self.lab, member, self.here["prediction_id"])
        charlie = self.other.alice
        self.pat, self.olga = new_person("Pat"), new_person("Olga")
        User.objects.filter(pk=self.olga.user_id).update(is_staff=True)
        self.strangers: dict[str, Person | Member] = {
            "Charlie of another team": charlie,
            "Pat without a team": self.pat,
            "operator Olga": self.olga,
        }
        everybody: dict[str, Person | Member] = {**self.members, **self.strangers}
        self.visitors = [self.visitor(name, who) for name, who in everybody.items()]
        self.nobody = Actor("nobody", Client(raise_request_exception=False), self.lab, self.here)
        self.at_home = self.visitor("Charlie, in the own team's addresses", charlie, self.other, self.reached())
        self.guests = [self.dana(role) for role in LinkRole]
        self.late = [self.over("expired"), self.over("revoked")]
        self.lost = self.dana(LinkRole.REVIEW)
        self.lost.name, self.lost.values = (
            "Dana on another link",
            self.here | {"link_id": self.guests[0].values["link_id"]},
        )
        self.tokens = self.programs()
        self.impostors = [self.program(name, secret) for name, secret in self.wrong_secrets().items()]

    def everybody(self) -> list[Actor]:
        return [
            *self.visitors,
            self.nobody,
            self.at_home,
            *self.guests,
            *self.late,
            self.lost,
            *self.tokens,
            *self.impostors,
        ]

    def reached(self) -> Values:
        """Another team's ids under the own team's addresses: what only the policies stand before."""
        places = ("team", "project", "model", "number", "endpoint", "dataset", "format", "secret", "key")
        return self.here | {name: self.there[name] for name in places}

    def visitor(self, name: str, who: Person | Member, lab: Lab | None = None, values: Values | None = None) -> Actor:
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.get(pk=who.user_id))
        person = who if isinstance(who, Person) else Person(who.user_id, who.name)
        member = who if isinstance(who, Member) else None
        return Actor(name, client, lab or self.lab, values or self.here, person=person, member=member)

    def dana(self, role: LinkRole) -> Actor:
        """A guest with a case of its own, which it has judged, and a neighbour on the same link who has one too."""
        guest = self.lab.guest(role)
        introduce(guest, name="Dana")
        neighbour = Guest(guest.team_id, uuid4(), guest.grant, "Neighbour")
        own, example = self.case_of(guest), self.example_case()
        judge(self.lab, guest, own["prediction_id"])
        judge(self.lab, guest, example["prediction_id"])
        client = Client(raise_request_exception=False)
        client.cookies["key"] = key_cookie(guest.grant.link_id, "")
        client.cookies["guest"] = guest_cookie(guest.grant.link_id, guest.guest_id)
        values = self.here | own | {"link_id": guest.grant.link_id, "held_id": self.lab.held(guest).pk}
        held = {
            "a neighbour's study": values | {"held_id": self.lab.held(neighbour).pk},
            "a member's study": values | {"held_id": self.here["held_id"]},
            "another team's study": values | {"held_id": self.there["held_id"]},
        }
        others = {
            "an example": values | example,
            "a neighbour's case": values | self.case_of(neighbour),
            "a case of another endpoint": values | self.elsewhere(),
            "another team's case": values | case_values(self.there),
        }
        return Actor(f"Dana, link: {role.word}", client, self.lab, values, guest=guest, others=others, held=held)

    def over(self, how: str) -> Actor:
        actor = self.dana(LinkRole.REVIEW)
        link_id = actor.values["link_id"]
        if how == "revoked":
            revoke_link(self.lab.alice, link_id)
        else:
            with team_context(self.lab.alice):
                Link.objects.filter(pk=link_id).update(expires_at=timezone.now() - timedelta(seconds=1))
        actor.name, actor.ended = f"Dana, link: {how}", True
        return actor

    def case_of(self, author: Guest | Member) -> Values:
        prediction = self.lab.prediction(author)
        may_ask = not isinstance(author, Guest) or author.grant.role >= LinkRole.REVIEW
        return explained_case(prediction, author if may_ask else self.lab.alice)

    def example_case(self) -> Values:
        with team_context(self.lab.alice):
            prediction = Example.objects.select_related("prediction").get(pk=self.here["example_id"]).prediction
        return explained_case(prediction, self.lab.alice)

    def elsewhere(self) -> Values:
        """An example of another endpoint of the same team."""
        if "elsewhere" not in self.here:
            lab = self.lab
            endpoint = create_endpoint(lab.alice, lab.project.pk, name="Second", version_id=lab.version.pk)
            unserved(lab, endpoint)
            second = Lab(lab.alice, lab.team, lab.project, lab.version, endpoint)
            with team_context(lab.alice):
                prediction = answered(second, lab.alice)
                Example.objects.create(endpoint=endpoint, prediction=prediction)
            self.here["elsewhere"] = explained_case(prediction, lab.alice)
        values: Values = self.here["elsewhere"]
        return values

    def programs(self) -> list[Actor]:
        """A token of each scope by the owner, one of every scope for each role, and one of the other team."""
        made = [self.program(f"token {scope}", *self.token(self.lab, {scope})) for scope in Scope]
        for name, member in self.members.items():
            made.append(self.program(f"every scope, {name}", *self.token(self.lab, set(Scope), member)))
        return [*made, self.program("every scope, Charlie of another team", *self.token(self.other, set(Scope)))]

    def token(self, lab: Lab, scopes: set[Scope], member: Member | None = None) -> tuple[str, Token]:
        """Nobody makes one as a viewer, but a member may become one."""
        owner = member or lab.alice
        maker = Member(owner.user_id, owner.team_id, owner.membership_id, max(owner.role, Role.MEMBER), owner.name)
        row, secret = create_token(maker, name="matrix", scopes=frozenset(scopes))
        token = Token(lab.team.pk, row.pk, owner.membership_id, owner.user_id, owner.role, frozenset(scopes), "matrix")
        return secret, token

    def program(self, name: str, secret: str, token: Token | None = None) -> Actor:
        client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})
        return Actor(name, client, self.lab, self.here, token=token)

    def wrong_secrets(self) -> dict[str, str]:
        """Secrets that are none, or no longer one."""
        secrets = {"a guessed token": "atr_" + "x" * 43}
        for how, change in (("revoked", "revoked_at"), ("expired", "expires_at")):
            secrets[f"a token that is {how}"], token = self.token(self.lab, set(Scope))
            with team_context(self.lab.alice):
                ApiToken.objects.filter(pk=token.token_id).update(**{change: timezone.now() - timedelta(seconds=1)})
        gone = self.lab.member("Gone", Role.MEMBER)
        secrets["a removed member's token"], _ = self.token(self.lab, set(Scope), gone)
        remove_member(self.lab.alice, gone.membership_id)
        return secrets


def unserved(lab: Lab, endpoint: Endpoint) -> None:
    """What is asked of it waits, whatever other tests have started: what failed would be asked anew by another id."""
    with team_context(lab.alice):
        Endpoint.objects.filter(pk=endpoint.pk).update(pool=lab.team.slug)


def case_values(values: Values) -> Values:
    return {name: values[name] for name in ("prediction_id", "artifact_id", "explanation_id")}


def explained_case(prediction: Prediction, asker: Guest | Member) -> Values:
    """What addresses name of a case, with an explanation of it."""
    return {
        "prediction_id": prediction.pk,
        "artifact_id": prediction.inputs["film"]["original"],
        "explanation_id": explanation_of(asker, prediction.pk),
    }


def judge(lab: Lab, reviewer: Guest | Member, prediction_id: UUID) -> None:
    """A judgement from a time when the reviewer was allowed to give one."""
    with team_context(lab.alice):
        prediction = Prediction.objects.get(pk=prediction_id)
        thread, _ = Thread.objects.get_or_create(
            endpoint_id=prediction.endpoint_id,
            original_sha256=bytes(prediction.original_sha256),
            defaults={"project": lab.project, "updated_at": timezone.now()},
        )
        is_guest = isinstance(reviewer, Guest)
        Flag.objects.get_or_create(
            prediction=prediction,
            reviewer_id=reviewer.guest_id if isinstance(reviewer, Guest) else reviewer.user_id,
            defaults={
                "thread": thread,
                "reviewer_kind": "guest" if is_guest else "member",
                "verdict": Flag.Verdict.WRONG,
                "created_at": timezone.now(),
            },
        )


def things_of(lab: Lab, picture: bytes = PIXEL) -> Values:
    """One of each thing that an address can name, with a row in every table of the team."""
    alice, endpoint, version = lab.alice, lab.endpoint, lab.version
    change_project(alice, lab.project.pk, guests_explain=True)
    prediction = lab.prediction(alice, picture=picture)
    flag = flag_prediction(alice, prediction.pk, verdict="wrong")
    example = lab.example(picture=picture)
    link_id, secret = lab.link(quota=5)
    guest = lab.guest()
    visit = introduce(guest, name="Dana", email=f"dana-{guest.guest_id.hex[:8]}@example.org")
    token, _ = create_token(alice, name="program", scopes=frozenset(Scope))
    table = ready_table(alice, lab.project, "rows")
    saved = saved_of(alice, table)
    sorted_by = sorting_of(lab, flag.thread_id)
    pool, _ = create_pool(alice, "Ward 5")
    invitation = invite(alice, email=f"guest-{guest.guest_id.hex[:8]}@example.org", role=Role.MEMBER)
    with system(lab.team.pk, "a test") as principal:
        invited, way_back = renew_secret(invitation), return_secret(principal, visit)
        Message.objects.create(thread_id=flag.thread_id, author_kind="member", author_id=alice.user_id, body="Seen.")
        Job.objects.create(
            kind="predict", subject=prediction.pk, priority=1, input={}, deadline_at=timezone.now(), state="succeeded"
        )
        UsageEntry.objects.create(kind="predict", outcome="succeeded", day=timezone.now().date())
        IdempotencyKey.objects.create(actor=alice.user_id, key="k", body_sha256=b"0" * 32, subject=prediction.pk)
        request = AccessRequest.objects.create(link_id=link_id, name="Dana", email="dana@example.org")
        MailedCode.objects.create(link_id=link_id, email="dana@example.org", code_hash=b"", expires_at=timezone.now())
        assert Quota.objects.exists()
        assert GuestVisit.objects.exists()
    return {
        "team": lab.team.slug,
        "project": lab.project.slug,
        "model": "reader",
        "number": version.number,
        "endpoint": endpoint.slug,
        "dataset": "rows",
        "format": "csv",
        "zip": "zip",
        "pk": 1,
        "page": "tutorial",
        "session_id": 0,
        "key": a_mail(),
        "secret": secret,
        "way_back": way_back,
        "invitation": invited,
        "project_id": lab.project.pk,
        "model_id": version.model_id,
        "version_id": version.pk,
        "endpoint_id": endpoint.pk,
        "dataset_id": table.dataset_id,
        "dataset_version_id": table.pk,
        "answer_id": saved.answer_id,
        "taken_id": taken_of(alice, table),
        "place": 0,
        "slice_id": saved.slice_id,
        "analysis_id": saved.analysis_id,
        "run_id": run_of(alice, table, version).pk,
        "prediction_id": prediction.pk,
        "artifact_id": prediction.inputs["film"]["original"],
        "example_id": example.pk,
        "explanation_id": explanation_of(alice, prediction.pk),
        "thread_id": flag.thread_id,
        **sorted_by,
        **read_values(lab, prediction.pk),
        "link_id": link_id,
        "held_id": lab.held(alice).pk,
        "invitation_id": invitation.pk,
        "request_id": request.pk,
        "token_id": token.pk,
        "pool_id": pool.pk,
        "owner_id": alice.membership_id,
        "membership_id": alice.membership_id,
    }


def a_mail() -> str:
    """The key of a message in the folder that operators read."""
    backend = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=settings.MAIL_DIRECTORY)
    EmailMessage("Hello", "A message.", to=["somebody@example.org"], connection=backend).send()
    return mails()[0].key
