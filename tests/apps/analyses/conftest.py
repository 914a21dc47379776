import pytest

from tests.conftest import AsDispatcher
from tests.people import Lab

from .tables import Asked


@pytest.fixture
def asked(lab: Lab, as_dispatcher: AsDispatcher, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Its questions wait in a pool of their own: whatever runs beside this test leaves them alone."""
    monkeypatch.setattr("apps.analyses.asking.POOL", lab.team.slug)
    return Asked.of(lab, as_dispatcher)
