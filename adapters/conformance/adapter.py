"""An installed adapter, found by its name and opened as syncd opens it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from adapters import find_adapter
from adapters.conformance.suite import LibraryConformance
from syncd.library import Adapter, Configurable, Library, Option, Surroundings

_UNKNOWN = "no_key_of_any_adapter"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class AdapterConformance(LibraryConformance):
    """Name the adapter, say with which options it is opened, and who works in its library."""

    adapter: str
    """The name under which it is installed: what `adapter = "..."` says in a configuration."""

    @pytest.fixture
    def options(self) -> Mapping[str, object]:
        """Return the adapter's own keys, for a library of this test alone."""
        raise NotImplementedError("say in a fixture `options` with which keys it is opened")

    @pytest.fixture
    def access_key(self) -> str | None:
        """Return the library's key; None where there is none."""
        return None

    @pytest.fixture
    def surroundings(self, access_key: str | None, tmp_path: Path) -> Surroundings:
        """Return what syncd gives the adapter beside its options."""
        return Surroundings("tested", cache=tmp_path / "cache", find_key=lambda: access_key)

    @pytest.fixture
    def installed(self) -> Adapter:
        """Return the adapter, as syncd finds it by its entry point."""
        return find_adapter(self.adapter)

    @pytest.fixture
    def library(
        self, installed: Adapter, options: Mapping[str, object], surroundings: Surroundings
    ) -> Iterator[Library]:
        """Open the library, as syncd does."""
        library = installed.open(options, surroundings)
        yield library
        library.close()

    @pytest.fixture
    def second_client(
        self, installed: Adapter, options: Mapping[str, object], surroundings: Surroundings
    ) -> Iterator[Library]:
        """Open it once more, as another daemon does."""
        library = installed.open(options, surroundings)
        yield library
        library.close()

    def test_it_finds_nothing_wrong_with_options_that_will_do(
        self, installed: Adapter, options: Mapping[str, object]
    ) -> None:
        assert installed.check_options(options) == {}

    def test_a_key_that_it_does_not_know_is_named(
        self, installed: Adapter, options: Mapping[str, object]
    ) -> None:
        problems = installed.check_options({**options, _UNKNOWN: 1})

        assert problems.keys() == {_UNKNOWN}
        assert problems[_UNKNOWN]

    def test_a_key_that_must_be_given_is_missed(
        self, installed: Adapter, options: Mapping[str, object]
    ) -> None:
        for option in _declared(installed):
            if option.required:
                fewer = {name: value for name, value in options.items() if name != option.name}
                assert option.name in installed.check_options(fewer)

    def test_a_value_of_the_wrong_kind_is_named(
        self, installed: Adapter, options: Mapping[str, object]
    ) -> None:
        for option in _declared(installed):
            assert option.name in installed.check_options({**options, option.name: {"a": "b"}})

    def test_what_it_says_of_its_keys_explains_them(self, installed: Adapter) -> None:
        declared = _declared(installed)

        assert len({option.name for option in declared}) == len(declared)
        for option in declared:
            assert _NAME.fullmatch(option.name)
            assert option.sentence.endswith(".")
            assert option.default is None or isinstance(option.default, type(option.example))
            assert not option.choices or option.example in option.choices

    def test_opening_a_library_changes_nothing(
        self,
        installed: Adapter,
        options: Mapping[str, object],
        surroundings: Surroundings,
        tmp_path: Path,
    ) -> None:
        # What a network adapter would send, its own tests know; here it is the directory.
        before = sorted(tmp_path.rglob("*"))

        installed.open(options, surroundings).close()

        assert sorted(tmp_path.rglob("*")) == before


def _declared(adapter: Adapter) -> list[Option]:
    if not isinstance(adapter, Configurable):
        pytest.skip("this adapter does not say which keys it takes")
    return list(adapter.options)
