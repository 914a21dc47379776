"""What a file is by its first bytes; its name is never believed."""

from .refusal import Refusal

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_TAKEN = "PNG, JPEG, WebP, GIF, BMP or TIFF"

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
}
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# Where the bytes lie, the bytes, and what to tell people.
_KNOWN: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF", f"a PDF. Save the page you mean as {_TAKEN}"),
    (128, b"DICM", f"a DICOM file. Export the picture as {_TAKEN}, without the patient's name in it"),
    (4, b"ftypavif", f"an AVIF picture. Save it as {_TAKEN}"),
    (4, b"ftyphei", "a HEIC picture. Save it as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible)"),
    (4, b"ftyphev", f"a HEIC picture. Save it as {_TAKEN}"),
    (4, b"ftypmif1", f"a HEIF picture. Save it as {_TAKEN}"),
    (4, b"ftyp", "a video. Save the frame you mean as PNG"),
    (0, b"\x1aE\xdf\xa3", "a video. Save the frame you mean as PNG"),
    (0, b"\x00\x00\x00\x0cjP  ", f"a JPEG 2000 picture. Save it as {_TAKEN}"),
    (0, b"\xffO\xffQ", f"a JPEG 2000 picture. Save it as {_TAKEN}"),
    (0, b"8BPS", f"a Photoshop document. Export it as {_TAKEN}"),
    (0, b"%!PS", f"a PostScript file. Save it as {_TAKEN}"),
    (0, b"\x00\x00\x01\x00", f"an icon. Save it as {_TAKEN}"),
    (0, b"PK\x03\x04", f"a zip archive or an Office document. Send the pictures in it one by one, as {_TAKEN}"),
    (0, b"\x1f\x8b", f"a compressed archive. Unpack it and send one picture, as {_TAKEN}"),
    (0, b"\x89HDF", f"an HDF5 file. Export one picture of it as {_TAKEN}"),
    (0, b"\x93NUMPY", f"a NumPy array. Save it as {_TAKEN}"),
)


def format_of(head: bytes) -> str:
    """Which of `FORMATS` bytes begin like, "" where none. head: the first sixteen are enough."""
    if head.startswith(b"RIFF") and head.startswith(b"WEBP", 8):
        return "WEBP"
    if head.startswith(_TIFF):
        return "TIFF"
    return next((name for mark, name in _SIGNATURES.items() if head.startswith(mark)), "")


def in_words(data: bytes) -> str:
    """A picture where it cannot be shown."""
    return f"{format_of(data) or 'no picture'}, {len(data):,} bytes"


def refuse_other_kinds(data: bytes, called: str) -> None:
    """Raises `input_unsupported` with the way out for well-known files that are not taken. called: "The file", say."""
    for offset, magic, sentence in _KNOWN:
        if data.startswith(magic, offset):
            raise Refusal("input_unsupported", f"{called} is {sentence}.")
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<") and b"<svg" in data[:4096].lower():
        raise Refusal("input_unsupported", f"{called} is an SVG drawing. Save it as PNG at the size that you want.")


def unreadable(data: bytes, called: str) -> Refusal:
    """Why none of the readers takes the file: judged by how it begins."""
    found = format_of(data)
    if found == "TIFF":
        return Refusal(
            "input_unsupported",
            f"{called} is a TIFF of a kind that is not read here, or a damaged one. "
            "Save it as 8-bit or 16-bit TIFF, grey or RGB, or as PNG.",
        )
    if found:
        return Refusal(
            "input_damaged",
            f"{called} begins like a picture, but its header is damaged. Open it in a viewer and save it anew.",
        )
    return Refusal("input_not_an_image", f"{called} is no picture that can be read. Save it as {_TAKEN}.")
