from tests.apps.endpoints.conftest import served

__all__ = ["served"]
