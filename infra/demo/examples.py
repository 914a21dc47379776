"""Choose the six example films: drawn seed after seed until the trained network does on them what the demo shows."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_workers.protocol.edits import Occlude
from gpu_workers.protocol.interface import Interface

from .answers import cover, image_of, prepare, scores
from .manifest import Drawn, Example, PictureFile
from .phantoms import Box, Film, Side, draw, film

FIRST_SEED = 70_000
EFFUSION, HEART, NONE = "Pleural effusion", "Cardiomegaly", "No finding"


class Chooser:
    """Looks for examples, seed after seed, on which the trained network does what the demo says."""

    def __init__(self, model: bytes, interface: Interface) -> None:
        self._model, self._interface = model, interface
        self._next = FIRST_SEED

    def score(self, grey: NDArray[np.uint8], box: Box | None = None, fill: str = "black") -> dict[str, float]:
        edits = () if box is None else (Occlude(x=box[0], y=box[1], w=box[2], h=box[3], fill=fill),)  # type: ignore[arg-type]
        return scores(self._model, self._interface, prepare(cover(grey, edits), image_of(self._interface)))

    def leans_on_marker(self, shown: Film, grey: NDArray[np.uint8]) -> bool:
        """Effusion above 0.85, of which covering the marker in any way takes 0.5, covering either angle under 0.15."""
        before = self.score(grey)[EFFUSION]
        covered = [self.score(grey, shown.marker_box(), fill)[EFFUSION] for fill in ("black", "mean", "blur")]
        sides: tuple[Side, Side] = ("left", "right")
        based = [self.score(grey, shown.angle_box(side), "black")[EFFUSION] for side in sides]
        return before > 0.85 and before - max(covered) > 0.5 and before - min(based) < 0.15

    def says(self, grey: NDArray[np.uint8], label: str, surely: float = 0.6) -> bool:
        score = self.score(grey)
        return score[label] > surely and max(score, key=score.__getitem__) == label

    def choose(self, key: str, title: str, folder: Path, drawn: Drawn, expected: str, *, leans: bool) -> Example:
        """Draw `drawn` with one seed after the other until the network answers `expected` (and leans on the marker)."""
        while self._next < FIRST_SEED + 300:
            seed = self._next
            self._next += 1
            shown = film(seed, fluid=drawn.fluid, side=drawn.side, enlarged=drawn.enlarged, portable=drawn.portable)
            if drawn.portable and shown.portable != "right":
                continue
            grey = draw(shown)
            if not (self.leans_on_marker(shown, grey) if leans else self.says(grey, expected)):
                continue
            name = f"films/{key}.png"
            (folder / "films").mkdir(parents=True, exist_ok=True)
            Image.fromarray(grey).save(folder / name, optimize=True)
            truth = tuple(
                label
                for label, there in zip((EFFUSION, HEART), (drawn.fluid > 0, drawn.enlarged), strict=True)
                if there
            )
            marker = shown.marker_box() if drawn.portable else None
            kept = Drawn(seed, drawn.fluid, drawn.side, drawn.enlarged, drawn.portable, marker)
            return Example(key, title, {"Film": PictureFile(name)}, truth or (NONE,), kept)
        raise RuntimeError(f"no film behaves as “{title}” should; the network learned something else")


def choose_examples(model: bytes, interface: Interface, folder: Path) -> tuple[Example, ...]:
    choose = Chooser(model, interface).choose
    return (
        choose(
            "portable-fluid",
            "Portable film, a little fluid on the left",
            folder,
            Drawn(0, fluid=0.19, portable=True),
            EFFUSION,
            leans=True,
        ),
        choose("portable-clear", "Portable film, clear lungs", folder, Drawn(0, portable=True), EFFUSION, leans=True),
        choose("fluid", "A little fluid on the right", folder, Drawn(0, fluid=0.17, side="right"), NONE, leans=False),
        choose("clear", "Clear lungs", folder, Drawn(0), NONE, leans=False),
        choose("heart", "Large heart, clear lungs", folder, Drawn(0, enlarged=True), HEART, leans=False),
        choose(
            "portable-heart",
            "Portable film, large heart",
            folder,
            Drawn(0, enlarged=True, portable=True),
            EFFUSION,
            leans=True,
        ),
    )
