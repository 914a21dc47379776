"""Addresses of webhooks."""

from django.urls import path

from . import views

BASE = "t/<slug:team>/<slug:project>/settings/webhooks/"

urlpatterns = [
    path(BASE, views.WebhooksPage.as_view(), name="webhooks"),
    path(f"{BASE}<uuid:hook_id>/", views.OnePage.as_view(), name="webhook"),
    path(f"{BASE}deliveries/<uuid:delivery_id>", views.RedeliverView.as_view(), name="webhook-redeliver"),
]
