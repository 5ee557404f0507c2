"""Daemons that tests start say that they run to commands of the same test run, and to no others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def runtime_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give what is started a runtime directory that is nobody's else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        yield
