"""The published corruptions by their authors' own code (`imagecorruptions`), with the random numbers that ours draw.

    PYTHON tests/gpu_workers/explanations/published.py PICTURE.npy MADE.npy CHANGE …

PYTHON is of the venv `peers` (tests/venvs.py). PICTURE: (height, width, 3) of uint8. Written is (changes, severities,
height, width, 3) of uint8. The package is of 2020: what has moved since in the libraries that it calls is put back.
"""

import sys
import types
from typing import Any

import numpy as np

SEED = 1


def as_of_2020() -> Any:
    import scipy.ndimage
    import skimage.filters

    vars(np)["float_"] = np.float64
    moved: Any = types.ModuleType("scipy.ndimage.interpolation")
    moved.map_coordinates = scipy.ndimage.map_coordinates
    sys.modules[moved.__name__] = moved
    smooth = skimage.filters.gaussian

    def gaussian(image: Any, *arguments: Any, multichannel: bool = False, **more: Any) -> Any:
        return smooth(image, *arguments, channel_axis=-1 if multichannel else None, **more)

    skimage.filters.gaussian = gaussian
    from imagecorruptions import corruptions

    return corruptions


def main(picture: str, to: str, *changes: str) -> None:
    from PIL import Image

    published = as_of_2020()
    pixels = np.load(picture)
    made = np.zeros((len(changes), 5, *pixels.shape), np.uint8)
    for place, change in enumerate(changes):
        for severity in range(1, 6):
            drawn = np.random.default_rng([SEED, severity, *change.encode()])
            vars(np.random).update(normal=drawn.normal, uniform=drawn.uniform, randint=drawn.integers)
            made[place, severity - 1] = getattr(published, change)(Image.fromarray(pixels), severity)
    np.save(to, made)


if __name__ == "__main__":
    main(*sys.argv[1:])
