"""The kind of job that inspects an uploaded file, and how its report changes the version."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from django.utils import timezone

from apps.jobs.kinds import JobKind, Presigned, Result
from apps.jobs.payload import value_from
from atrium.tenancy.statements import send
from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.messages import Failure, Inspect, Model, Report

from .models import Version

DECIDED = "SELECT atrium.version_decided(%s, %s)"
"""The chore `registry.version_decided`, in the transaction of the end."""


def _build(payload: dict[str, Any], model: Model | None, presigned: Presigned) -> Inspect:
    return Inspect(
        url=presigned.get(payload["key"]),
        sha256=payload["sha256"],
        size=payload["size"],
        format=payload["format"],
        interface=None if payload["declared"] is None else msgspec.convert(payload["declared"], Interface),
        example={name: value_from(value, presigned) for name, value in payload["example"].items()},
    )


def _changes(report: Report | None, error: Failure | None) -> dict[str, Any]:
    if report is None:
        failure = error or Failure("internal", "The inspection ended without a report.")
        return {"state": Version.State.FAILED, "error": {"code": failure.code, "message": failure.message}}
    built = msgspec.to_builtins(report)
    changes: dict[str, Any] = {"report": built, "error": None, "decided_at": timezone.now()}
    if report.verdict == "rejected":
        return changes | {"state": Version.State.REJECTED, "rule": report.rule, "reason": report.reason}
    column = "proposed" if report.proposed else "interface"
    return changes | {"state": Version.State.READY, column: built.get("interface"), "batch_axis": report.batch_axis}


def _finish_many(results: Sequence[Result]) -> None:
    for result in results:
        rows = Version.objects.filter(pk=result.subject, team_id=result.team_id, state=Version.State.INSPECTING)
        rows.update(**_changes(result.report, result.error))
        send(DECIDED, result.team_id, result.subject)


INSPECT = JobKind("inspect", timedelta(hours=1), _build, _finish_many, at_once=2)
