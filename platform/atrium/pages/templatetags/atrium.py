"""Tags of every page: `{% load atrium %}`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, Select, Textarea
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django_vite.core.asset_loader import DjangoViteAssetLoader

from atrium.pages import words

register = template.Library()


@register.simple_tag
def asset_url(path: str) -> str:
    """The address of a built file by its name in frontend/, as `icons/favicon.svg`."""
    return str(DjangoViteAssetLoader.instance().generate_vite_asset_url(path))


@register.simple_tag
def icon(name: str, small: bool = False, label: str = "", extra: str = "") -> SafeString:
    """One icon of the set; decorative unless it has a label. extra: further classes, as `spin`."""
    classes = " ".join(filter(None, ("icon", "small" if small else "", extra)))
    address = f"{asset_url('icons/icons.svg')}#i-{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', classes, label, address
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', classes, address)


@register.filter
def ago(at: datetime | None, missing: str = "never") -> SafeString:
    """A time, relative, exact on hover; the past and the future alike."""
    if at is None:
        return format_html('<span class="faint">{}</span>', missing)
    exact = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC" data-ago>{}</time>',
        exact.isoformat(timespec="seconds"),
        format_date(exact, "j F Y, H:i"),
        words.ago(at, timezone.now()),
    )


@register.filter("bytes")
def byte_count(count: int | None) -> SafeString:
    if count is None:
        return format_html('<span class="faint">–</span>')
    return format_html('{} <span class="unit">{}</span>', *words.size(count))


@register.filter
def thousands(count: int) -> str:
    """A count with a comma at each thousand."""
    return f"{count:,}"


@register.filter
def milliseconds(value: float | None) -> SafeString:
    """A duration in milliseconds, in seconds from 10 s on."""
    if value is None:
        return format_html('<span class="faint">–</span>')
    if value >= 10_000:
        return format_html('{} <span class="unit">s</span>', f"{value / 1000:.1f}")
    return format_html('{} <span class="unit">ms</span>', f"{value:,.0f}")


@register.filter
def initials(name: str) -> str:
    return words.initials(name)


@register.simple_tag
def verdict(value: str) -> SafeString:
    """A chip: one of right, right_wrong_reason, wrong, unsure."""
    sign = words.VERDICTS[value]
    return format_html('<span class="badge {}">{} {}</span>', sign.tone, icon(sign.icon), sign.word)


@register.simple_tag
def state(value: str, word: str = "") -> SafeString:
    """A state as icon and word; `word` says it more exactly, as "Inspecting 61 %"."""
    sign = words.STATES[value]
    drawn = icon(sign.icon, small=True, extra="spin" if sign.moving else "")
    return format_html('<span class="state {}">{} {}</span>', sign.tone, drawn, word or sign.word)


@register.simple_tag
def avatar(name: str, guest: bool = False, label: str = "") -> SafeString:
    """Initials beside a name; with a label where they stand alone."""
    classes = "avatar guest" if guest else "avatar"
    if label:
        return format_html(
            '<span class="{}" role="img" aria-label="{}">{}</span>', classes, label, words.initials(name)
        )
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, words.initials(name))


@register.simple_tag
def meter(value: float, of: float, label: str) -> SafeString:
    """How much of a limit is used; warns from four fifths on. The label says what is measured."""
    part = value / of if of else 1.0
    tone = "bad" if part >= 1 else "warn" if part >= 0.8 else ""
    return format_html(
        '<progress class="meter {}" value="{}" max="100" aria-label="{}"></progress>',
        tone,
        f"{100 * min(part, 1.0):.0f}",
        label,
    )


@register.inclusion_tag("atrium/parts/score.html")
def score(name: str, value: float, was: float | None = None, top: bool = False) -> dict[str, Any]:
    """One line of an answer: a probability as a bar, with the original's as a tick and the difference signed."""
    change = None if was is None else value - was
    return {
        "name": name,
        "top": top,
        "value": f"{value:.2f}",
        "percent": f"{100 * value:.1f}%",
        "was": None if was is None else f"{100 * was:.1f}%",
        "delta": None if change is None else "±0.00" if abs(change) < 0.005 else f"{change:+.2f}".replace("-", "−"),
    }


def _class_of(widget: object) -> str:
    match widget:
        case CheckboxInput():
            return ""
        case Select():
            return "select"
        case Textarea():
            return "textarea"
    return "input"


@register.inclusion_tag("atrium/parts/field.html")
def field(bound: BoundField, label: str = "", hint: str | None = None, **attributes: str) -> dict[str, Any]:
    """A form's field with its label, hint and errors. Attributes go to the input, `_` written for `-`.

    hint: None for the form's own help text, "" for none.
    """
    told = mark_safe(bound.help_text) if hint is None else conditional_escape(hint)  # noqa: S308 (as Django does)
    described = [f"{bound.id_for_label}-hint"] if told else []
    given: Mapping[str, str] = {name.replace("_", "-"): value for name, value in attributes.items()}
    attrs: dict[str, str | bool] = {"class": _class_of(bound.field.widget), **given}
    if bound.errors:
        described.append(f"{bound.id_for_label}-error")
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    bound.field.widget.attrs.pop("placeholder", None)  # the label says it, and stays when one types
    return {
        "bound": bound,
        "label": label or bound.label,
        "hint": told,
        "widget": bound.as_widget(attrs=attrs),
        "is_check": isinstance(bound.field.widget, CheckboxInput),
        "is_password": getattr(bound.field.widget, "input_type", "") == "password",
    }
