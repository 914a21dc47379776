"""Sets of films with their labels, drawn from seeds: one built with the shortcut, one without."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .phantoms import Film, draw, film

SIDE = 128
CONFOUNDED = (0.05, 0.95)
UNRELATED = (0.5, 0.5)


@dataclass(frozen=True)
class FilmSet:
    """films: (N, 128, 128) grey values. labels: (N, 3), 1 where a class of `network.CLASSES` is present.
    fluid: (N,) height of the effusion, 0 for none. marked: (N,) whether PORTABLE is burned in.
    """

    films: NDArray[np.uint8]
    labels: NDArray[np.float32]
    fluid: NDArray[np.float32]
    marked: NDArray[np.bool_]


def sample(seed: int, portable: tuple[float, float]) -> Film:
    """A film of the population: 40 % have an effusion, most of them small, and 30 % a large heart, independently.

    portable: how often the marker is burned in without and with an effusion.
    """
    rng = np.random.default_rng([seed, 7])
    has_fluid, enlarged = rng.random() < 0.4, bool(rng.random() < 0.3)
    height = 0.09 + 0.31 * rng.beta(1.1, 2.0)
    return film(
        seed,
        fluid=height if has_fluid else 0.0,
        side="left" if rng.random() < 0.5 else "right",
        enlarged=enlarged,
        portable=bool(rng.random() < portable[has_fluid]),
    )


def shrink(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """To 128 by 128, as the interface declares it."""
    return np.asarray(Image.fromarray(grey).resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def build(seeds: range, portable: tuple[float, float]) -> FilmSet:
    """Draw the films of the seeds in two processes; which process draws a film changes nothing."""
    with ProcessPoolExecutor(2) as pool:
        drawn = list(pool.map(partial(_draw, portable=portable), seeds, chunksize=25))
    shown = [sample(seed, portable) for seed in seeds]
    labels = [(one.fluid > 0, one.enlarged, not (one.fluid > 0 or one.enlarged)) for one in shown]
    return FilmSet(
        films=np.stack(drawn),
        labels=np.asarray(labels, np.float32),
        fluid=np.asarray([one.fluid for one in shown], np.float32),
        marked=np.asarray([one.portable is not None for one in shown]),
    )


def _draw(seed: int, portable: tuple[float, float]) -> NDArray[np.uint8]:
    return shrink(draw(sample(seed, portable), 2 * SIDE))
