"""The Django app that holds the shared templates and their tags."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "atrium.pages"
    label = "pages"
