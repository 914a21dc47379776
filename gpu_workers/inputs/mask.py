"""Masks that a function answered: a picture of class indices, brought back to the original's frame."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from gpu_workers.masks import classes_in, png
from gpu_workers.protocol.edits import Edit
from gpu_workers.protocol.geometry import geometry
from gpu_workers.protocol.messages import Origin
from gpu_workers.protocol.rendering import Made

from .decode import decode as picture_of
from .decode import open_original
from .refusal import Refusal
from .thumbnail import thumbnail

__all__ = ["decode", "render", "thumbnail"]


def decode(data: bytes, options: Mapping[str, Any], name: str = "") -> Made:
    """options: `classes`, their names from index 1; `origin`, of the picture that it is a mask of, as `Origin`.

    It covers the whole of what the function saw, at any size; pixels are taken by the nearest.
    """
    indices = open_original(picture_of(data, "L", name).data)
    origin = msgspec.convert(options["origin"], Origin)
    placed = geometry(origin.edits, origin.width, origin.height)
    if (placed.width, placed.height) != indices.size:
        indices = indices.resize((placed.width, placed.height), Image.Resampling.NEAREST)
    if not placed.is_identity:
        indices = indices.transform(placed.original, Image.Transform.AFFINE, placed.affine, Image.Resampling.NEAREST)
    found = np.asarray(indices)
    names = [str(each) for each in options.get("classes", ())]
    if names and (highest := int(found.max(initial=0))) > len(names):
        raise Refusal(
            "input_unsupported", f"It holds class {highest}, and {len(names)} are declared. Declare {highest}."
        )
    classes = msgspec.to_builtins(classes_in(found, names, origin.spacing_mm))
    made = png(found)
    facts = {"width": origin.width, "height": origin.height, "classes": classes}
    return Made(made, sha256(made).hexdigest(), "mask", facts)


def render(data: bytes, edits: Sequence[Edit]) -> Made:
    raise Refusal("malformed", "A mask takes no edits.")
