"""Addresses of the inbox."""

from django.urls import path

from .views import inbox, many

BASE = "t/<slug:team>/<slug:project>/inbox/"

urlpatterns = [
    path(BASE, inbox.ListView.as_view(), name="inbox"),
    path(f"{BASE}export.<slug:format>", inbox.ExportView.as_view(), name="inbox-export"),
    path(f"{BASE}views", inbox.SaveViewView.as_view(), name="inbox-view-save"),
    path(f"{BASE}views/<uuid:view_id>/delete", inbox.DeleteViewView.as_view(), name="inbox-view-delete"),
    path(f"{BASE}many", many.ChangeManyView.as_view(), name="inbox-many"),
    path(f"{BASE}many/<uuid:change_id>/undo", many.UndoManyView.as_view(), name="inbox-many-undo"),
    path(f"{BASE}labels", many.LabelsView.as_view(), name="inbox-labels"),
    path(f"{BASE}labels/<uuid:label_id>", many.LabelView.as_view(), name="inbox-label"),
    path(f"{BASE}<uuid:thread_id>/labels", many.CaseLabelsView.as_view(), name="case-labels"),
    path(f"{BASE}<uuid:thread_id>/due", many.DueView.as_view(), name="case-due"),
    path(f"{BASE}<uuid:thread_id>/", inbox.CaseView.as_view(), name="case"),
    path(f"{BASE}<uuid:thread_id>/try", inbox.TryView.as_view(), name="case-try"),
    path(f"{BASE}<uuid:thread_id>/reply", inbox.ReplyView.as_view(), name="case-reply"),
    path(f"{BASE}<uuid:thread_id>/assign", inbox.AssignView.as_view(), name="case-assign"),
    path(f"{BASE}<uuid:thread_id>/delete", inbox.DeleteView.as_view(), name="case-delete"),
    path(f"{BASE}<uuid:thread_id>/status", inbox.StatusView.as_view(), name="case-status"),
]
