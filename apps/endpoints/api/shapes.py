"""What the API takes and answers about endpoints and predictions."""

from typing import Any

from rest_framework import serializers

from apps.endpoints.models import Prediction


class ServedVersion(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    model_name = serializers.CharField()


class OriginOutput(serializers.Serializer[Any]):
    """The row of a table that a case is."""

    version = serializers.UUIDField(help_text="Of the dataset.")
    dataset = serializers.CharField()
    number = serializers.IntegerField(help_text="Of the version.")
    row = serializers.IntegerField(help_text="Its place in the dataset, from 0.")
    id = serializers.CharField(required=False, help_text="What its id column says, where the dataset has one.")


class WaitingOutput(serializers.Serializer[Any]):
    online = serializers.BooleanField(help_text="Whether a notebook answers now.")
    ahead = serializers.IntegerField(help_text="Cases that are answered before this one.")
    message = serializers.CharField(allow_blank=True)


class PredictionOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    endpoint = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Prediction.State.choices)
    version = ServedVersion()
    inputs = serializers.DictField()
    rendered = serializers.DictField(child=serializers.CharField())
    edits = serializers.ListField(child=serializers.DictField())
    came_from = OriginOutput(allow_null=True)
    answer = serializers.DictField(allow_null=True)
    error = serializers.DictField(allow_null=True)
    timings = serializers.DictField()
    original = serializers.UUIDField()
    kept = serializers.BooleanField()
    stored = serializers.BooleanField(help_text="Whether it was answered from an earlier, equal request.")
    waiting = WaitingOutput(allow_null=True, help_text="Of a case that waits for a live function.")
    created_at = serializers.DateTimeField()
    url = serializers.CharField()


class PoolWorkers(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    workers = serializers.IntegerField(help_text="That are connected now.")


class EndpointOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    project = serializers.UUIDField()
    version = ServedVersion()
    interface = serializers.DictField()
    card = serializers.DictField(child=serializers.CharField(allow_blank=True))
    examples = serializers.IntegerField()
    pool = PoolWorkers(allow_null=True, help_text="The team's own pool that answers; null for the installation's.")
    url = serializers.CharField()
    notices = serializers.ListField(child=serializers.CharField(), required=False)


class EndpointInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    version = serializers.UUIDField()


class EndpointChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80, required=False)
    version = serializers.UUIDField(required=False, help_text="The version that answers from now on.")
    pool = serializers.UUIDField(
        required=False, allow_null=True, help_text="The team's own pool that answers; null for the installation's."
    )


class ExampleOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField(allow_blank=True)
    position = serializers.IntegerField(help_text="Reviewers see the smallest first.")
    prediction = PredictionOutput()


class ExampleChange(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=120, required=False, allow_blank=True)
    position = serializers.IntegerField(
        required=False, min_value=0, max_value=10_000, help_text="The place among the endpoint's examples, from 0."
    )


class ExampleInput(serializers.Serializer[Any]):
    inputs = serializers.DictField()
    title = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
