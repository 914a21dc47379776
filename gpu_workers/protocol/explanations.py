"""Why a model answers as it does: what is asked, as a method with its options; `explained` has what comes of it.

An explanation asks a version again and again about one case that is changed a little each time. How often, web tells
before: `protocol.asked` counts it.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from .edits import Frame, Marks

Share = Annotated[float, Meta(ge=0.01, le=1)]
Fill = Literal["mean", "black", "blur"]
Fractions = tuple[float, ...]
MOST_CALLS = 5_000
"""Of one explanation."""


class Target(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whose score is followed. output: a label's or a number's; label: the class, "" of a number."""

    output: str = ""
    label: str = ""


class _Method(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="method"):
    """input: which one is changed; "" for the first one that the method suits. Always written out in full, so that the
    same question is the same JSON."""

    input: Annotated[str, Meta(max_length=120)] = ""


class _Covering(_Method, frozen=True, kw_only=True):
    """A window is moved and covers what lies under it. window, stride: shares of each side."""

    window: Share = 0.125
    stride: Share = 0.0625
    fill: Fill = "mean"

    def __post_init__(self) -> None:
        if self.stride > self.window:
            raise ValueError("the stride is longer than the window, so that parts would never be covered")


class Occlusion(_Covering, frozen=True, kw_only=True, tag="occlusion"):
    """A window is moved over the picture and covers what lies under it. window, stride: shares of each side."""


class Slices(_Covering, frozen=True, kw_only=True, tag="slices"):
    """A window is moved over a study, as an occlusion's over a picture, and covers a block of slices.

    frames: where blocks begin, counted from 0; depth: slices of each. No frames: one block through all of them. count:
    how many the study has.
    """

    frames: Annotated[tuple[Frame, ...], Meta(max_length=64)] = ()
    depth: Annotated[int, Meta(ge=1, le=1000)] = 1
    count: Annotated[int, Meta(ge=0)] = 0


class Ablation(_Method, frozen=True, kw_only=True, tag="ablation"):
    """Regions of the picture are covered one by one, and all but one.

    regions: superpixels (SLIC, Achanta et al. 2012), about `count` of them, or the marks that are given: boxes,
    ellipses and polygons. compactness: how much more nearness counts than colour.
    """

    regions: Literal["superpixels", "marks"] = "superpixels"
    count: Annotated[int, Meta(ge=4, le=200)] = 40
    compactness: Annotated[float, Meta(ge=0.1, le=100)] = 10.0
    marks: Marks = ()
    fill: Fill = "mean"

    def __post_init__(self) -> None:
        if self.regions == "marks" and not self.marks:
            raise ValueError("give the marks that are to be covered")
        if any(mark.kind not in ("box", "ellipse", "polygon") for mark in self.marks):
            raise ValueError("only a box, an ellipse and a polygon have an inside that can be covered")


class WhatIf(_Method, frozen=True, kw_only=True, tag="what_if"):
    """Numbers and choices are varied one at a time, the others as they are (Goldstein et al. 2015).

    fields: inputs, or input.column of a table; none for all. points: of a number's range.
    """

    fields: Annotated[tuple[Annotated[str, Meta(max_length=250)], ...], Meta(max_length=100)] = ()
    points: Annotated[int, Meta(ge=2, le=101)] = 21


class Windows(_Method, frozen=True, kw_only=True, tag="windows"):
    """A window of time is moved over a signal and silences what lies under it, as the edit `mask` does.

    window, stride: shares of the signal's length. leads: those that are silenced, of a recording by number; none named:
    all of them. by_lead: each of them alone, else together; then leads names every one. seconds: the signal's length.
    """

    window: Share = 0.05
    stride: Share = 0.025
    leads: Annotated[tuple[Annotated[str, Meta(max_length=120)], ...], Meta(max_length=256)] = ()
    by_lead: bool = False
    seconds: Annotated[float, Meta(ge=0, le=1e7)] = 0.0

    def __post_init__(self) -> None:
        if self.stride > self.window:
            raise ValueError("the stride is longer than the window, so that parts would never be silenced")


class Words(_Method, frozen=True, kw_only=True, tag="words"):
    """Words of a text are left out one by one. mask: what stands in a word's place; "" takes it out altogether."""

    mask: Annotated[str, Meta(max_length=40)] = ""


class Stress(_Method, frozen=True, kw_only=True, tag="stress"):
    """The picture is made worse in the published ways, at five severities (Hendrycks and Dietterich 2019), and turned,
    shifted, made brighter and darker; a study is turned, and given other windows.

    changes: names of `CHANGES`, of a study of `STUDY_CHANGES`, none for all. seed: of what is random.
    """

    changes: Annotated[tuple[str, ...], Meta(max_length=40)] = ()
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 0

    def __post_init__(self) -> None:
        known = CHANGES | STUDY_CHANGES
        unknown = next((name for name in self.changes if name not in known), None)
        if unknown is not None:
            raise ValueError(f"there is no change “{unknown[:40]}”; there are {', '.join(known)}")


Method = Occlusion | Slices | Ablation | WhatIf | Windows | Words | Stress

SEVERITIES = (1, 2, 3, 4, 5)
CHANGES = {
    "gaussian_noise": ("Gaussian noise", "noise"),
    "shot_noise": ("Shot noise", "noise"),
    "impulse_noise": ("Impulse noise", "noise"),
    "speckle_noise": ("Speckle noise", "noise"),
    "gaussian_blur": ("Gaussian blur", "blur"),
    "glass_blur": ("Frosted glass", "blur"),
    "motion_blur": ("Motion blur", "blur"),
    "defocus_blur": ("Defocus", "blur"),
    "zoom_blur": ("Zoom blur", "blur"),
    "fog": ("Fog", "weather"),
    "snow": ("Snow", "weather"),
    "spatter": ("Spatter", "weather"),
    "brightness": ("Brightness", "weather"),
    "contrast": ("Contrast", "digital"),
    "saturate": ("Saturation", "digital"),
    "elastic_transform": ("Elastic", "digital"),
    "pixelate": ("Pixelation", "digital"),
    "jpeg_compression": ("JPEG compression", "digital"),
    "darker": ("Darker (gamma)", "intensity"),
    "lighter": ("Lighter (gamma)", "intensity"),
    "turn_left": ("Turned to the left", "place"),
    "turn_right": ("Turned to the right", "place"),
    "shift_left": ("Shifted to the left", "place"),
    "shift_right": ("Shifted to the right", "place"),
    "shift_up": ("Shifted up", "place"),
    "shift_down": ("Shifted down", "place"),
}
"""What a stress test does to a picture: by name its title and its family."""
STUDY_CHANGES = {
    "window_narrower": ("Narrower window", "intensity"),
    "window_wider": ("Wider window", "intensity"),
    "window_lower": ("Lower window", "intensity"),
    "window_higher": ("Higher window", "intensity"),
    "turn_left": ("Turned to the left", "place"),
    "turn_right": ("Turned to the right", "place"),
}
"""What it does to a study, in all its slices."""
