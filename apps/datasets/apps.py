from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "apps.datasets"
    label = "datasets"

    def ready(self) -> None:
        from apps.jobs.kinds import register
        from apps.projects.contents import hold

        from .ingestion import INGEST
        from .predicting import APPLY, JOIN

        for kind in (INGEST, APPLY, JOIN):
            register(kind)
        hold("datasets")
