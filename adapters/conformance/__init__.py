"""What it takes to be a library, in executable form; needs pytest (`syncd[conformance]`).

An adapter proves itself by naming itself, some options, and what a person does in its library:

    class TestShelf(AdapterConformance):
        adapter = "shelf"

        @pytest.fixture
        def options(self, tmp_path): return {"folder": str(tmp_path / "shelf")}

        @pytest.fixture
        def person(self, options): return SomebodyAtTheShelf(options["folder"])

It is then found by its entry point and opened as syncd opens it. Whoever makes the library in
another way inherits `LibraryConformance` and overrides `library` and `second_client`; one that
speaks over a network inherits `RemoteConformance` too. What is asked follows from what the library
says of itself (`capabilities`, and what it is beside: `Tracing`, `Recognisable`, ...), never from
its name: a test that needs what it cannot do is skipped.

Stable: the names exported here, their fixtures, and what `Person` is asked. Tests are added.
"""

from __future__ import annotations

import pkgutil

import pytest

# The tests are imported and not collected: without this a failed assert would show no values.
pytest.register_assert_rewrite(
    *(f"{__name__}.{each.name}" for each in pkgutil.iter_modules(__path__))
)

from adapters.conformance.adapter import AdapterConformance  # noqa: E402
from adapters.conformance.remote import RemoteConformance  # noqa: E402
from adapters.conformance.suite import LibraryConformance  # noqa: E402
from adapters.conformance.support import NewKey, Person, mint_keys  # noqa: E402

__all__ = [
    "AdapterConformance",
    "LibraryConformance",
    "NewKey",
    "Person",
    "RemoteConformance",
    "mint_keys",
]
