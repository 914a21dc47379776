"""The answers of all versions to one case, side by side, as pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.endpoints.models import OPEN, Prediction
from apps.endpoints.presentation import Addresses
from apps.feedback.answers import OutputShown, named_outputs
from apps.feedback.models import Flag
from apps.feedback.pictures import FileShown, PictureShown, PlainShown, files_of, pictures_of, plain_of
from apps.feedback.words import answer_words

from .differences import SAME, Difference, differences
from .models import ComparedAnswer, ComparedVersion

GONE = "Its answer was deleted."


@dataclass(frozen=True, slots=True)
class Asked:
    """What every version was asked, shown once."""

    pictures: tuple[PictureShown, ...]
    files: tuple[FileShown, ...]
    plain: tuple[PlainShown, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One output, and how it differs from the first version's. output: None where only that is told."""

    name: str
    output: OutputShown | None
    difference: Difference


@dataclass(frozen=True, slots=True)
class Side:
    """One version's. state: waiting, succeeded, or failed for the reason `problem`. pictures: those on which it found
    something, with the lines around it. words: the answer in short."""

    answer_id: UUID
    version: str
    state: str
    problem: str
    said: tuple[Said, ...]
    pictures: tuple[PictureShown, ...]
    words: str
    prediction: UUID | None

    @property
    def differs(self) -> bool:
        return any(each.difference.is_there for each in self.said)


def asked_shown(prediction: Prediction, addresses: Addresses) -> Asked:
    return Asked(
        tuple(pictures_of(prediction, None, addresses)),
        tuple(files_of(prediction, addresses)),
        tuple(plain_of(prediction, None)),
    )


def state_of(answer: ComparedAnswer) -> tuple[str, str]:
    """(waiting, succeeded or failed; the reason in a sentence)."""
    made = answer.answered
    if answer.asked_at is None or (made is not None and made.state in OPEN):
        return "waiting", ""
    if made is None:
        return "failed", answer.problem or GONE
    if made.state == Prediction.State.SUCCEEDED:
        return "succeeded", ""
    return "failed", str((made.error or {}).get("message", "It gave no answer."))


def sides_of(
    versions: Sequence[ComparedVersion], answers: Mapping[UUID, ComparedAnswer], addresses: Addresses | None
) -> list[Side]:
    """In the versions' order, each beside the first that answered. addresses: None for words alone."""
    first: Prediction | None = None
    found = []
    for compared in versions:
        answer = answers[compared.pk]
        state, problem = state_of(answer)
        made = answer.answered if state == "succeeded" else None
        found.append(_side(compared, answer, (state, problem), made, first, addresses))
        first = first or made
    return found


def _side(
    compared: ComparedVersion,
    answer: ComparedAnswer,
    told: tuple[str, str],
    made: Prediction | None,
    first: Prediction | None,
    addresses: Addresses | None,
) -> Side:
    if made is None:
        return Side(answer.pk, str(compared), *told, (), (), "", answer.answered_id)
    if addresses is None:
        apart = differences(first.answer, made.answer) if first else {}
        said = [Said(name, None, each) for name, each in apart.items()]
        pictures: list[PictureShown] = []
    else:
        said, pictures = said_of(made, first, addresses)
    return Side(answer.pk, str(compared), *told, tuple(said), tuple(pictures), answer_words(made), made.pk)


def said_of(made: Prediction, first: Prediction | None, addresses: Addresses) -> tuple[list[Said], list[PictureShown]]:
    """An answer output by output, and the pictures on which it found something. first: what it is beside; None where it
    stands alone."""
    apart = differences(first.answer, made.answer) if first else {}
    shown = named_outputs(made, first, None, addresses)
    drawn = pictures_of(made, Flag(prediction=made), addresses)
    said = [Said(name, output, apart.get(name, SAME)) for name, output in shown.items()]
    return said, [picture for picture in drawn if picture.found]
