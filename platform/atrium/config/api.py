"""The addresses of the REST API."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from apps.analyses.api import views as analyses
from apps.analyses.api.ask import ask
from apps.comparisons import api as comparisons
from apps.datasets import api as datasets
from apps.datasets import runs_api as runs
from apps.endpoints.api import quarantine
from apps.endpoints.api import views as endpoints
from apps.endpoints.api.predict import predict
from apps.endpoints.live.api import FunctionsView
from apps.explanations import api as explanations
from apps.feedback import api as feedback
from apps.feedback import sorting_api as sorting
from apps.home import api as home
from apps.projects import api as projects
from apps.registry import api as registry
from apps.sharing import api as sharing
from apps.suites import api as suites
from apps.teams import api as teams
from apps.webhooks import api as webhooks

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("me", teams.MeView.as_view()),
    path("projects", projects.ProjectsView.as_view()),
    path("projects/<uuid:project_id>", projects.ProjectView.as_view()),
    path("projects/<uuid:project_id>/models", registry.ModelsView.as_view()),
    path("models/<uuid:model_id>", registry.ModelView.as_view()),
    path("models/<uuid:model_id>/versions", registry.VersionsView.as_view()),
    path("versions/<uuid:version_id>", registry.VersionView.as_view()),
    path("versions/<uuid:version_id>/upload", registry.UploadView.as_view()),
    path("versions/<uuid:version_id>/complete", registry.CompleteView.as_view()),
    path("versions/<uuid:version_id>/inspect", registry.InspectView.as_view()),
    path("projects/<uuid:project_id>/datasets", datasets.DatasetsView.as_view()),
    path("datasets/<uuid:dataset_id>", datasets.DatasetView.as_view()),
    path("datasets/<uuid:dataset_id>/versions", datasets.DatasetVersionsView.as_view()),
    path("dataset-versions/<uuid:dataset_version_id>", datasets.DatasetVersionView.as_view()),
    path("dataset-versions/<uuid:dataset_version_id>/upload", datasets.DatasetUploadView.as_view()),
    path("dataset-versions/<uuid:dataset_version_id>/complete", datasets.DatasetCompleteView.as_view()),
    path("dataset-versions/<uuid:dataset_version_id>/read", datasets.DatasetReadView.as_view()),
    path("dataset-versions/<uuid:dataset_version_id>/runs", runs.DatasetRunsView.as_view()),
    path("runs/<uuid:run_id>", runs.RunView.as_view()),
    path("runs/<uuid:run_id>/cancel", runs.RunCancelView.as_view()),
    path("runs/<uuid:run_id>/resume", runs.RunResumeView.as_view()),
    path("dataset-versions/<uuid:dataset_version_id>/ask", ask),
    path("dataset-versions/<uuid:dataset_version_id>/analyses", analyses.AnalysesOfVersion.as_view()),
    path("datasets/<uuid:dataset_id>/analyses", analyses.AnalysesOfDataset.as_view()),
    path("datasets/<uuid:dataset_id>/slices", analyses.SlicesView.as_view()),
    path("answers/<uuid:answer_id>", analyses.AnswerView.as_view()),
    path("answers/<uuid:answer_id>/cancel", analyses.CancelView.as_view()),
    path("answers/<uuid:answer_id>/file", analyses.FileView.as_view()),
    path("answers/<uuid:answer_id>/dataset", analyses.RowsView.as_view()),
    path("slices/<uuid:slice_id>", analyses.SliceView.as_view()),
    path("analyses/<uuid:analysis_id>", analyses.AnalysisView.as_view()),
    path("projects/<uuid:project_id>/endpoints", endpoints.EndpointsView.as_view()),
    path("projects/<uuid:project_id>/functions", FunctionsView.as_view()),
    path("pools", endpoints.PoolsView.as_view()),
    path("endpoints/<uuid:endpoint_id>", endpoints.EndpointView.as_view()),
    path("endpoints/<uuid:endpoint_id>/examples", endpoints.ExamplesView.as_view()),
    path("examples/<uuid:example_id>", endpoints.ExampleView.as_view()),
    path("endpoints/<uuid:endpoint_id>/predictions", predict),  # the web process serves it sooner: see `asgi.py`
    path("endpoints/<uuid:endpoint_id>/links", sharing.LinksView.as_view()),
    path("links/<uuid:link_id>", sharing.LinkView.as_view()),
    path("predictions/<uuid:prediction_id>", feedback.PredictionView.as_view()),
    path("predictions/<uuid:prediction_id>/keep", endpoints.KeepView.as_view()),
    path("predictions/<uuid:prediction_id>/cancel", endpoints.CancelView.as_view()),
    path("predictions/<uuid:prediction_id>/flag", feedback.FlagView.as_view()),
    path("predictions/<uuid:prediction_id>/explanations", explanations.ExplanationsView.as_view()),
    path("predictions/<uuid:prediction_id>/explanations/cost", explanations.ExplanationCostView.as_view()),
    path("explanations/<uuid:explanation_id>", explanations.ExplanationView.as_view()),
    path("explanations/<uuid:explanation_id>/cancel", explanations.ExplanationCancelView.as_view()),
    path("projects/<uuid:project_id>/quarantine", quarantine.QuarantineView.as_view()),
    path("quarantine/<uuid:held_id>", quarantine.QuarantinedView.as_view()),
    path("quarantine/<uuid:held_id>/picture", quarantine.QuarantinedPictureView.as_view()),
    path("quarantine/<uuid:held_id>/cover", quarantine.CoverView.as_view()),
    path("quarantine/<uuid:held_id>/release", quarantine.ReleaseView.as_view()),
    path("pictures/<uuid:artifact_id>", endpoints.PictureView.as_view()),
    path("projects/<uuid:project_id>/threads", feedback.ThreadsView.as_view()),
    path("projects/<uuid:project_id>/threads/export", feedback.ExportView.as_view()),
    path("threads/<uuid:thread_id>", feedback.ThreadView.as_view()),
    path("threads/<uuid:thread_id>/replays", feedback.ReplaysView.as_view()),
    path("threads/<uuid:thread_id>/messages", feedback.MessagesView.as_view()),
    path("projects/<uuid:project_id>/threads/many", sorting.ManyView.as_view()),
    path("thread-changes/<uuid:change_id>/undo", sorting.UndoView.as_view()),
    path("projects/<uuid:project_id>/labels", sorting.LabelsView.as_view()),
    path("labels/<uuid:label_id>", sorting.LabelView.as_view()),
    path("projects/<uuid:project_id>/views", sorting.ViewsView.as_view()),
    path("views/<uuid:view_id>", sorting.ViewView.as_view()),
    path("models/<uuid:model_id>/suite", suites.SuiteView.as_view()),
    path("models/<uuid:model_id>/suite/cases", suites.SuiteCasesView.as_view()),
    path("suite-cases/<uuid:case_id>", suites.SuiteCaseView.as_view()),
    path("versions/<uuid:version_id>/suite-report", suites.ReportView.as_view()),
    path("suite-runs/<uuid:suite_run_id>/cancel", suites.CancelView.as_view()),
    path("endpoints/<uuid:endpoint_id>/comparisons", comparisons.ComparisonsView.as_view()),
    path("comparisons/<uuid:comparison_id>", comparisons.ComparisonView.as_view()),
    path("comparisons/<uuid:comparison_id>/cases", comparisons.CasesView.as_view()),
    path("comparisons/<uuid:comparison_id>/results", comparisons.ResultsView.as_view()),
    path("comparisons/<uuid:comparison_id>/readings", comparisons.ReadingsView.as_view()),
    path("comparisons/<uuid:comparison_id>/again", comparisons.AgainView.as_view()),
    path("projects/<uuid:project_id>/webhooks", webhooks.WebhooksView.as_view()),
    path("webhooks/<uuid:hook_id>", webhooks.WebhookView.as_view()),
    path("webhooks/<uuid:hook_id>/rotate", webhooks.RotateView.as_view()),
    path("webhooks/<uuid:hook_id>/test", webhooks.TestView.as_view()),
    path("webhooks/<uuid:hook_id>/deliveries", webhooks.DeliveriesView.as_view()),
    path("deliveries/<uuid:delivery_id>/redeliver", webhooks.RedeliverView.as_view()),
    path("usage", home.UsageView.as_view()),
    path("audit", home.AuditView.as_view()),
]
