"""Models as their own tools export them, written once a run."""

from pathlib import Path

import pytest

from tests.exports import exports_of_the_run, real_data, set_plain_runtime_up

set_plain_runtime_up()


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what `tests/gpu_workers/fixtures` exports."""
    return exports_of_the_run(tmp_path_factory)


@pytest.fixture(scope="session")
def real_models() -> Path:
    """The folder of real models that ATRIUM_DATA names."""
    return real_data() / "models"
