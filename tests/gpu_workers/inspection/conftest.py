"""Models as their own tools export them, written once a session."""

from pathlib import Path

import pytest

from tests.exports import real_data, set_plain_runtime_up, write_exports

set_plain_runtime_up()


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what `tests/gpu_workers/fixtures` exports."""
    return write_exports(tmp_path_factory.mktemp("exported"))


@pytest.fixture(scope="session")
def real_models() -> Path:
    """The folder of real models that ATRIUM_DATA names."""
    return real_data() / "models"
