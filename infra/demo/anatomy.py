"""Thickness of tissue, air and bone along each ray of a chest film, in centimetres, drawn from formulas.

Coordinates: x from -1 (left edge of the film, the patient's right) to 1, y from -1 (top) to 1. One unit is 20 cm.
Borders come out as a projection makes them: a round organ's thickness falls as a square root towards its edge.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .lettering import line

Field = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Patient:
    """What differs from one patient to the next. Sizes are in film units, tilts in radians."""

    width: float
    thickness: float
    middle: float
    tilt: float
    apex: float
    dome_right: float
    dome_left: float
    heart: float
    heart_turn: float
    rib_gap: float
    rib_drop: float
    clavicle: float
    bubble: float
    fluid_right: float
    fluid_left: float
    tree: int


def ramp(start: float, end: float, value: Field) -> Field:
    """0 before start, 1 after end, smooth between."""
    t = np.clip((value - start) / (end - start), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def by_side(x: Field, right: float, left: float) -> Field:
    """The patient's right, which lies at negative x, and left."""
    return np.where(x < 0, np.float32(right), np.float32(left))


def chord(t: Field) -> Field:
    """Relative thickness of something round at a share t of the way from its edge (0) to its thickest part (1)."""
    t = np.clip(t, 0, 1)
    return np.asarray(np.sqrt(t * (2 - t)), np.float32)


def grid(side: int, patient: Patient) -> tuple[Field, Field]:
    """x and y of each pixel in the patient's own frame: moved to the middle, turned, scaled to the patient's width."""
    axis = (np.arange(side, dtype=np.float32) + 0.5) * (2 / side) - 1
    x, y = np.meshgrid(axis - patient.middle, axis)
    cosine, sine = np.float32(np.cos(patient.tilt)), np.float32(np.sin(patient.tilt))
    return (x * cosine + y * sine) / np.float32(patient.width), (y * cosine - x * sine).astype(np.float32)


def body(x: Field, y: Field, patient: Patient) -> Field:
    """Trunk, neck and shoulders."""
    a = np.abs(x)
    shoulder = 0.20 + 0.045 * ramp(-1.05, -0.80, y) + 0.71 * ramp(-0.93, -0.52, y) ** 1.25
    half = shoulder * (1 - 0.13 * ramp(-0.55, 0.75, y))
    depth = 11 + (patient.thickness - 11) * ramp(-0.80, -0.10, y) * (1 - 0.25 * ramp(0.55, 1.0, a))
    fat = 2.6 * ramp(0.0, 0.05, half - a)
    return np.asarray((depth * chord((half - a) / 0.62) + fat) * (a < half), np.float32)


def cage(y: Field) -> Field:
    """Half width of the inside of the rib cage."""
    return np.asarray(0.77 * np.sqrt(np.clip(1 - ((y - 0.36) / 1.14) ** 2, 0, 1)), np.float32)


def dome(x: Field, patient: Patient) -> Field:
    """Height of the diaphragm at x; it falls towards the costophrenic angle."""
    a = np.abs(x)
    top = by_side(x, patient.dome_right, patient.dome_left)
    return np.asarray(top + 1.25 * (a - 0.33) ** 2 + 2.4 * np.clip(a - 0.56, 0, None) ** 2, np.float32)


def lungs(x: Field, y: Field, patient: Patient) -> Field:
    """Air-filled lung above the diaphragm."""
    a = np.abs(x)
    side = chord((cage(y) - 0.02 - a) / 0.30) * chord((a - 0.065) / 0.16)
    high = 0.45 + 0.55 * ramp(patient.apex, patient.apex + 0.55, y)
    top = patient.apex + 1.4 * (a - 0.27) ** 2
    above = dome(x, patient) - y
    low = ramp(-0.010, 0.012, above) * (0.74 + 0.26 * chord(above / 0.30))
    return np.asarray(0.88 * patient.thickness * side * high * ramp(0, 0.07, y - top) * low, np.float32)


def fluid(x: Field, y: Field, patient: Patient) -> Field:
    """Share of the lung that free fluid replaces: level with the angle, climbing to a meniscus at the wall."""
    a = np.abs(x)
    height = by_side(x, patient.fluid_right, patient.fluid_left)
    base = by_side(x, patient.dome_right, patient.dome_left) + 0.25
    climb = 0.55 + 0.70 * np.clip((a - 0.30) / 0.46, 0, 1.2) ** 3
    level = base - height * climb
    return np.asarray(ramp(-0.035, 0.075, y - level) * (height > 0), np.float32)


def _ellipse(x: Field, y: Field, at: tuple[float, float], axes: tuple[float, float], turn: float = 0.0) -> Field:
    c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    u, v = x - np.float32(at[0]), y - np.float32(at[1])
    q = ((u * c + v * s) / np.float32(axes[0])) ** 2 + ((v * c - u * s) / np.float32(axes[1])) ** 2
    return np.asarray(np.sqrt(np.clip(1 - q, 0, None)), np.float32)


def middle(x: Field, y: Field, patient: Patient) -> Field:
    """Heart, great vessels and the tissue around them."""
    size, turn = patient.heart, patient.heart_turn
    low = 0.27 - 0.03 * (size - 1)
    left = 12 * _ellipse(x, y, (0.06 + 0.075 * size, low), (0.340 * size, 0.215 * (0.6 + 0.4 * size)), turn)
    right = 10 * _ellipse(x, y, (-0.055 * size, 0.20), (0.150 * size, 0.25))
    arch = 8 * _ellipse(x, y, (0.065, -0.335), (0.100, 0.105))
    trunk = 9 * _ellipse(x, y, (0.075, -0.06), (0.135, 0.27), -0.10)
    line_left = 7 * _ellipse(x, y, (0.035, -0.22), (0.105, 0.62))
    cava = 7 * _ellipse(x, y, (-0.055, -0.20), (0.090, 0.62))
    aorta = 5 * _ellipse(x, y, (0.06, 0.25), (0.085, 0.80))
    return np.asarray(np.maximum.reduce([left, right, arch, trunk, line_left, cava, aorta]), np.float32)


def windpipe(x: Field, y: Field) -> Field:
    """Air of the trachea and the main bronchi."""
    trachea = 4.2 * chord((0.040 - np.abs(x + 0.012)) / 0.04) * (1 - ramp(-0.34, -0.26, y))
    low = ramp(-0.30, -0.24, y) * (1 - ramp(-0.12, -0.04, y))
    reach = by_side(x, 0.75, 1.25) * (y + 0.30)
    bronchi = 2.4 * chord((0.028 - np.abs(np.abs(x + 0.01) - reach)) / 0.028) * low
    return np.asarray(trachea + bronchi, np.float32)


def _tube(distance: Field, radius: float) -> Field:
    """A hollow bone seen from the side, its two cortices brighter than its marrow; 1 is the solid diameter."""
    t = np.abs(distance) / np.float32(radius)
    return np.asarray(np.sqrt(np.clip(1 - t * t, 0, 1)) - 0.62 * np.sqrt(np.clip(0.70 - t * t, 0, 1)), np.float32)


def ribs(x: Field, y: Field, patient: Patient) -> Field:
    """Ten pairs: each a slanted ring, so that its back runs out and down and its front comes in again lower."""
    a = np.abs(x)
    total = np.zeros_like(x)
    for index in range(10):
        back = patient.apex - 0.03 + patient.rib_gap * index
        half = np.float32(min(0.30 + 0.16 * index, 0.775 - 0.004 * index))
        drop = np.float32(patient.rib_drop * (0.62 + 0.05 * index))
        u, v = a / half, (y - 0.13 * a - np.float32(back) - drop) / drop
        away = np.maximum(np.hypot(u, v), np.float32(1e-3))
        slope = np.maximum(np.hypot(u / half, v / drop) / away, np.float32(1e-3))
        ring = _tube((away - 1) / slope, 0.026 + 0.0006 * index)
        front = 0.62 * ramp(0.50, 0.72, u) if index < 7 else 0.0
        shown = ramp(0.05, 0.13, a) * (1 - ramp(-0.05, 0.25, v)) + front * ramp(-0.05, 0.25, v)
        total += ring * shown * (1 - 0.3 * ramp(0.2, 0.7, y))
    return total


def collarbones(x: Field, y: Field, patient: Patient) -> Field:
    """Clavicles, and the inner edge of the shoulder blades."""
    a = np.abs(x)
    s = (a - 0.07) / 0.68
    course = patient.apex + 0.10 - patient.clavicle * s + 0.035 * np.sin(6.2 * s)
    bone = _tube((y - course) * 0.93, 0.030) * ramp(-0.02, 0.04, s) * (1 - ramp(0.95, 1.04, s))
    edge = a - (0.735 + 0.05 * np.sin(2.6 * (y + 0.55)))
    down = ramp(-0.62, -0.52, y) * (1 - ramp(-0.05, 0.04, y))
    blade = down * (
        0.55 * np.exp(-((edge / 0.014) ** 2)) + 0.35 * ramp(-0.005, 0.02, edge) * (1 - ramp(0.05, 0.22, edge))
    )
    return np.asarray(1.25 * bone + blade, np.float32)


def spine(x: Field, y: Field) -> Field:
    """Vertebral bodies with their discs, pedicles and spinous processes."""
    a = np.abs(x)
    step = 0.098 + 0.012 * y
    phase = np.abs(((y + 2.0) / step) % 1.0 - 0.5)
    block = chord((0.088 - a) / 0.05) * (0.55 + 0.45 * ramp(0.06, 0.13, phase))
    eye = np.exp(-(((a - 0.052) / 0.013) ** 2) - (((phase - 0.34) * step / 0.020) ** 2))
    tip = np.exp(-((a / 0.013) ** 2) - (((phase - 0.18) * step / 0.022) ** 2))
    return np.asarray(block + 0.35 * eye + 0.35 * tip, np.float32)


def gas(x: Field, y: Field, patient: Patient) -> Field:
    """The stomach's bubble under the left dome."""
    return np.asarray(
        patient.bubble * _ellipse(x, y, (0.38, patient.dome_left + 0.115), (0.17, 0.075), -0.15) ** 2, np.float32
    )


def vessels(side: int, patient: Patient) -> Field:
    """Branching vessels from both hila in film pixels, 1 at a thick trunk; drawn on a turned frame by `grid`'s rule."""
    rng = np.random.default_rng(patient.tree)
    field = np.zeros((side, side), np.float32)
    cosine, sine = np.cos(patient.tilt), np.sin(patient.tilt)

    def pixel(px: float, py: float) -> tuple[float, float]:
        px *= patient.width
        return (
            (px * cosine - py * sine + patient.middle + 1) * side / 2 - 0.5,
            (px * sine + py * cosine + 1) * side / 2 - 0.5,
        )

    def grow(px: float, py: float, angle: float, calibre: float, length: float, outward: int) -> None:
        for _ in range(3):
            angle += rng.normal(0, 0.10)
            qx, qy = px + outward * np.cos(angle) * length, py + np.sin(angle) * length
            line(field, pixel(px, py), pixel(qx, qy), calibre * side / 2, min(calibre / 0.018, 1.0))
            px, py, calibre = qx, qy, calibre * 0.93
        if calibre < 0.0034 or abs(px) > 0.70:
            return
        spread = rng.uniform(0.25, 0.60)
        for turn, share in ((spread, rng.uniform(0.62, 0.78)), (-spread, rng.uniform(0.62, 0.78))):
            grow(px, py, angle + turn * rng.uniform(0.6, 1.2), calibre * share, length * 0.88, outward)

    for outward in (-1, 1):
        for angle in (-1.25, -0.75, -0.2, 0.35, 0.8, 1.15, 1.4):
            begin = (outward * rng.uniform(0.13, 0.17), rng.uniform(-0.14, 0.02))
            grow(*begin, angle + rng.normal(0, 0.12), rng.uniform(0.013, 0.018), rng.uniform(0.038, 0.052), outward)
    return field
