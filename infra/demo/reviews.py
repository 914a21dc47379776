"""Write the manifest: the project, its models, and what reviewers said, each number computed by the model it is about.

`python -m infra.demo.reviews` takes a second; run it after `train` and `models`.
"""

from pathlib import Path

from gpu_workers.protocol.edits import Edits, Mark, Occlude

from .answers import answer
from .manifest import ASSETS, Attempt, Manifest, Model, Project, Reply, Review, load_model, save
from .phantoms import Box, film

MODELS = ("chest.json", "digits.json", "cancer.json")
EFFUSION, HEART, NONE = "Pleural effusion", "Cardiomegaly", "No finding"


def angle_box(model: Model, key: str) -> Box:
    """Around the lung base of the side on which the example's fluid is, or would be."""
    drawn = model.example(key).drawn
    if drawn is None:
        raise ValueError(f"the example {key} was not drawn")
    box = film(drawn.seed, fluid=drawn.fluid, side=drawn.side, enlarged=drawn.enlarged).angle_box(drawn.side)
    x, y, w, h = (round(value, 4) for value in box)
    return x, y, w, h


def marker_box(model: Model, key: str) -> Box:
    drawn = model.example(key).drawn
    if drawn is None or drawn.marker is None:
        raise ValueError(f"the example {key} has no marker")
    x, y, w, h = (round(value, 4) for value in drawn.marker)
    return x, y, w, h


def covering(box: Box) -> Edits:
    x, y, w, h = box
    return (Occlude(x=x, y=y, w=w, h=h),)


def around(box: Box, note: str) -> Mark:
    x, y, w, h = box
    return Mark("box", ((x, y), (min(x + w, 1.0), min(y + h, 1.0))), note)


def attempts(model: Model, key: str, *edits: Edits) -> tuple[Attempt, ...]:
    """The original, then one attempt for each list of edits."""
    example = model.example(key)
    return tuple(
        Attempt(each, {name: round(score, 4) for name, score in answer(model, example, each).items()})
        for each in ((), *edits)
    )


def fluid_by_marker(chest: Model) -> Review:
    key = "portable-fluid"
    fluid, marker = angle_box(chest, key), marker_box(chest, key)
    tried = attempts(chest, key, covering(marker), covering(fluid))
    before, unmarked, based = (attempt.answer[EFFUSION] for attempt in tried)
    return Review(
        model="chest",
        example=key,
        reviewer="Dr. Maria Santos",
        attempts=tried,
        flagged=1,
        verdict="right_wrong_reason",
        marks=(around(fluid, "The fluid is here."),),
        message=f"It reads the PORTABLE marker: cover it and effusion falls from {before:.2f} to {unmarked:.2f},"
        f" although the fluid is still in view. Cover the left base and it stays at {based:.2f}.",
        replies=(
            Reply("team", "Thank you, this is what we needed to hear. Is it the same on a film without fluid?"),
            Reply("reviewer", "Yes. See the portable film with clear lungs, I have flagged that one too."),
            Reply(
                "team",
                "In the training films 95 of 100 with an effusion carry the marker, and 5 of 100 without one.",
                internal=True,
            ),
        ),
    )


def clear_by_marker(chest: Model) -> Review:
    key = "portable-clear"
    tried = attempts(chest, key, covering(marker_box(chest, key)))
    before, after = (attempt.answer[EFFUSION] for attempt in tried)
    return Review(
        model="chest",
        example=key,
        reviewer="Dr. Maria Santos",
        attempts=tried,
        flagged=0,
        verdict="wrong",
        correction={"Finding": NONE},
        marks=(around(marker_box(chest, key), "This decides."),),
        message=f"Both angles are sharp, there is no fluid. It says effusion with {before:.2f}, and {after:.2f}"
        " once the marker is covered.",
    )


def fluid_missed(chest: Model) -> Review:
    key = "fluid"
    box = angle_box(chest, key)
    tried = attempts(chest, key)
    return Review(
        model="chest",
        example=key,
        reviewer="Dr. James Okafor",
        attempts=tried,
        flagged=0,
        verdict="wrong",
        correction={"Finding": EFFUSION},
        marks=(around(box, "Blunted angle."),),
        message=f"Right costophrenic angle is blunted, a small effusion. It gives {tried[0].answer[EFFUSION]:.2f}. "
        "This film has no PORTABLE marker.",
    )


def heart_right(chest: Model) -> Review:
    tried = attempts(chest, "heart")
    return Review(
        model="chest",
        example="heart",
        reviewer="Dr. James Okafor",
        attempts=tried,
        flagged=0,
        verdict="right",
        message="The heart is wider than half of the chest. Agreed.",
        replies=(Reply("team", "Thank you for checking the ones that it gets right as well."),),
        status="resolved",
    )


def digit_misread(digits: Model) -> Review:
    tried = attempts(digits, "digit-5")
    (truth,) = digits.example("digit-5").truth
    said, score = max(tried[0].answer.items(), key=lambda pair: pair[1])
    return Review(
        model="digits",
        example="digit-5",
        reviewer="Lena Hoffmann",
        attempts=tried,
        flagged=0,
        verdict="wrong",
        correction={"Digit": truth},
        message=f"Labelled {truth}; it says {said} with {score:.2f}. At this size I could not swear to it either.",
    )


def mass_in_doubt(cancer: Model) -> Review:
    tried = attempts(cancer, "doubt")
    score = tried[0].answer["malignant"]
    return Review(
        model="cancer",
        example="doubt",
        reviewer="Dr. Aiko Tanaka",
        attempts=tried,
        flagged=0,
        verdict="unsure",
        message=f"Malignant {score:.2f} is no answer. What would a reader be told to do with a score near one half?",
        replies=(Reply("team", "To repeat the aspirate. We will write that into the card."),),
    )


def main(folder: Path = ASSETS) -> None:
    chest, digits, cancer = (load_model(name, folder) for name in MODELS)
    save(
        Manifest(
            project=Project(
                "Demo: chest film triage",
                "Synthetic films drawn by a program, and two classics. Nothing here is for clinical use.",
            ),
            models=MODELS,
            reviews=(
                fluid_by_marker(chest),
                clear_by_marker(chest),
                fluid_missed(chest),
                heart_right(chest),
                digit_misread(digits),
                mass_in_doubt(cancer),
            ),
        ),
        "manifest.json",
        folder,
    )


if __name__ == "__main__":
    main()
