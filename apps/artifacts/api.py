"""What the API says of an upload in parts, whatever is uploaded."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from .models import Artifact
from .uploads import Part


class PartOutput(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    size = serializers.IntegerField()
    url = serializers.CharField(allow_blank=True, help_text="PUT the part's bytes here; empty when it has arrived.")
    done = serializers.BooleanField()
    etag = serializers.CharField(allow_blank=True)


class UploadOutput(serializers.Serializer[Any]):
    part_size = serializers.IntegerField()
    parts = PartOutput(many=True)


class FileInput(serializers.Serializer[Any]):
    """What every announcement says of its file."""

    size = serializers.IntegerField(min_value=1)
    sha256 = serializers.RegexField(
        r"^[0-9a-f]{64}$",
        help_text="Of the whole file, in hex.",
        error_messages={"invalid": "Give 64 lower-case hex digits."},
    )


class SentPart(serializers.Serializer[Any]):
    number = serializers.IntegerField(min_value=1)
    etag = serializers.CharField(max_length=200, help_text="The ETag header of the PUT's answer.")


class CompleteInput(serializers.Serializer[Any]):
    parts = SentPart(many=True)


class RejectionOutput(serializers.Serializer[Any]):
    rule = serializers.CharField()
    reason = serializers.CharField()


class ErrorOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    detail = serializers.CharField(required=False, allow_blank=True)


def upload_shown(artifact: Artifact, parts: Sequence[Part]) -> dict[str, Any]:
    shown = [{"number": p.number, "size": p.size, "url": p.url, "done": bool(p.etag), "etag": p.etag} for p in parts]
    return {"part_size": artifact.part_size, "parts": shown}


def etags_of(sent: Sequence[dict[str, Any]]) -> dict[int, str]:
    """number -> etag, of the parts that a `CompleteInput` names."""
    return {part["number"]: part["etag"] for part in sent}
