"""What a study may hold. Beyond it is refused in words, before a pixel is decoded where the headers say so."""

from gpu_workers.inputs.refusal import Refusal
from gpu_workers.protocol.rendering import MAX_MADE

MAX_FILES = 2000
MAX_UNPACKED = 192 << 20
"""Bytes of all files of one zip, unpacked."""
MAX_FRAMES = 2000
MAX_FRAME_PIXELS = 50 * 1000 * 1000
MAX_DECODED = 192 << 20
"""Bytes of all frames, decoded: some 380 slices of 512 × 512."""


def check_size(rows: int, columns: int, frames: int, bytes_a_pixel: int) -> None:
    if rows < 1 or columns < 1 or frames < 1:
        raise Refusal("input_damaged", "The study says that its pictures have no size. Export it again.")
    if rows * columns > MAX_FRAME_PIXELS:
        raise Refusal(
            "input_too_large",
            f"The pictures of the study have {columns} × {rows} pixels; 50 megapixels are the most. Scale them down.",
        )
    if frames > MAX_FRAMES:
        raise Refusal(
            "input_too_large", f"The study has {frames} pictures; {MAX_FRAMES} are the most. Send a part of it."
        )
    decoded = rows * columns * frames * bytes_a_pixel
    if decoded > MAX_DECODED:
        fit = max(1, MAX_DECODED // (rows * columns * bytes_a_pixel))
        raise Refusal(
            "input_too_large",
            f"The study has {decoded / 1e6:.0f} MB of pixels; {MAX_DECODED / 1e6:.0f} MB are the most. "
            f"Send a part of it: at most {fit} of its {frames} pictures.",
        )


def check_stored(size: int) -> None:
    if size > MAX_MADE:
        raise Refusal(
            "input_too_large",
            f"The study takes more than {MAX_MADE / 1e6:.0f} MB where it is kept. Send fewer of its pictures.",
        )
