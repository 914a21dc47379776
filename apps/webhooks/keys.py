"""Secrets of the open team's webhooks and the keys that they are encrypted with, as `apps.users.seeds` does it."""

from apps.users import seeds

from .models import Webhook

FIELDS = ("secret", "earlier_secret")


def renew() -> int:
    """Encrypts what the first key did not; returns how many webhooks. A secret whose key is lost stays as it is.

    Locks the rows: a secret may be rotated just now.
    """
    count = 0
    for hook in Webhook.objects.select_for_update():
        found = {name: seeds.renewed(getattr(hook, name)) for name in FIELDS if getattr(hook, name)}
        changed = {name: secret for name, secret in found.items() if secret is not None}
        if changed:
            count += Webhook.objects.filter(pk=hook.pk).update(**changed)
    return count


def unreadable() -> int:
    """How many webhooks have a secret that none of the keys reads; nothing is told to them."""
    return sum(not seeds.is_readable(hook.secret) for hook in Webhook.objects.all())
