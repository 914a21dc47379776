"""What the API takes and answers about questions, slices and saved analyses; pages take the same."""

from typing import Any

from rest_framework import serializers

CONDITION = (
    '{"column": …} with "low" and "high" (low ≤ value < high), with "in" or "not_in", or with "null"; or "all" or '
    '"any" of others.'
)
VIEW = '{"type": "view"} with any of models, score, segments, clauses, a, b, measure, features, rows, positive.'


class OpenOutput(serializers.Serializer[Any]):
    """An answer that is not there yet."""

    id = serializers.UUIDField()


class AnswerStateOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.CharField(help_text="queued, succeeded, failed or cancelled.")


class FileOutput(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="GET the file's bytes here, within five minutes.")
    name = serializers.CharField()
    rows = serializers.IntegerField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class DatasetFromRows(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80, help_text="Of a dataset of the same project; a new one where none is.")
    notes = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")


class RowsAsDataset(DatasetFromRows):
    """As a page sends it: the rows of a view, or of one of its groups."""

    view = serializers.DictField()
    of = serializers.ChoiceField(choices=["all", "a", "b"], default="all")


class SliceInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    where = serializers.DictField(help_text=CONDITION)
    sentence = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    rows = serializers.IntegerField(min_value=0, max_value=2**53, required=False, allow_null=True, default=None)


class SliceOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    where = serializers.DictField()
    sentence = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    rows = serializers.IntegerField(allow_null=True)
    author = serializers.CharField(allow_blank=True)
    made_at = serializers.DateTimeField()
    url = serializers.CharField()


class AnalysisInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    question = serializers.DictField(help_text=VIEW)


class AnalysisChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80, required=False)
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    question = serializers.DictField(required=False, help_text=VIEW)


class AskedVersion(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()


class AnalysisOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    question = serializers.DictField()
    version = AskedVersion()
    author = serializers.CharField(allow_blank=True)
    made_at = serializers.DateTimeField()
    url = serializers.CharField()
