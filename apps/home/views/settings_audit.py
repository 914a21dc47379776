"""Team settings, audit: who did what, filtered, page by page, and as CSV."""

from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from apps.home.audit import KINDS, as_csv, events_of, lines_of, people_of, projects_of, read_filters
from atrium.pages.forms import optional_id

from .settings import SettingsView

PAGE = 50


NO_PAGE = "This page of the audit does not exist."


class AuditView(SettingsView):
    template = "home/settings/audit.html"
    title = "Audit"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        filters = read_filters(request.GET)
        before, after = (optional_id(request.GET.get(name, ""), name, NO_PAGE) for name in ("before", "after"))
        events = events_of(self.member, filters)
        if after:
            found = list(events.filter(pk__gt=after).order_by("id")[: PAGE + 1])
            more = len(found) > PAGE
            found = found[:PAGE][::-1]
            is_first, is_last = not more, False
        else:
            found = list((events.filter(pk__lt=before) if before else events)[: PAGE + 1])
            is_first, is_last = before is None, len(found) <= PAGE
            found = found[:PAGE]
        chosen = {name: request.GET.get(name, "") for name in ("who", "kind", "what", "project", "since", "until")}
        query = {name: value for name, value in chosen.items() if value}
        context = {
            "lines": lines_of(found),
            "people": people_of(self.member),
            "projects": projects_of(self.member),
            "kinds": sorted(KINDS.items(), key=lambda kind: kind[1]),
            "chosen": chosen,
            "is_filtered": bool(query),
            "only": "".join(f"{name}={quote(value)}&" for name, value in query.items() if name != "what"),
            "export": f"{self.base}audit/export?{urlencode(query)}",
            "previous": "" if is_first or not found else f"?{urlencode(query | {'after': str(found[0].pk)})}",
            "next": "" if is_last or not found else f"?{urlencode(query | {'before': str(found[-1].pk)})}",
        }
        return self.page(request, context, "audit/")


class AuditExportView(SettingsView):
    """A download, and itself a line of the audit."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        table = as_csv(self.member, read_filters(request.GET))
        response = HttpResponse("\ufeff" + table, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="audit.csv"'
        response["Cache-Control"] = "no-store"
        return response
