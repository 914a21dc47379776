"""`{% load browsers %}`: what a browser calls itself, in words."""

from django import template

register = template.Library()
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((word for sign, word in known if sign in user_agent), "")


@register.filter
def browser(user_agent: str) -> str:
    """“Firefox on Windows”, for a User-Agent header."""
    name, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if not name:
        return "A browser or a program"
    return f"{name} on {system}" if system else name
