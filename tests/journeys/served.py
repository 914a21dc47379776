"""A team whose models are served already, for journeys that begin at a link."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from apps.users.models import User
from atrium_client import Atrium, Card, Choice, Column, Endpoint, Image, Label, Number, Project, Table, Text
from tests.journeys import films
from tests.people import Lab
from tests.services import site

SITES = ("ward", "clinic", "home")


@dataclass
class Served:
    """The lab, its owner's address, its project as the client sees it, and an endpoint for films and one for forms.

    folder: where the models' files are written.
    """

    lab: Lab
    email: str
    project: Project
    films: Endpoint
    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Served":
        """Needs a worker. Called before a browser is started: Django refuses a thread that holds an event loop."""
        lab = Lab.make("Lakeside Imaging")
        project = Atrium(site().url, lab.token()).project("Trials", create=True)
        films.write(folder)
        film = project.upload(
            "corner",
            folder / "corner.onnx",
            inputs=[Image("film", size=(32, 32), mode="L", scale=1 / 255)],
            outputs=[Label("finding", classes=films.CLASSES, activation="softmax")],
            example=[folder / "film.png"],
            card=Card(purpose="Finds fluid on films.", not_for="Diagnosis."),
            progress=False,
        )
        return cls(lab, User.objects.get(pk=lab.alice.user_id).email, project, film.deploy(), folder)

    @cached_property
    def forms(self) -> Endpoint:
        """Uploaded for the first who asks: few do."""
        form = self.project.upload(
            "risk",
            form_model(self.folder),
            inputs=[
                Number("age", unit="years", minimum=0, maximum=120),
                Choice("sex", choices=("female", "male"), dtype="float32"),
                Table("vitals", columns=[Column("pulse", unit="1/min", minimum=20), Column("place", choices=SITES)]),
                Text("note", max_length=200),
            ],
            outputs=[Number("risk", unit="%"), Text("echo")],
            example={"age": 60, "sex": "female", "vitals": [70, "ward"], "note": "first"},
            progress=False,
        )
        return form.deploy()

    def second_version(self) -> None:
        """The same model again, for a page on which versions are compared."""
        self.project.upload(
            "corner", films.corner_model(), inputs=self.films.inputs, outputs=self.films.outputs, progress=False
        )


def form_model(folder: Path) -> Path:
    """risk = age + 10 · sex + pulse + place, and the note as it was."""
    nodes = [
        helper.make_node("ReduceSum", ["vitals", "one"], ["vital"], keepdims=1),
        helper.make_node("Mul", ["sex", "ten"], ["more"]),
        helper.make_node("Sum", ["age", "more", "vital"], ["risk"]),
        helper.make_node("Identity", ["note"], ["echo"]),
    ]
    single = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 1]) for name in ("age", "sex")]
    vitals = helper.make_tensor_value_info("vitals", TensorProto.FLOAT, ["n", 2])
    note = helper.make_tensor_value_info("note", TensorProto.STRING, ["n", 1])
    outputs = [
        helper.make_tensor_value_info("risk", TensorProto.FLOAT, ["n", 1]),
        helper.make_tensor_value_info("echo", TensorProto.STRING, ["n", 1]),
    ]
    constants = [
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
        helper.make_tensor("ten", TensorProto.FLOAT, [], [10]),
    ]
    graph = helper.make_graph(nodes, "risk", [*single, vitals, note], outputs, constants)
    path = folder / "risk.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path
