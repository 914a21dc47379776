"""Every operation of the API with what it needs: a scope, a right, and a request that is sound in its form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.feedback.services import flag_prediction
from apps.sharing.models import Link
from atrium.access.principals import NEAR, Role, Scope
from atrium.tenancy.context import team_context
from tests.comparing import read_comparison
from tests.people import Lab, explanation_of
from tests.rights.table import TABLE, Right
from tests.schema import schema
from tests.sorting import sorting_of
from tests.tables import ready_table, run_of, saved_of

READS_MODELS = frozenset({Scope.MODELS_READ, Scope.MODELS_WRITE})
WRITES_MODELS = frozenset({Scope.MODELS_WRITE})
READS_FEEDBACK = frozenset({Scope.FEEDBACK_READ, Scope.FEEDBACK_WRITE})
WRITES_FEEDBACK = frozenset({Scope.FEEDBACK_WRITE})
READS_PREDICTIONS = frozenset({Scope.PREDICT, Scope.MODELS_READ, Scope.FEEDBACK_READ, Scope.FEEDBACK_WRITE})
READS_DATA = frozenset({Scope.DATA_READ, Scope.DATA_WRITE})
WRITES_DATA = frozenset({Scope.DATA_WRITE})
ANY = frozenset(Scope)


@dataclass(frozen=True)
class Things:
    """One of each thing that an address can name."""

    lab: Lab
    ids: dict[str, UUID]

    @classmethod
    def of(cls, lab: Lab) -> "Things":
        prediction = lab.prediction(lab.alice)
        flag = flag_prediction(lab.alice, prediction.pk, verdict="wrong")
        link_id, _ = lab.link()
        table = ready_table(lab.alice, lab.project, "rows")
        saved = saved_of(lab.alice, table)
        sorted_by = sorting_of(lab, flag.thread_id)
        with team_context(lab.alice):
            assert Link.objects.filter(pk=link_id).exists()
            picture = UUID(prediction.inputs["film"]["original"])
        return cls(
            lab,
            {
                "project_id": lab.project.pk,
                "model_id": lab.version.model_id,
                "version_id": lab.version.pk,
                "endpoint_id": lab.endpoint.pk,
                "example_id": lab.example().pk,
                "prediction_id": prediction.pk,
                "artifact_id": picture,
                "explanation_id": explanation_of(lab.alice, prediction.pk),
                "thread_id": flag.thread_id,
                "link_id": link_id,
                "held_id": lab.held(lab.alice).pk,
                "dataset_id": table.dataset_id,
                "dataset_version_id": table.pk,
                "answer_id": saved.answer_id,
                "slice_id": saved.slice_id,
                "analysis_id": saved.analysis_id,
                "run_id": run_of(lab.alice, table, lab.version).pk,
                **sorted_by,
                "comparison_id": read_comparison(lab, prediction.pk).pk,
            },
        )


@dataclass(frozen=True)
class Operation:
    """scopes: any one of them is enough. also: further ones, each of which is needed beside it."""

    scopes: frozenset[Scope]
    right: Right = Right.SEE
    body: Callable[[Things], Any] | None = None
    also: frozenset[Scope] = frozenset()

    @property
    def least(self) -> Role:
        return TABLE[self.right].role

    def allows(self, scopes: frozenset[Scope]) -> bool:
        """Whether a token of these scopes may."""
        return bool(self.scopes & scopes) and self.also <= scopes


def _nothing(things: Things) -> dict[str, Any]:
    return {}


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("get", "me"): Operation(ANY),
    ("get", "projects"): Operation(NEAR),
    ("post", "projects"): Operation(WRITES_MODELS, Right.BUILD, lambda _: {"name": "Another"}),
    ("get", "pools"): Operation(NEAR),
    ("get", "projects/{project_id}"): Operation(NEAR),
    ("patch", "projects/{project_id}"): Operation(WRITES_MODELS, Right.BUILD, lambda _: {"description": "New"}),
    ("delete", "projects/{project_id}"): Operation(WRITES_MODELS, Right.MANAGE),
    ("get", "projects/{project_id}/webhooks"): Operation(WRITES_MODELS, Right.MANAGE),
    ("post", "projects/{project_id}/webhooks"): Operation(
        WRITES_MODELS, Right.MANAGE, lambda _: {"url": "https://example.org/", "events": ["flag.created"]}
    ),
    ("get", "webhooks/{hook_id}"): Operation(WRITES_MODELS, Right.MANAGE),
    ("patch", "webhooks/{hook_id}"): Operation(WRITES_MODELS, Right.MANAGE, lambda _: {"note": "New"}),
    ("delete", "webhooks/{hook_id}"): Operation(WRITES_MODELS, Right.MANAGE),
    ("post", "webhooks/{hook_id}/rotate"): Operation(WRITES_MODELS, Right.MANAGE),
    ("post", "webhooks/{hook_id}/test"): Operation(WRITES_MODELS, Right.MANAGE),
    ("get", "webhooks/{hook_id}/deliveries"): Operation(WRITES_MODELS, Right.MANAGE),
    ("post", "deliveries/{delivery_id}/redeliver"): Operation(WRITES_MODELS, Right.MANAGE),
    ("get", "projects/{project_id}/models"): Operation(READS_MODELS),
    ("post", "projects/{project_id}/models"): Operation(WRITES_MODELS, Right.BUILD, lambda _: {"name": "reader"}),
    ("get", "models/{model_id}"): Operation(READS_MODELS),
    ("post", "models/{model_id}/versions"): Operation(
        WRITES_MODELS, Right.BUILD, lambda _: {"size": 2**40, "sha256": "0" * 64}
    ),
    ("get", "versions/{version_id}"): Operation(READS_MODELS),
    ("patch", "versions/{version_id}"): Operation(WRITES_MODELS, Right.BUILD, lambda _: {"notes": "New"}),
    ("delete", "versions/{version_id}"): Operation(WRITES_MODELS, Right.BUILD),
    ("get", "versions/{version_id}/upload"): Operation(WRITES_MODELS, Right.BUILD),
    ("post", "versions/{version_id}/complete"): Operation(WRITES_MODELS, Right.BUILD, lambda _: {"parts": []}),
    ("post", "versions/{version_id}/inspect"): Operation(WRITES_MODELS, Right.BUILD),
    ("get", "models/{model_id}/suite"): Operation(READS_FEEDBACK, also=frozenset({Scope.MODELS_READ})),
    ("patch", "models/{model_id}/suite"): Operation(
        WRITES_FEEDBACK, Right.MANAGE, lambda _: {"refuses": True}, frozenset({Scope.MODELS_READ})
    ),
    ("post", "models/{model_id}/suite/cases"): Operation(
        WRITES_FEEDBACK, Right.JUDGE, lambda _: {}, frozenset({Scope.MODELS_READ})
    ),
    ("patch", "suite-cases/{case_id}"): Operation(
        WRITES_FEEDBACK, Right.JUDGE, lambda _: {"expected": {"finding": {"is": "as_before"}}}
    ),
    ("delete", "suite-cases/{case_id}"): Operation(WRITES_FEEDBACK, Right.JUDGE),
    ("get", "versions/{version_id}/suite-report"): Operation(READS_FEEDBACK, also=frozenset({Scope.MODELS_READ})),
    ("post", "versions/{version_id}/suite-report"): Operation(
        WRITES_FEEDBACK, Right.JUDGE, None, frozenset({Scope.PREDICT, Scope.MODELS_READ})
    ),
    ("post", "suite-runs/{suite_run_id}/cancel"): Operation(
        WRITES_FEEDBACK, Right.JUDGE, None, frozenset({Scope.PREDICT})
    ),
    ("get", "projects/{project_id}/datasets"): Operation(READS_DATA),
    ("post", "projects/{project_id}/datasets"): Operation(WRITES_DATA, Right.BUILD, lambda _: {"name": "rows"}),
    ("get", "datasets/{dataset_id}"): Operation(READS_DATA),
    ("delete", "datasets/{dataset_id}"): Operation(WRITES_DATA, Right.BUILD),
    ("post", "datasets/{dataset_id}/versions"): Operation(
        WRITES_DATA, Right.BUILD, lambda _: {"format": "csv", "size": 2**40, "sha256": "0" * 64}
    ),
    ("get", "dataset-versions/{dataset_version_id}"): Operation(READS_DATA),
    ("patch", "dataset-versions/{dataset_version_id}"): Operation(WRITES_DATA, Right.BUILD, lambda _: {"notes": "New"}),
    ("delete", "dataset-versions/{dataset_version_id}"): Operation(WRITES_DATA, Right.BUILD),
    ("get", "dataset-versions/{dataset_version_id}/upload"): Operation(WRITES_DATA, Right.BUILD),
    ("post", "dataset-versions/{dataset_version_id}/complete"): Operation(
        WRITES_DATA, Right.BUILD, lambda _: {"parts": []}
    ),
    ("post", "dataset-versions/{dataset_version_id}/read"): Operation(WRITES_DATA, Right.BUILD),
    ("get", "dataset-versions/{dataset_version_id}/runs"): Operation(READS_DATA),
    ("post", "dataset-versions/{dataset_version_id}/runs"): Operation(
        WRITES_DATA, Right.BUILD, lambda things: {"version": str(things.lab.version.pk)}, frozenset({Scope.PREDICT})
    ),
    ("get", "runs/{run_id}"): Operation(READS_DATA),
    ("post", "runs/{run_id}/cancel"): Operation(WRITES_DATA, Right.BUILD),
    ("post", "runs/{run_id}/resume"): Operation(WRITES_DATA, Right.BUILD, None, frozenset({Scope.PREDICT})),
    ("post", "dataset-versions/{dataset_version_id}/ask"): Operation(READS_DATA, Right.SEE, _nothing),
    ("post", "dataset-versions/{dataset_version_id}/analyses"): Operation(
        WRITES_DATA, Right.BUILD, lambda _: {"name": "New", "question": {"type": "view"}}
    ),
    ("get", "datasets/{dataset_id}/analyses"): Operation(READS_DATA),
    ("get", "datasets/{dataset_id}/slices"): Operation(READS_DATA),
    ("post", "datasets/{dataset_id}/slices"): Operation(
        WRITES_DATA, Right.BUILD, lambda _: {"name": "New", "where": {"column": "age"}}
    ),
    ("get", "answers/{answer_id}"): Operation(READS_DATA),
    ("post", "answers/{answer_id}/cancel"): Operation(READS_DATA),
    ("get", "answers/{answer_id}/file"): Operation(frozenset({Scope.DATA_READ}), Right.BUILD),
    ("post", "answers/{answer_id}/dataset"): Operation(WRITES_DATA, Right.BUILD, lambda _: {"name": "rows"}),
    ("delete", "slices/{slice_id}"): Operation(WRITES_DATA, Right.MANAGE),
    ("get", "analyses/{analysis_id}"): Operation(READS_DATA),
    ("patch", "analyses/{analysis_id}"): Operation(WRITES_DATA, Right.MANAGE, lambda _: {"note": "New"}),
    ("delete", "analyses/{analysis_id}"): Operation(WRITES_DATA, Right.MANAGE),
    ("get", "projects/{project_id}/endpoints"): Operation(NEAR),
    ("post", "projects/{project_id}/endpoints"): Operation(
        WRITES_MODELS, Right.BUILD, lambda things: {"name": "Reader", "version": str(things.lab.version.pk)}
    ),
    ("post", "projects/{project_id}/functions"): Operation(
        WRITES_MODELS, Right.BUILD, lambda _: {"name": "Reader", "interface": {}}
    ),
    ("get", "endpoints/{endpoint_id}"): Operation(NEAR),
    ("patch", "endpoints/{endpoint_id}"): Operation(WRITES_MODELS, Right.BUILD, lambda _: {"name": "Reader"}),
    ("get", "endpoints/{endpoint_id}/examples"): Operation(NEAR),
    ("post", "endpoints/{endpoint_id}/examples"): Operation(
        frozenset({Scope.PREDICT}), Right.BUILD, lambda _: {"inputs": {}}
    ),
    ("patch", "examples/{example_id}"): Operation(WRITES_MODELS, Right.BUILD, lambda _: {"title": "New"}),
    ("delete", "examples/{example_id}"): Operation(WRITES_MODELS, Right.BUILD),
    ("post", "endpoints/{endpoint_id}/predictions"): Operation(
        frozenset({Scope.PREDICT}), Right.PREDICT, lambda _: {"inputs": {}}
    ),
    ("get", "predictions/{prediction_id}"): Operation(READS_PREDICTIONS),
    ("delete", "predictions/{prediction_id}"): Operation(WRITES_FEEDBACK, Right.MANAGE),
    ("post", "predictions/{prediction_id}/keep"): Operation(frozenset({Scope.PREDICT}), Right.PREDICT, _nothing),
    ("post", "predictions/{prediction_id}/cancel"): Operation(frozenset({Scope.PREDICT}), Right.PREDICT, _nothing),
    ("get", "predictions/{prediction_id}/explanations"): Operation(READS_PREDICTIONS),
    ("post", "predictions/{prediction_id}/explanations"): Operation(
        frozenset({Scope.PREDICT}), Right.EXPLAIN, lambda _: {"method": "occlusion"}
    ),
    ("post", "predictions/{prediction_id}/explanations/cost"): Operation(
        frozenset({Scope.PREDICT}), Right.EXPLAIN, lambda _: {"method": "occlusion"}
    ),
    ("get", "explanations/{explanation_id}"): Operation(READS_PREDICTIONS),
    ("post", "explanations/{explanation_id}/cancel"): Operation(frozenset({Scope.PREDICT}), Right.EXPLAIN, _nothing),
    ("get", "projects/{project_id}/quarantine"): Operation(frozenset({Scope.PREDICT}), Right.PREDICT),
    ("get", "quarantine/{held_id}"): Operation(frozenset({Scope.PREDICT}), Right.PREDICT),
    ("delete", "quarantine/{held_id}"): Operation(frozenset({Scope.PREDICT}), Right.PREDICT),
    ("get", "quarantine/{held_id}/picture"): Operation(frozenset({Scope.PREDICT}), Right.PREDICT),
    ("post", "quarantine/{held_id}/cover"): Operation(frozenset({Scope.PREDICT}), Right.PREDICT, _nothing),
    ("post", "quarantine/{held_id}/release"): Operation(frozenset({Scope.PREDICT}), Right.PREDICT, _nothing),
    ("get", "pictures/{artifact_id}"): Operation(READS_PREDICTIONS),
    ("get", "endpoints/{endpoint_id}/links"): Operation(frozenset({Scope.LINKS_WRITE, Scope.MODELS_READ})),
    ("post", "endpoints/{endpoint_id}/links"): Operation(frozenset({Scope.LINKS_WRITE}), Right.BUILD, _nothing),
    ("patch", "links/{link_id}"): Operation(
        frozenset({Scope.LINKS_WRITE}), Right.BUILD, lambda _: {"embed": ["https://clinic.example"]}
    ),
    ("delete", "links/{link_id}"): Operation(frozenset({Scope.LINKS_WRITE}), Right.BUILD),
    ("post", "predictions/{prediction_id}/flag"): Operation(
        WRITES_FEEDBACK, Right.JUDGE, lambda _: {"verdict": "right"}
    ),
    ("get", "projects/{project_id}/threads"): Operation(READS_FEEDBACK),
    ("get", "projects/{project_id}/threads/export"): Operation(READS_FEEDBACK),
    ("get", "threads/{thread_id}"): Operation(READS_FEEDBACK),
    ("post", "projects/{project_id}/threads/many"): Operation(
        WRITES_FEEDBACK, Right.JUDGE, lambda _: {"act": "due", "filters": {"status": "open"}}
    ),
    ("post", "threads/{thread_id}/replays"): Operation(
        WRITES_FEEDBACK,
        Right.JUDGE,
        lambda things: {"version": str(things.lab.version.pk)},
        frozenset({Scope.PREDICT, Scope.MODELS_READ}),
    ),
    ("get", "endpoints/{endpoint_id}/comparisons"): Operation(READS_FEEDBACK),
    ("post", "endpoints/{endpoint_id}/comparisons"): Operation(
        WRITES_FEEDBACK,
        Right.JUDGE,
        lambda things: {"versions": [str(things.lab.version.pk)] * 2},
        frozenset({Scope.PREDICT, Scope.MODELS_READ}),
    ),
    ("get", "comparisons/{comparison_id}"): Operation(READS_FEEDBACK),
    ("patch", "comparisons/{comparison_id}"): Operation(WRITES_FEEDBACK, Right.JUDGE, lambda _: {"question": "New?"}),
    ("delete", "comparisons/{comparison_id}"): Operation(WRITES_FEEDBACK, Right.MANAGE),
    ("post", "comparisons/{comparison_id}/cases"): Operation(
        WRITES_FEEDBACK, Right.JUDGE, _nothing, frozenset({Scope.PREDICT})
    ),
    ("get", "comparisons/{comparison_id}/results"): Operation(READS_FEEDBACK),
    ("get", "comparisons/{comparison_id}/readings"): Operation(READS_FEEDBACK),
    ("post", "comparisons/{comparison_id}/again"): Operation(
        WRITES_FEEDBACK, Right.JUDGE, _nothing, frozenset({Scope.PREDICT})
    ),
    ("post", "thread-changes/{change_id}/undo"): Operation(WRITES_FEEDBACK, Right.JUDGE),
    ("get", "projects/{project_id}/labels"): Operation(READS_FEEDBACK),
    ("post", "projects/{project_id}/labels"): Operation(WRITES_FEEDBACK, Right.JUDGE, lambda _: {"name": "New"}),
    ("patch", "labels/{label_id}"): Operation(WRITES_FEEDBACK, Right.JUDGE, lambda _: {"colour": "teal"}),
    ("delete", "labels/{label_id}"): Operation(WRITES_FEEDBACK, Right.JUDGE),
    ("get", "projects/{project_id}/views"): Operation(READS_FEEDBACK),
    ("post", "projects/{project_id}/views"): Operation(
        WRITES_FEEDBACK, Right.JUDGE, lambda _: {"name": "New", "query": {"q": "marker"}}
    ),
    ("delete", "views/{view_id}"): Operation(WRITES_FEEDBACK, Right.JUDGE),
    ("patch", "threads/{thread_id}"): Operation(WRITES_FEEDBACK, Right.JUDGE, lambda _: {"status": "open"}),
    ("post", "threads/{thread_id}/messages"): Operation(WRITES_FEEDBACK, Right.JUDGE, lambda _: {"body": "Seen."}),
    ("get", "usage"): Operation(frozenset({Scope.ADMIN_READ}), Right.MANAGE),
    ("get", "audit"): Operation(frozenset({Scope.ADMIN_READ}), Right.MANAGE),
}


def described() -> set[tuple[str, str]]:
    """Every operation that the schema holds: (method, path below /api/v1/)."""
    return {
        (method, path.removeprefix("/api/v1/"))
        for path, operations in schema()["paths"].items()
        for method in operations
        if method in {"get", "post", "patch", "put", "delete"}
    }
