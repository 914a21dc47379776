"""The people of every test, and the things that they have made: each test gets a team of its own.

Alice owns the team, Bob is a member, Vera a viewer; Charlie belongs to another team; Dana is a guest on a link.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.utils import timezone
from uuid6 import uuid7

from apps.artifacts.services import keep, stage
from apps.endpoints.authors import author_of
from apps.endpoints.models import Endpoint, Example, Prediction, PredictionArtifact, Quarantined
from apps.endpoints.services import create_endpoint
from apps.explanations.services import explain
from apps.projects.models import Project
from apps.projects.services import create_project
from apps.registry.models import Model, Version
from apps.sharing.services import create_link
from apps.teams.models import Membership, Team
from apps.teams.services import create_team
from apps.teams.tokens import create_token
from apps.users.models import User
from atrium.access.door import grant_for, member_for
from atrium.access.principals import Guest, LinkRole, Member, Person, Role, Scope, System
from atrium.tenancy.context import team_context

PASSWORD = "correct horse battery"
INTERFACE: dict[str, Any] = {
    "inputs": [{"kind": "image", "name": "film", "mode": "L", "size": [16, 16], "scale": 0.00392156862745098}],
    "outputs": [{"kind": "label", "name": "finding", "classes": ["effusion", "none"], "activation": "softmax"}],
}
ANSWER: dict[str, Any] = {
    "finding": {"kind": "label", "scores": [["effusion", 0.9], ["none", 0.1]], "truncated": False}
}
"""Of a version with that interface."""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080000000"
    "03a7e9b550000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
"""A PNG of one black pixel."""


def new_person(name: str) -> Person:
    """Somebody with a confirmed address."""
    email = f"{name.lower()}-{token_hex(4)}@example.org"
    user = User.objects.create_user(email, PASSWORD, name=name)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return Person(user.pk, name)


def join(team: Team, person: Person, role: Role) -> Member:
    """Make somebody a member, as an accepted invitation does."""
    with team_context(System(team.pk, "a test")):
        Membership.objects.create(user_id=person.user_id, role=role)
    return member_for(person, team.slug)


@dataclass
class Lab:
    """A team with an owner, a project, a served version, an example, and a link."""

    alice: Member
    team: Team
    project: Project
    version: Version
    endpoint: Endpoint
    people: dict[str, Person] = field(default_factory=dict)

    @classmethod
    def make(cls, name: str = "Lab") -> "Lab":
        person = new_person("Alice")
        team = create_team(person, name=name)
        alice = member_for(person, team.slug)
        project = create_project(alice, name="Films")
        version = ready_version(alice, project, "reader")
        endpoint = create_endpoint(alice, project.pk, name="Reader", version_id=version.pk)
        return cls(alice, team, project, version, endpoint, {"alice": person})

    def member(self, name: str, role: Role) -> Member:
        person = new_person(name)
        self.people[name.lower()] = person
        return join(self.team, person, role)

    def token(self, *scopes: Scope, member: Member | None = None) -> str:
        """An API token's secret; all scopes where none is named."""
        _, secret = create_token(member or self.alice, name="test", scopes=frozenset(scopes or Scope))
        return secret

    def link(self, role: LinkRole = LinkRole.REVIEW, **options: Any) -> tuple[UUID, str]:
        options.setdefault("expires_at", timezone.now() + timedelta(days=1))
        link, secret = create_link(self.alice, self.endpoint.pk, role=role, **options)
        return link.pk, secret

    def guest(self, role: LinkRole = LinkRole.REVIEW, name: str = "Dana", **options: Any) -> Guest:
        link_id, _ = self.link(role, **options)
        team_id, grant, _ = grant_for(link_id)
        return Guest(team_id, uuid7(), grant, name)

    def prediction(self, author: Member | Guest, **fields: Any) -> Prediction:
        """An answered prediction, as the dispatcher leaves it."""
        return answered(self, author, **fields)

    def held(self, author: Member | Guest, study: bytes = b"a study", **fields: Any) -> Quarantined:
        """A study of an author's own that is kept aside."""
        staged = stage(self.team.pk, study, "application/zip")
        kind, author_id = author_of(author)
        given = {"facts": {"frames": 1}, "reasons": ["Text stands in the pixels."], "input": "study"} | fields
        given.setdefault("ends_at", timezone.now() + timedelta(days=1))
        with team_context(self.alice):
            [artifact] = keep([staged])
            return Quarantined.objects.create(
                endpoint=self.endpoint, artifact=artifact, author_kind=kind, author_id=author_id, **given
            )

    def example(self, **fields: Any) -> Example:
        with team_context(self.alice):
            prediction = answered(self, self.alice, **fields)
            return Example.objects.create(endpoint=self.endpoint, prediction=prediction, title="One")


def explanation_of(asker: Member | Guest, prediction_id: UUID) -> UUID:
    """One that waits for a worker."""
    return explain(asker, prediction_id, {"method": "occlusion"}).pk


def ready_version(principal: Member, project: Project, name: str, interface: dict[str, Any] | None = None) -> Version:
    """A version that has passed its inspection; its file is a few bytes, for tests that run no model."""
    staged = stage(principal.team_id, b"onnx", "application/octet-stream")
    with team_context(principal):
        [artifact] = keep([staged])
        model, _ = Model.objects.get_or_create(project=project, slug=name, defaults={"name": name})
        return Version.objects.create(
            model=model,
            number=model.versions.count() + 1,
            artifact=artifact,
            state=Version.State.READY,
            interface=interface or INTERFACE,
            batch_axis=0,
            card={"purpose": "Finds fluid on films."},
        )


def answered(
    lab: Lab, author: Member | Guest, *, kept: bool = True, picture: bytes = PIXEL, note: str = "", **fields: Any
) -> Prediction:
    """A succeeded prediction on a film of its own, with its picture. note: a text that came with it."""
    staged = stage(author.team_id, picture, "image/png")
    case = fields.pop("case", sha256(staged.artifact_id.bytes).digest())
    with team_context(author):
        [artifact] = keep([staged])
        film = {"kind": "image", "original": str(artifact.pk), "sha256": staged.sha256.hex(), "width": 1, "height": 1}
        prediction = Prediction.objects.create(
            endpoint=lab.endpoint,
            version=lab.version,
            author_kind="guest" if isinstance(author, Guest) else "member",
            author_id=author.guest_id if isinstance(author, Guest) else author.user_id,
            link_id=author.grant.link_id if isinstance(author, Guest) else None,
            inputs={"film": film} | ({"note": {"kind": "text", "value": note}} if note else {}),
            request_sha256=sha256(staged.artifact_id.bytes + b"request").digest(),
            original_sha256=case,
            state=fields.pop("state", Prediction.State.SUCCEEDED),
            answer=ANSWER,
            kept=kept,
            **fields,
        )
        PredictionArtifact.objects.create(prediction=prediction, artifact=artifact)
    return prediction
