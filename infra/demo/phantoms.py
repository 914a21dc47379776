"""Films that look like frontal chest radiographs and are none: drawn from formulas and a seed, with numpy alone.

The same seed and numpy give the same pixels. Nothing here comes from a patient.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from . import anatomy, lettering
from .anatomy import Field, Patient

Side = Literal["left", "right"]
Corner = Literal["left", "right"]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Film:
    """One exposure. fluid: height of the effusion at the wall in film units, 0 for none; 0.1 blunts the angle,
    0.5 is half of the lung. portable: the corner of the film that carries the marker, or None.
    """

    patient: Patient
    fluid: float
    fluid_side: Side
    enlarged: bool
    portable: Corner | None
    marker_at: tuple[float, float]
    marker_height: float
    letter: Literal["L", "R"]
    letter_at: tuple[float, float]
    exposure: float
    contrast: float
    noise: float
    seed: int

    def marker_box(self, margin: float = 0.02) -> Box:
        """x, y, w, h of a box around the PORTABLE marker, in fractions of the film. Without a marker: where it goes."""
        x, y = self.marker_at
        w = lettering.width("PORTABLE", self.marker_height)
        left, top = max(x - margin, 0.0), max(y - margin, 0.0)
        return left, top, min(x + w + margin, 1.0) - left, min(y + self.marker_height + margin, 1.0) - top

    def angle_box(self, side: Side) -> Box:
        """x, y, w, h of a box around the lung base and costophrenic angle of one side, in fractions of the film."""
        patient, sign = self.patient, -1 if side == "right" else 1
        dome = patient.dome_right if side == "right" else patient.dome_left
        near, far = ((patient.middle + sign * reach * patient.width + 1) / 2 for reach in (0.34, 0.84))
        left, right = max(min(near, far), 0.0), min(max(near, far), 1.0)
        top, bottom = (dome - 0.14 + 1) / 2, min((dome + 0.36 + 1) / 2, 1.0)
        return left, top, right - left, bottom - top


def film(seed: int, *, fluid: float = 0.0, side: Side = "left", enlarged: bool = False, portable: bool = False) -> Film:
    """The film of a seed. What is asked for does not shift the other draws: a pair differs in that alone."""
    rng = np.random.default_rng(seed)
    heart = rng.uniform(0.86, 1.04)
    large = rng.uniform(1.26, 1.50)
    right_dome = rng.uniform(0.38, 0.48)
    patient = Patient(
        width=rng.uniform(0.90, 1.03),
        thickness=rng.uniform(19.0, 23.5),
        middle=rng.uniform(-0.03, 0.03),
        tilt=rng.normal(0, 0.018),
        apex=rng.uniform(-0.80, -0.73),
        dome_right=right_dome,
        dome_left=right_dome + rng.uniform(0.02, 0.07),
        heart=large if enlarged else heart,
        heart_turn=rng.uniform(0.45, 0.70),
        rib_gap=rng.uniform(0.118, 0.132),
        rib_drop=rng.uniform(0.24, 0.30),
        clavicle=rng.uniform(0.12, 0.22),
        bubble=rng.uniform(0.0, 7.0),
        fluid_right=fluid if side == "right" else 0.0,
        fluid_left=fluid if side == "left" else 0.0,
        tree=int(rng.integers(1 << 31)),
    )
    height = rng.uniform(0.028, 0.034)
    corner: Corner = "right" if rng.random() < 0.7 else "left"
    inset, drop = rng.uniform(0.025, 0.06), rng.uniform(0.105, 0.130)
    width = lettering.width("PORTABLE", height)
    letter: Literal["L", "R"] = "L" if rng.random() < 0.6 else "R"
    gap = rng.uniform(0.035, 0.075)
    letter_at = (1 - gap - 0.032 if letter == "L" else gap, rng.uniform(0.022, 0.036))
    return Film(
        patient=patient,
        fluid=fluid,
        fluid_side=side,
        enlarged=enlarged,
        portable=corner if portable else None,
        marker_at=(1 - inset - width if corner == "right" else inset, drop),
        marker_height=height,
        letter=letter,
        letter_at=letter_at,
        exposure=rng.uniform(-0.05, 0.05),
        contrast=rng.uniform(0.92, 1.06),
        noise=rng.uniform(0.8, 1.25),
        seed=int(rng.integers(1 << 31)),
    )


def without_marker(shown: Film) -> Film:
    """The same exposure of the same patient, without PORTABLE."""
    return replace(shown, portable=None)


def draw(shown: Film, side: int = 512) -> NDArray[np.uint8]:
    """The film as (side, side) grey values, 0 black."""
    patient = shown.patient
    x, y = anatomy.grid(side, patient)
    lung = anatomy.lungs(x, y, patient)
    vessel = anatomy.vessels(side, patient)
    inside = np.clip(lung / 8, 0, 1)
    wet = anatomy.fluid(x, y, patient)
    air = np.clip(lung - _blur(anatomy.middle(x, y, patient), 0.004 * side), 0, None) * (1 - wet)
    air = np.clip(air - 4.0 * vessel * inside, 0, None)
    trunk = anatomy.body(x, y, patient)
    present = np.clip(trunk / 4, 0, 1)
    bone = 5.2 * anatomy.ribs(x, y, patient) + 5.0 * anatomy.collarbones(x, y, patient) + 2.6 * anatomy.spine(x, y)
    thickness = trunk + bone * present - 0.88 * air - anatomy.windpipe(x, y) * present
    thickness -= anatomy.gas(x, y, patient)
    return _expose(np.maximum(thickness, 0), shown)


def _expose(thickness: Field, shown: Film) -> NDArray[np.uint8]:
    """Thickness to grey: unsharpness, scatter, noise that grows with thickness, the film's curve, letters."""
    side = thickness.shape[0]
    rng = np.random.default_rng(shown.seed)
    sharp = _blur(thickness, 0.0016 * side)
    veiled = 0.86 * sharp + 0.14 * _blur(thickness, 0.05 * side)
    veiled *= np.clip(sharp / 2.0, 0, 1)
    mottle = _blur(rng.standard_normal((side, side)).astype(np.float32), 0.006 * side) * (0.006 * side * 3.5)
    # Grain is defined at 512 pixels; a smaller drawing averages it as resizing would.
    grain = _blur(rng.standard_normal((side, side)).astype(np.float32), 0.0011 * side) * (1.6 * side / 512)
    noise = shown.noise * (0.22 * grain + 0.10 * mottle) * (0.25 + veiled / 16)
    level = (veiled + noise) / 27 * shown.contrast + shown.exposure
    grey = 1.05 * np.clip(level, 0, None) ** 1.6
    grey = grey / (1 + np.clip(grey, 0, None) ** 4) ** 0.25
    grey = 0.015 + grey * np.clip(sharp / 1.2, 0, 1)
    return np.asarray(np.clip(_letter(np.asarray(grey, np.float32), shown), 0, 1) * 255 + 0.5, np.uint8)


def _letter(grey: Field, shown: Film) -> Field:
    side = grey.shape[0]
    letters = np.zeros_like(grey)
    lettering.write(letters, shown.letter, shown.letter_at[0] * side, shown.letter_at[1] * side, 0.048 * side)
    if shown.portable:
        x, y = shown.marker_at
        lettering.write(letters, "PORTABLE", x * side, y * side, shown.marker_height * side)
    return np.asarray(grey * (1 - letters) + 0.93 * letters, np.float32)


def _blur(field: Field, sigma: float) -> Field:
    """A Gaussian of sigma pixels, edges mirrored."""
    reach = max(int(3 * sigma + 0.5), 1)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1, dtype=np.float32) / max(sigma, 1e-3)) ** 2)
    taps /= taps.sum()
    if reach > 12:  # a wide blur of a shrunken copy is the same to the eye and far cheaper
        return _enlarge(_blur(field[::4, ::4], sigma / 4), field.shape[0])
    for _ in range(2):
        wide = np.pad(field, ((reach, reach), (0, 0)), mode="reflect")
        field = sum((wide[i : i + field.shape[0]] * tap for i, tap in enumerate(taps)), np.zeros_like(field)).T
    return np.ascontiguousarray(field)


def _enlarge(field: Field, side: int) -> Field:
    at = np.linspace(0, field.shape[0] - 1, side, dtype=np.float32)
    low = np.minimum(at.astype(int), field.shape[0] - 2)
    share = at - low
    rows = field[low] * (1 - share)[:, None] + field[low + 1] * share[:, None]
    return np.asarray(rows[:, low] * (1 - share) + rows[:, low + 1] * share, np.float32)
