"""A lab whose endpoint runs a real model on running processes."""

from base64 import b64encode
from typing import Any

from numpy import full, uint8

from atrium_client import Atrium, Image, Label, Version
from atrium_client.png import encode
from tests.models import brightness
from tests.people import PIXEL, Lab
from tests.schema import LiveApi
from tests.services import site


class Served:
    """A lab whose endpoint runs a real model: bright or dark."""

    def __init__(self) -> None:
        self.lab = Lab.make()
        self.token = self.lab.token()
        self.project = Atrium(site().url, self.token).project("Brightness", create=True)
        self.endpoint = str(self.upload().deploy().id)
        self.address = f"endpoints/{self.endpoint}/predictions"
        self.api = LiveApi(site().url, self.token)

    def upload(self, notes: str = "") -> Version:
        """The next version of the same model; other notes make it another one."""
        return self.project.upload(
            "brightness",
            brightness(),
            inputs=[Image("film", size=(16, 16), mode="L", scale=1 / 255)],
            outputs=[Label("finding", classes=["bright", "dark"], activation="softmax")],
            example=[PIXEL],
            notes=notes,
        )

    def predict(self, body: object, **headers: str) -> tuple[int, dict[str, Any]]:
        answer = self.api.request("POST", self.address, json=body, headers=headers)
        return answer.status_code, answer.json()


def gray(level: int) -> str:
    """A grey picture of its own level, as a data URL."""
    return "data:image/png;base64," + b64encode(encode(full((4, 4), level, uint8))).decode()
