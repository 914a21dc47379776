"""Team settings, pools: the team's own workers, the keys by which they join, made here and shown once."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.jobs.models import Pool
from apps.jobs.pools import create_pool, pools_of, remove_pool, turn_key
from apps.teams.permissions import can_manage_pools
from atrium.access.views import see
from atrium.errors import Conflict, Problem
from atrium.pages.forms import tell
from atrium.tenancy.context import team_context
from gpu_workers.protocol.pools import PoolKey

from .settings import SettingsView

COMMANDS = """export WORKER_CACHE=/var/cache/atrium
python -m gpu_workers --url {url} --pool-key pool.key --device cpu"""


class PoolForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="Where its machines stand, as “Ward 5” or “Cluster, H100”.")


class PoolsBase(SettingsView):
    template = "home/settings/pools.html"
    title = "Pools"

    def pools(
        self,
        request: HttpRequest,
        made: tuple[Pool, PoolKey] | None = None,
        form: PoolForm | None = None,
        status: int = 200,
    ) -> HttpResponseBase:
        with team_context(self.member):
            shown = pools_of(self.member)
        context = {
            "pools": shown,
            "form": form or PoolForm(),
            "may_manage": can_manage_pools(self.member),
            "made": made[0] if made else None,
            "secret": str(made[1]) if made else "",
            "commands": COMMANDS.format(url=settings.ATRIUM_URL),
        }
        return self.page(request, context, "pools/", status)


class PoolsView(PoolsBase):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.pools(request)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = PoolForm(request.POST)
        if form.is_valid():
            try:
                made = create_pool(self.member, form.cleaned_data["name"])
            except Problem as problem:
                if problem.code == "not_permitted":
                    raise
                tell(form, problem)
            else:
                return self.pools(request, made)
        return self.pools(request, form=form, status=400)


class PoolKeyView(PoolsBase):
    """A new key of a pool, in the place of the one before."""

    def post(self, request: HttpRequest, pool_id: UUID) -> HttpResponseBase:
        return self.pools(request, turn_key(self.member, pool_id))


class RemovePoolView(SettingsView):
    def post(self, request: HttpRequest, pool_id: UUID) -> HttpResponseBase:
        try:
            remove_pool(self.member, pool_id)
        except Conflict as conflict:
            messages.error(request, conflict.message)
        else:
            messages.success(request, "The pool was removed; its workers are sent away.")
        return see(f"{self.base}pools/")
