"""Why an input is not taken, and the bounds that every input keeps."""

from gpu_workers.protocol.rendering import MAX_BYTES, Refused

MAX_PIXELS = 50 * 1000 * 1000
MAX_MEMORY = 512 << 20

TOO_MUCH_MEMORY = Refused(
    "input_too_large",
    "The file needs more than 512 MB of memory to read. Send a part of it; of a picture, a smaller one as 8-bit PNG.",
)


class Refusal(Exception):
    """code: one of the register of errors; message: a sentence that says what to do next."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def called_of(name: str) -> str:
    """How a message calls what was given for the input of this name."""
    plain = "".join(letter for letter in name if letter.isprintable())[:80].strip()
    return f"“{plain}”" if plain else "The file"


def check_bytes(size: int) -> None:
    if size == 0:
        raise Refusal("input_not_an_image", "The file is empty. Choose the picture again, or save it anew.")
    if size > MAX_BYTES:
        raise Refusal(
            "input_too_large",
            f"The file has {size / 1e6:.1f} MB; pictures may have 25 MB. Save it smaller or as PNG or JPEG.",
        )


def check_size(size: int, called: str, what: str, smaller: str) -> None:
    """Of a file that is no picture. what: "recordings", say; smaller: what to do where it is too large."""
    if size == 0:
        raise Refusal("input_damaged", f"{called} is an empty file. Choose it again, or export it anew.")
    if size > MAX_BYTES:
        raise Refusal("input_too_large", f"{called} has {size / 1e6:.1f} MB; {what} may have 25 MB. {smaller}")


def check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise Refusal(
            "input_too_large",
            f"The picture has {width} × {height} pixels; 50 megapixels are the most. Scale it down or crop it.",
        )
