from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "atrium.tenancy"
    label = "tenancy"
