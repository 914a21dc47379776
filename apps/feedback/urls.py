"""Addresses of the inbox."""

from django.urls import path

from .views import inbox

BASE = "t/<slug:team>/<slug:project>/inbox/"

urlpatterns = [
    path(BASE, inbox.ListView.as_view(), name="inbox"),
    path(f"{BASE}export.<slug:format>", inbox.ExportView.as_view(), name="inbox-export"),
    path(f"{BASE}views", inbox.SaveViewView.as_view(), name="inbox-view-save"),
    path(f"{BASE}views/<uuid:view_id>/delete", inbox.DeleteViewView.as_view(), name="inbox-view-delete"),
    path(f"{BASE}<uuid:thread_id>/", inbox.CaseView.as_view(), name="case"),
    path(f"{BASE}<uuid:thread_id>/reply", inbox.ReplyView.as_view(), name="case-reply"),
    path(f"{BASE}<uuid:thread_id>/assign", inbox.AssignView.as_view(), name="case-assign"),
    path(f"{BASE}<uuid:thread_id>/delete", inbox.DeleteView.as_view(), name="case-delete"),
    path(f"{BASE}<uuid:thread_id>/status", inbox.StatusView.as_view(), name="case-status"),
]
