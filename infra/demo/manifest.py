"""What the demo consists of, as typed data: `load()` reads `assets/manifest.json` and the models it names.

Everything in it can be sent through the same services that people use: a model's file with interface and card, its
examples, then reviews: attempts with their edits, a flag, and the conversation after it.
"""

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from gpu_workers.protocol.edits import Edits, Marks
from gpu_workers.protocol.interface import Interface

ASSETS = Path(__file__).parent / "assets"


class Card(Struct, frozen=True, forbid_unknown_fields=True):
    """What a reader must know of a version before trusting it."""

    purpose: str
    not_for: str
    validation: str
    known_errors: str
    contact: str


class PictureFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A PNG, named from the folder of the assets."""

    file: str

    def read(self) -> bytes:
        return (ASSETS / self.file).read_bytes()


class Drawn(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How `phantoms.film` drew an example. marker: x, y, w, h around PORTABLE, in fractions of the film."""

    seed: int
    fluid: float = 0.0
    side: Literal["left", "right"] = "left"
    enlarged: bool = False
    portable: bool = False
    marker: tuple[float, float, float, float] | None = None


class Example(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """inputs: by input name, a picture or the numbers of a table row in the order of its columns.

    key: what reviews call the example. truth: what is really there.
    """

    key: str
    title: str
    inputs: dict[str, PictureFile | list[float]]
    truth: tuple[str, ...]
    drawn: Drawn | None = None


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """file: the ONNX file, named from the folder of the assets. metrics: what `card.validation` says in words."""

    key: str
    name: str
    endpoint: str
    file: str
    notes: str
    interface: Interface
    card: Card
    metrics: dict[str, float]
    examples: tuple[Example, ...]

    def read(self) -> bytes:
        return (ASSETS / self.file).read_bytes()

    def example(self, key: str) -> Example:
        """Raises KeyError where there is none."""
        for example in self.examples:
            if example.key == key:
                return example
        raise KeyError(key)


class Attempt(Struct, frozen=True, forbid_unknown_fields=True):
    """One kept attempt. answer: the score of each class, as computed when the manifest was written."""

    edits: Edits
    answer: dict[str, float]


class Reply(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """internal: a note that only the team sees."""

    author: Literal["team", "reviewer"]
    body: str
    internal: bool = False


class Review(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one reviewer did with one example; the flag belongs to the attempt at index `flagged`.

    correction: by output name, the classes that the reviewer would have given, the foremost first.
    """

    model: str
    example: str
    reviewer: str
    attempts: tuple[Attempt, ...]
    flagged: int
    verdict: Literal["right", "right_wrong_reason", "wrong", "unsure"]
    message: str
    marks: Marks = ()
    correction: dict[str, str] | None = None
    replies: tuple[Reply, ...] = ()
    status: Literal["open", "resolved"] = "open"


class Project(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    description: str


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """A dataset. file: CSV or Parquet, named from the folder of the assets. roles: what columns are for, as the API
    takes them."""

    name: str
    file: str
    notes: str
    roles: dict[str, str]

    @property
    def format(self) -> str:
        """As the API names it."""
        return self.file.rpartition(".")[2]

    def read(self) -> bytes:
        return (ASSETS / self.file).read_bytes()


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """models: the JSON file of each model, the one to be shown first at the head."""

    project: Project
    models: tuple[str, ...]
    reviews: tuple[Review, ...]


class Demo(Struct, frozen=True):
    """The manifest with its models and tables read."""

    project: Project
    models: tuple[Model, ...]
    tables: tuple[Table, ...]
    reviews: tuple[Review, ...]

    def model(self, key: str) -> Model:
        """Raises KeyError where there is none."""
        for model in self.models:
            if model.key == key:
                return model
        raise KeyError(key)


def load(folder: Path = ASSETS) -> Demo:
    """Raises msgspec.ValidationError where a file is not what it should be."""
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    models = tuple(load_model(name, folder) for name in manifest.models)
    tables = msgspec.json.decode((folder / "tables.json").read_bytes(), type=tuple[Table, ...])
    return Demo(manifest.project, models, tables, manifest.reviews)


def load_model(name: str, folder: Path = ASSETS) -> Model:
    return msgspec.json.decode((folder / name).read_bytes(), type=Model)


def save(value: Model | Manifest | tuple[Table, ...], name: str, folder: Path = ASSETS) -> None:
    """Write as indented JSON, the same bytes for the same value."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
