"""What a stress test does to a picture.

Noise, blur, weather, brightness, contrast, saturation, pixelation, JPEG and elastic are those of Hendrycks and
Dietterich (Benchmarking Neural Network Robustness to Common Corruptions and Perturbations, ICLR 2019), as far as they
differ in the form of Michaelis et al. (Benchmarking Robustness in Object Detection, 2019), with their parameters for
pictures of 224 × 224. Lengths in pixels grow with the shorter side, so that a larger picture is blurred as much to the
eye; a zoom keeps the aspect ratio. What is random comes from a seed. Left out is frost, which lays photographs of ice
over the picture. Turns, shifts and gamma are our own; their steps stand below.
"""

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image

from gpu_workers.inputs.edits import apply
from gpu_workers.protocol.edits import Adjust, Edit, Rotate

from .filters import SIDE, Values, blurred, convolved
from .shaken import elastic_transform, glass_blur, motion_blur
from .snow import snow
from .spatter import spatter

NOISE = {
    "gaussian_noise": (0.08, 0.12, 0.18, 0.26, 0.38),
    "shot_noise": (60, 25, 12, 5, 3),
    "impulse_noise": (0.03, 0.06, 0.09, 0.17, 0.27),
    "speckle_noise": (0.15, 0.2, 0.35, 0.45, 0.6),
}
SIGMA = (1, 2, 3, 4, 6)
DEFOCUS = ((3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5))
ZOOM = ((1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03))
FOG = ((1.5, 2.0), (2.0, 2.0), (2.5, 1.7), (2.5, 1.5), (3.0, 1.4))
BRIGHTNESS = (0.1, 0.2, 0.3, 0.4, 0.5)
CONTRAST = (0.4, 0.3, 0.2, 0.1, 0.05)
SATURATION = ((0.3, 0.0), (0.1, 0.0), (2.0, 0.0), (5.0, 0.1), (20.0, 0.2))
PIXELS = (0.6, 0.5, 0.4, 0.3, 0.25)
QUALITY = (25, 18, 15, 10, 7)
GAMMA = (1.25, 1.5, 2.0, 2.5, 3.0)
DEGREES = (5, 10, 15, 20, 30)
SHIFT = (0.04, 0.08, 0.12, 0.16, 0.2)


def corrupted(image: Image.Image, change: str, severity: int, seed: int) -> Image.Image:
    """The picture of the same mode, L or RGB, and size. severity: 1 to 5."""
    at = severity - 1
    match change:
        case "darker" | "lighter":
            gamma = GAMMA[at] if change == "darker" else 1 / GAMMA[at]
            return _edited(image, Adjust(gamma=gamma))
        case "turn_left" | "turn_right":
            return _edited(image, Rotate(degrees=DEGREES[at] * (-1 if change == "turn_left" else 1)))
        case "shift_left" | "shift_right" | "shift_up" | "shift_down":
            return _shifted(image, change.removeprefix("shift_"), SHIFT[at])
        case "pixelate":
            small = (max(1, int(image.width * PIXELS[at])), max(1, int(image.height * PIXELS[at])))
            return image.resize(small, Image.Resampling.BOX).resize(image.size, Image.Resampling.BOX)
        case "jpeg_compression":
            return _compressed(image, QUALITY[at])
    random = np.random.default_rng([seed, severity, *change.encode()])
    values = np.asarray(image, np.float64).reshape(image.height, image.width, -1) / 255
    made = np.clip(_OF_VALUES[change](values, at, random), 0, 1)
    pixels = (made * 255).astype(np.uint8)  # cut off, as the published code does
    return Image.fromarray(pixels[:, :, 0] if image.mode == "L" else pixels)


def _edited(image: Image.Image, edit: Edit) -> Image.Image:
    return apply(image, (edit,))


def _shifted(image: Image.Image, where: str, share: float) -> Image.Image:
    """Black comes in from the other side."""
    across = round(share * image.width) * {"left": -1, "right": 1}.get(where, 0)
    down = round(share * image.height) * {"up": -1, "down": 1}.get(where, 0)
    moved = Image.new(image.mode, image.size)
    moved.paste(image, (across, down))
    return moved


def _compressed(image: Image.Image, quality: int) -> Image.Image:
    written = BytesIO()
    image.save(written, "JPEG", quality=quality)
    with Image.open(written, formats=["JPEG"]) as read:
        read.load()
        return read.copy()


def _gaussian_noise(values: Values, at: int, random: np.random.Generator) -> Values:
    return values + random.normal(scale=NOISE["gaussian_noise"][at], size=values.shape)


def _shot_noise(values: Values, at: int, random: np.random.Generator) -> Values:
    photons = NOISE["shot_noise"][at]
    counted: Values = random.poisson(values * photons) / photons
    return counted


def _impulse_noise(values: Values, at: int, random: np.random.Generator) -> Values:
    """Salt and pepper alike, each value by itself."""
    hit = random.random(values.shape) < NOISE["impulse_noise"][at]
    salt = random.random(values.shape) < 0.5
    return np.where(hit, salt.astype(np.float64), values)


def _speckle_noise(values: Values, at: int, random: np.random.Generator) -> Values:
    return values + values * random.normal(scale=NOISE["speckle_noise"][at], size=values.shape)


def _gaussian_blur(values: Values, at: int, random: np.random.Generator) -> Values:
    return blurred(values, SIGMA[at] * min(values.shape[:2]) / SIDE)


def _defocus_blur(values: Values, at: int, random: np.random.Generator) -> Values:
    radius, softness = DEFOCUS[at]
    return convolved(values, disk(radius * min(values.shape[:2]) / SIDE, softness), "reflect")


def disk(radius: float, softness: float) -> Values:
    """A disk whose edge is softened by a Gaussian of 3 × 3, above a radius of 8 of 5 × 5; its sum is 1."""
    reach = max(8, int(np.ceil(radius)))
    steps = np.arange(-reach, reach + 1)
    kernel = (steps[:, None] ** 2 + steps[None, :] ** 2 <= radius**2).astype(np.float64)
    kernel /= kernel.sum()
    side = np.arange(-1, 2) if radius <= 8 else np.arange(-2, 3)
    soft = np.exp(-(side**2) / (2 * softness**2))
    soft /= soft.sum()
    width = len(side) // 2
    padded = np.pad(kernel, width)
    rows = sum(weight * padded[shift : shift + len(kernel)] for shift, weight in enumerate(soft))
    softened: Values = sum(weight * rows[:, shift : shift + len(kernel)] for shift, weight in enumerate(soft))
    return softened


def _zoom_blur(values: Values, at: int, random: np.random.Generator) -> Values:
    most, step = ZOOM[at]
    factors = np.arange(1, most, step)
    enlarged: Values = np.sum([_zoomed(values, factor) for factor in factors], axis=0)
    return (values + enlarged) / (len(factors) + 1)


def _zoomed(values: Values, factor: float) -> Values:
    """The middle, enlarged by interpolation between pixels."""
    for axis in (0, 1):
        side = values.shape[axis]
        middle = (side - 1) / 2
        at = middle + (np.arange(side) - middle) / factor
        low = np.clip(np.floor(at).astype(int), 0, max(side - 2, 0))
        part = (at - low).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        high = np.minimum(low + 1, side - 1)
        values = values.take(low, axis) * (1 - part) + values.take(high, axis) * part
    return values


def _fog(values: Values, at: int, random: np.random.Generator) -> Values:
    depth, decay = FOG[at]
    height, width = values.shape[:2]
    cloud = plasma(2 ** int(np.ceil(np.log2(max(height, width, 2)))), decay, random)
    most = values.max()
    misty: Values = (values + depth * cloud[:height, :width, None]) * most / (most + depth)
    return misty


def plasma(side: int, decay: float, random: np.random.Generator) -> Values:
    """A cloud in 0..1 of the diamond-square method on a torus. side: a power of two."""
    field = np.zeros((side, side))
    step, wobble = side, 100.0

    def wobbled(sums: Values) -> Values:
        return sums / 4 + wobble * random.uniform(-wobble, wobble, sums.shape)

    while step >= 2:
        half = step // 2
        corners = field[::step, ::step]
        pairs = corners + np.roll(corners, -1, 0)
        field[half::step, half::step] = wobbled(pairs + np.roll(pairs, -1, 1))
        centres = field[half::step, half::step]
        beside = centres + np.roll(centres, 1, 0) + corners + np.roll(corners, -1, 1)
        field[::step, half::step] = wobbled(beside)
        above = centres + np.roll(centres, 1, 1) + corners + np.roll(corners, -1, 0)
        field[half::step, ::step] = wobbled(above)
        step, wobble = half, wobble / decay
    field -= field.min()
    cloud: Values = field / field.max()
    return cloud


def _brightness(values: Values, at: int, random: np.random.Generator) -> Values:
    """The value of HSV is raised; hue and saturation stay."""
    value = values.max(2, keepdims=True)
    raised = np.clip(value + BRIGHTNESS[at], 0, 1)
    made: Values = np.where(value > 0, values * raised / np.where(value > 0, value, 1), raised)
    return made


def _contrast(values: Values, at: int, random: np.random.Generator) -> Values:
    means: Values = values.mean((0, 1), keepdims=True)
    return (values - means) * CONTRAST[at] + means


def _saturate(values: Values, at: int, random: np.random.Generator) -> Values:
    """The saturation of HSV is multiplied and raised; a grey has the hue of red. A picture without colour stays."""
    if values.shape[2] == 1:
        return values
    factor, more = SATURATION[at]
    value, low = values.max(2, keepdims=True), values.min(2, keepdims=True)
    spread = value - low
    saturation = spread / np.where(value > 0, value, 1)
    wanted = np.clip(saturation * factor + more, 0, 1)
    shares = np.where(spread > 0, (value - values) / np.where(spread > 0, spread, 1), np.array([0.0, 1.0, 1.0]))
    made: Values = value * (1 - wanted * shares)
    return made


_OF_VALUES: dict[str, Callable[[Values, int, np.random.Generator], Values]] = {
    "gaussian_noise": _gaussian_noise,
    "shot_noise": _shot_noise,
    "impulse_noise": _impulse_noise,
    "speckle_noise": _speckle_noise,
    "gaussian_blur": _gaussian_blur,
    "glass_blur": glass_blur,
    "motion_blur": motion_blur,
    "defocus_blur": _defocus_blur,
    "zoom_blur": _zoom_blur,
    "fog": _fog,
    "snow": snow,
    "spatter": spatter,
    "elastic_transform": elastic_transform,
    "brightness": _brightness,
    "contrast": _contrast,
    "saturate": _saturate,
}
