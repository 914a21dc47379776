"""How a version's models run, in sentences, and what a bundle holds, on its page."""

from typing import Any

from apps.registry.models import Version
from apps.registry.steps import steps_told
from atrium.tenancy.context import team_context
from tests.apps.feedback.cases import signed_in, words
from tests.people import INTERFACE, Lab

STEPS: list[dict[str, Any]] = [
    {
        "name": "voice",
        "file": "voice.onnx",
        "windows": {"tensor": "samples", "size": 512, "step": 256},
        "carried": [{"tensor": "state", "output": "stateN", "shape": [2, 1, 64]}],
        "constants": [{"tensor": "sr", "values": [16000.0]}, {"tensor": "bias", "values": [1.0, 2.0], "shape": [2]}],
    },
    {
        "name": "read",
        "crop": {"image": "film", "step": "voice", "output": "map", "picture": {}},
        "feeds": [{"tensor": "x", "step": "voice", "output": "y", "scale": 2.0, "offset": -1.0}],
    },
]


def test_each_step_is_told() -> None:
    voice, read = steps_told({"steps": STEPS})
    assert (voice.name, voice.file) == ("voice", "voice.onnx")
    assert voice.does == (
        "A long “samples” is given to it in windows of 512, a new one every 256.",
        "What a window leaves in “stateN” is “state” of the next.",
        "“sr” is 16000 for every case.",
        "“bias” is the same 2 numbers for every case.",
    )
    assert read.does == (
        "Runs once for each region that stands out on “map” of “voice”, on that part of “film”.",
        "“x” is “y” of “voice” times 2 minus 1.",
    )
    assert steps_told(INTERFACE) == steps_told(None) == []


def test_the_page_lists_a_bundles_files_and_steps(lab: Lab) -> None:
    facts = {"files": {"voice.onnx": 2048, "labels.txt": 1234}, "sha256": {"voice.onnx": "ab" * 32}}
    with team_context(lab.alice):
        shown = INTERFACE | {"steps": STEPS}
        Version.objects.filter(pk=lab.version.pk).update(format="bundle", report={"facts": facts}, interface=shown)
    html = words(signed_in(lab.alice).get(f"/t/{lab.team.slug}/{lab.project.slug}/models/reader/v1/"))
    for told in ("labels.txt", "1.2 ", "ab" * 32, "voice.onnx", "in windows of 512"):
        assert told in html, told
