"""What a release is kept with: two teams with one of each thing and a model that answers, written by that release."""

import re
from dataclasses import asdict, dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

import numpy as np
from django.apps import apps
from django.db import connection
from django.utils import timezone
from PIL import Image as Pictures

from apps.endpoints.models import Prediction
from apps.feedback.services import flag_prediction, write_message
from apps.teams.models import ApiToken
from apps.users.models import User
from atrium.access.principals import LinkRole, Member, Role
from atrium.tenancy.context import team_context
from atrium_client import Atrium, Card, Image, Label
from infra.dev.ground import ROOT
from tests.apps.users.accounts import SECRET, with_app
from tests.models import brightness
from tests.people import PASSWORD, Lab
from tests.rights.stage import things_of

SOURCES = ("platform/atrium", "apps")
FAR = 100 * 365
"""Days for which the kept token is good."""


@dataclass(frozen=True)
class Contents:
    """How to come in and what is found there, and what the release's code needs of the database.

    seed: of the authenticator app that belongs to the account. picture: the stored input of the prediction. columns:
    by table, those that the models name. functions: those of the schema `atrium` that the code calls.
    """

    email: str
    password: str
    seed: str
    token: str
    link: str
    team: str
    endpoint: str
    prediction: str
    thread: str
    picture: str
    picture_sha256: str
    columns: dict[str, list[str]]
    functions: list[str]

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def fill(url: str) -> Contents:
    """Fill an empty, running Atrium; everything that ends with time is given a hundred years."""
    lab, other = Lab.make("Lakeside Imaging"), Lab.make("Other lab")
    for each in (lab, other):
        each.guest(LinkRole.TRY, passcode="four words for you")
        things_of(each)
    bob = lab.member("Bob", Role.MEMBER)
    with_app(bob)
    token = lab.token()
    with team_context(lab.alice):
        ApiToken.objects.update(expires_at=timezone.now() + timedelta(days=FAR))
    project = Atrium(url, token).project("Films")
    version = project.upload(
        "brightness",
        brightness(),
        inputs=[Image("film", size=(16, 16), mode="L", scale=1 / 255)],
        outputs=[Label("finding", classes=("bright", "dark"), activation="softmax")],
        example=[noise(1, 16)],
        card=Card(purpose="Tells bright films from dark ones.", not_for="Diagnosis."),
        progress=False,
    )
    endpoint = version.deploy()
    answer = endpoint.predict(noise(2, 260), edits=[{"kind": "rotate", "degrees": 9}])
    prediction, thread = judged(lab, bob, str(answer.id))
    film = prediction.inputs["film"]
    return Contents(
        email=User.objects.get(pk=bob.user_id).email,
        password=PASSWORD,
        seed=SECRET,
        token=token,
        link=str(endpoint.share(expires=None, label="The ward")).rsplit("/", 1)[1],
        team=lab.team.slug,
        endpoint=str(endpoint.id),
        prediction=str(prediction.pk),
        thread=thread,
        picture=film["original"],
        picture_sha256=film["sha256"],
        columns=columns(),
        functions=functions(),
    )


def judged(lab: Lab, bob: Member, prediction_id: str) -> tuple[Prediction, str]:
    """A case that Bob found wrong and Alice answered; returns it with its thread's id."""
    with team_context(lab.alice):
        prediction = Prediction.objects.get(pk=prediction_id)
    flag = flag_prediction(bob, prediction.pk, verdict="wrong", message="It is dark where the edge is.")
    write_message(lab.alice, flag.thread_id, body="The next version looks at the edge.", internal=False)
    return prediction, str(flag.thread_id)


def noise(seed: int, side: int) -> bytes:
    """A grey picture; 260 pixels a side are too much for a row, and go to the store."""
    made = BytesIO()
    values = np.random.default_rng(seed).integers(0, 256, (side, side), np.uint8)
    Pictures.fromarray(values).save(made, "PNG")
    return made.getvalue()


def columns() -> dict[str, list[str]]:
    models = apps.get_models(include_auto_created=True)
    return {
        model._meta.db_table: sorted(str(field.column) for field in model._meta.local_concrete_fields)
        for model in models
        if model._meta.managed and not model._meta.proxy
    }


def functions() -> list[str]:
    """What stands in code and not in migrations alone: those are for releases that were before this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'atrium'::regnamespace")
        there = {name for (name,) in cursor.fetchall()}
    named = {
        name
        for folder in SOURCES
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
        for name in re.findall(r"\batrium\.(\w+)", path.read_text())
    }
    return sorted(there & named)
