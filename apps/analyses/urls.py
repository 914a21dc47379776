"""Addresses of the debugger and of what its page sends."""

from django.urls import path

from .views import acts, rows
from .views.of_version import DebuggerOfVersion
from .views.page import DebuggerPage

DEBUGGER = "t/<slug:team>/<slug:project>/datasets/<slug:dataset>/v<int:number>/debugger/"

OF_VERSION = "t/<slug:team>/<slug:project>/datasets/versions/<uuid:dataset_version_id>/debugger/"

urlpatterns = [
    path(OF_VERSION, DebuggerOfVersion.as_view()),
    path(DEBUGGER, DebuggerPage.as_view(), name="debugger"),
    path(f"{DEBUGGER}ask", acts.ask),
    path(f"{DEBUGGER}export", acts.export),
    path(f"{DEBUGGER}dataset", acts.dataset_of_rows),
    path(f"{DEBUGGER}answers/<uuid:answer_id>", acts.AnswerView.as_view()),
    path(f"{DEBUGGER}answers/<uuid:answer_id>/cancel", acts.CancelView.as_view()),
    path(f"{DEBUGGER}answers/<uuid:answer_id>/file", acts.FileView.as_view()),
    path(f"{DEBUGGER}answers/<uuid:answer_id>/pictures/<int:place>", rows.PictureView.as_view()),
    path(f"{DEBUGGER}pictures", rows.pictures),
    path(f"{DEBUGGER}cases", rows.CasesView.as_view()),
    path(f"{DEBUGGER}cases/open", rows.open_cases),
    path(f"{DEBUGGER}slices", acts.SlicesView.as_view()),
    path(f"{DEBUGGER}slices/<uuid:slice_id>", acts.SliceView.as_view()),
    path(f"{DEBUGGER}saved", acts.SavedView.as_view()),
    path(f"{DEBUGGER}saved/<uuid:analysis_id>", acts.SavedOne.as_view()),
]
