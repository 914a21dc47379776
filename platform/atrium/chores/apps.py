from django.apps import AppConfig


class ChoresConfig(AppConfig):
    name = "atrium.chores"
    label = "chores"
