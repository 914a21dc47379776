"""Tags of live functions: `{% load live %}`."""

from typing import Any

from django import template

from apps.endpoints.live.answering import answering_for
from apps.registry.models import Version

register = template.Library()


@register.inclusion_tag("endpoints/parts/answering.html")
def answering(version: Version, brief: bool = False) -> dict[str, Any]:
    """Whether a live function is online, and how many cases wait. brief: in a table, the state alone."""
    return {"answering": answering_for(version, brief=brief), "brief": brief}
