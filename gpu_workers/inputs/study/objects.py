"""What a DICOM object is where it holds no picture, and what to do with it."""

from pydicom.dataset import Dataset

from gpu_workers.inputs.refusal import Refusal

_BY_SOP_CLASS = (
    ("1.2.840.10008.5.1.4.1.1.104.", "holds a document (a PDF, say), no picture", "Export the pictures of the study."),
    ("1.2.840.10008.5.1.4.1.1.88.", "is a structured report, no picture", "Send the pictures that it speaks of."),
    ("1.2.840.10008.5.1.4.1.1.9.", "holds a waveform, no picture", "Send it to an input for signals (a series)."),
    ("1.2.840.10008.5.1.4.1.1.11.", "says how pictures are shown and holds none", "Send the pictures themselves."),
    ("1.2.840.10008.5.1.4.1.1.481.3", "holds contours of a radiotherapy plan, no picture", "Send its CT or MR."),
    ("1.2.840.10008.5.1.4.1.1.481.5", "is a radiotherapy plan, no picture", "Send its CT, MR or dose."),
    ("1.2.840.10008.5.1.4.1.1.66", "holds raw or spatial data, no picture", "Send the reconstructed pictures."),
    ("1.2.840.10008.5.1.4.39.", "holds a table of colours, no picture", "Send the study's pictures."),
    ("1.2.840.10008.1.3.10", "is a DICOMDIR, a table of contents", "Send the files that it names, or a zip of them."),
)
_SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
_FILM = "1.2.840.10008.1.2.4.10"
"""MPEG-2, MPEG-4 and HEVC."""


def check_is_picture(dataset: Dataset, called: str) -> None:
    """Raises Refusal with a sentence of its own for each kind of object without pixels that can be read here."""
    meta = getattr(dataset, "file_meta", {})
    sop_class = str(dataset.get("SOPClassUID") or meta.get("MediaStorageSOPClassUID", ""))
    if "PixelData" not in dataset:
        _refuse_without_pixels(dataset, sop_class, called)
    syntax = str(meta.get("TransferSyntaxUID", ""))
    if syntax.startswith(_FILM):
        raise Refusal("input_unsupported", f"{called} is a film (MPEG). Export single pictures of it.")


def _refuse_without_pixels(dataset: Dataset, sop_class: str, called: str) -> None:
    if "FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset:
        raise Refusal(
            "input_unsupported",
            f"{called} holds fractions as pixels, which are not read here. Export it with whole numbers and a rescale.",
        )
    if "EncapsulatedDocument" in dataset:
        sop_class = "1.2.840.10008.5.1.4.1.1.104.1"
    elif "WaveformSequence" in dataset:
        sop_class = "1.2.840.10008.5.1.4.1.1.9."
    for begins, what, then in _BY_SOP_CLASS:
        if sop_class.startswith(begins) and sop_class != _SEGMENTATION:
            raise Refusal("input_unsupported", f"{called} {what}. {then}")
    raise Refusal(
        "input_damaged", f"{called} holds no pixels: only a header is there. Export the study again, with its pictures."
    )
