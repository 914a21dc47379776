"""Addresses of comparisons; those of who reads one are below a bench, in `apps/sharing/urls.py`."""

from django.urls import path

from .views import comparison, making, results

COMPARISONS = "t/<slug:team>/<slug:project>/endpoints/<slug:endpoint>/comparisons/"
COMPARISON = f"{COMPARISONS}<uuid:comparison_id>/"

urlpatterns = [
    path(COMPARISONS, making.ComparisonsPage.as_view(), name="comparisons"),
    path(f"{COMPARISONS}new/", making.NewComparisonPage.as_view(), name="new-comparison"),
    path(COMPARISON, comparison.ComparisonPage.as_view(), name="comparison"),
    path(f"{COMPARISON}results/", results.ResultsPage.as_view(), name="comparison-results"),
    path(f"{COMPARISON}readings.csv", results.ExportView.as_view(), name="comparison-export"),
    path(f"{COMPARISON}<int:position>/", comparison.CasePage.as_view(), name="compared-case"),
]
