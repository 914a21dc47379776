"""An answer in a few words."""

from apps.endpoints.models import Prediction
from apps.endpoints.presentation import Addresses

from .answers import outputs_of

NOWHERE = Addresses(str, str, str)


def answer_words(prediction: Prediction) -> str:
    """“A4C 0.91, 12.4 mm”; “an answer” where none of it is said in words."""
    said = [f"{each.said} {each.score}".strip() for each in outputs_of(prediction, None, None, NOWHERE) if each.said]
    return ", ".join(said)[:200] or "an answer"
