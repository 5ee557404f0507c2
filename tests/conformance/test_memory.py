"""The library in RAM is a library."""

from __future__ import annotations

import pytest

from adapters.conformance import LibraryConformance
from adapters.memory import MemoryLibrary
from tests.conformance.schema import SMALL_SCHEMA


class TestMemory(LibraryConformance):
    @pytest.fixture
    def library(self) -> MemoryLibrary:
        return MemoryLibrary(SMALL_SCHEMA, page_size=7)

    @pytest.fixture
    def second_client(self, library: MemoryLibrary) -> MemoryLibrary:
        return library

    @pytest.fixture
    def person(self, library: MemoryLibrary) -> MemoryLibrary:
        return library
