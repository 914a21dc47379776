"""A project's webhooks: made, changed, tried; and putting off what they are to be told."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.jobs import idempotency
from apps.projects.addresses import project_url
from apps.projects.models import Project
from apps.projects.selectors import project_for
from apps.users.seeds import decrypt, encrypt
from atrium import chores
from atrium.access.principals import TeamPrincipal
from atrium.audit.models import Event
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid, NotFound, require
from atrium.tenancy.context import team_context

from .addresses import read_url
from .events import NAMES, TEST, Kind, body_of
from .models import Delivery, Webhook
from .permissions import can_manage_webhooks
from .signing import new_secret

QUEUE = "webhooks"
MOST = 10
"""Of a project."""
BOTH_COUNT = timedelta(hours=24)
"""After a rotation the secret before signs, too."""
ADMINS = "Only admins and owners see and change webhooks."


def hook_for(principal: TeamPrincipal, hook_id: UUID) -> Webhook:
    require(can_manage_webhooks(principal), ADMINS)
    hook = Webhook.objects.select_related("project").filter(pk=hook_id, project__deleting_at=None).first()
    if hook is None:
        raise NotFound
    return hook


def hooks_of(principal: TeamPrincipal, project: Project) -> list[Webhook]:
    require(can_manage_webhooks(principal), ADMINS)
    return list(Webhook.objects.filter(project=project))


def delivery_for(principal: TeamPrincipal, delivery_id: UUID) -> Delivery:
    require(can_manage_webhooks(principal), ADMINS)
    found = Delivery.objects.select_related("hook__project")
    delivery = found.filter(pk=delivery_id, hook__project__deleting_at=None).first()
    if delivery is None:
        raise NotFound
    return delivery


def _read_events(events: Collection[str]) -> list[str]:
    unknown = sorted(set(events) - set(NAMES))
    if unknown or not events:
        raise Invalid(FieldError("events", "choice", f"Choose at least one of {', '.join(NAMES)}."))
    return [name for name in NAMES if name in events]


def _read_note(note: str) -> str:
    note = " ".join(note.replace("\x00", "").split())
    if len(note) > 80:
        raise Invalid(FieldError("note", "max_length", "Write at most 80 characters."))
    return note


def create_webhook(
    principal: TeamPrincipal,
    project_id: UUID,
    *,
    url: str,
    events: Collection[str],
    note: str = "",
    key: str = "",
    body: bytes = b"",
) -> tuple[Webhook, str]:
    """(it, its secret, which is told this once). key, body: the Idempotency-Key and the request's body."""
    read_url(url)
    with team_context(principal):
        require(can_manage_webhooks(principal), ADMINS)
        project = project_for(principal, project_id)
        secret = new_secret()
        hook = Webhook(project=project, url=url, note=_read_note(note), events=_read_events(events))
        hook.secret, hook.made_by_id = encrypt(secret), getattr(principal, "membership_id", None)
        earlier = idempotency.claim(principal, key, body, hook.pk)
        if earlier is not None:
            raise Conflict(f"The first call made it, and was told its secret: {earlier}.", code="already_created")
        if Webhook.objects.filter(project=project).count() >= MOST:
            raise Invalid(FieldError("url", "too_many", f"A project has at most {MOST} webhooks."))
        hook.save(force_insert=True)
        record(principal, "webhook.created", hook, project_id=project.pk)
    return hook, secret


def change_webhook(
    principal: TeamPrincipal,
    hook_id: UUID,
    *,
    url: str | None = None,
    events: Collection[str] | None = None,
    note: str | None = None,
    is_on: bool | None = None,
) -> Webhook:
    """Switched on again it starts anew: what it missed can be sent again from its log."""
    if url is not None:
        read_url(url)
    with team_context(principal):
        hook = hook_for(principal, hook_id)
        hook.url = hook.url if url is None else url
        hook.events = hook.events if events is None else _read_events(events)
        hook.note = hook.note if note is None else _read_note(note)
        if is_on is not None:
            hook.is_on, hook.off_because, hook.failing_since = is_on, "", None
        hook.save(update_fields=["url", "events", "note", "is_on", "off_because", "failing_since"])
        record(principal, "webhook.changed", hook, project_id=hook.project_id, is_on=hook.is_on)
    return hook


def rotate_secret(principal: TeamPrincipal, hook_id: UUID) -> tuple[Webhook, str]:
    """A new secret, told this once; for a day the one before signs as well."""
    with team_context(principal):
        hook = hook_for(principal, hook_id)
        secret = new_secret()
        hook.earlier_secret, hook.earlier_until = hook.secret, timezone.now() + BOTH_COUNT
        hook.secret = encrypt(secret)
        hook.save(update_fields=["secret", "earlier_secret", "earlier_until"])
        record(principal, "webhook.rotated_secret", hook, project_id=hook.project_id)
    return hook, secret


def delete_webhook(principal: TeamPrincipal, hook_id: UUID) -> None:
    """With its log."""
    with team_context(principal):
        hook = hook_for(principal, hook_id)
        record(principal, "webhook.deleted", hook, project_id=hook.project_id)
        hook.delete()


def secrets_of(hook: Webhook) -> list[str]:
    """Those that sign now, the present one first."""
    found = [decrypt(hook.secret)]
    if hook.earlier_secret and hook.earlier_until is not None and hook.earlier_until > timezone.now():
        found.append(decrypt(hook.earlier_secret))
    return found


def send_test(principal: TeamPrincipal, hook_id: UUID) -> Delivery:
    with team_context(principal):
        hook = hook_for(principal, hook_id)
        told = {"project": str(hook.project_id), "url": project_url(hook.project)}
        delivery = _put(hook, TEST, {"type": TEST, "timestamp": timezone.now().isoformat(), "data": told})
        record(principal, "webhook.tested", hook, project_id=hook.project_id)
    return delivery


def redeliver(principal: TeamPrincipal, delivery_id: UUID) -> Delivery:
    """Once more, under the same id, so that a receiver knows it again. One that is under way goes on as it is."""
    with team_context(principal):
        delivery = delivery_for(principal, delivery_id)
        if delivery.state != Delivery.State.PENDING:
            delivery.state, delivery.attempts, delivery.ended_at = Delivery.State.PENDING, 0, None
            put_off(delivery, timedelta())
            record(principal, "webhook.redelivered", delivery.hook, project_id=delivery.hook.project_id)
    return delivery


def put_off(delivery: Delivery, wait: timedelta) -> None:
    """In the open transaction; with what else was changed of the row."""
    delivery.next_at = timezone.now() + wait
    delivery.save()
    ids = {"team_id": str(delivery.team_id), "delivery_id": str(delivery.pk)}
    chores.put_off("webhooks.deliver", QUEUE, int(wait.total_seconds()), **ids)


def _put(hook: Webhook, name: str, body: dict[str, Any]) -> Delivery:
    delivery = Delivery(hook=hook, event=name, body=body)
    put_off(delivery, timedelta())
    return delivery


def announce(kind: Kind, events: Sequence[Event]) -> None:
    """What was just recorded goes to the webhooks of its project that want to know."""
    projects = {event.project_id for event in events if event.project_id is not None}
    hooks = Webhook.objects.filter(project__in=projects, is_on=True, events__contains=[kind.name])
    for hook in hooks.select_related("project"):
        for event in events:
            if event.project_id == hook.project_id:
                _put(hook, kind.name, body_of(kind, event, hook.project))
