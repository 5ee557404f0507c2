"""A wrapper around a library is a library, also around another wrapper."""

from __future__ import annotations

import pytest

from adapters.conformance import LibraryConformance
from adapters.conformance.knowing import Knowing
from adapters.kit import DryRunLibrary, RecordingLibrary, RetryingLibrary
from adapters.memory import MemoryLibrary
from syncd.library import Library, Tracing
from tests.conformance.schema import SMALL_SCHEMA
from tests.support.libraries import Traces


class _AroundMemory(LibraryConformance):
    @pytest.fixture
    def inner(self) -> MemoryLibrary:
        return MemoryLibrary(SMALL_SCHEMA, page_size=7)

    @pytest.fixture
    def person(self, inner: MemoryLibrary) -> MemoryLibrary:
        return inner

    @pytest.fixture
    def second_client(self, library: Library) -> Library:
        return library


class TestRetrying(_AroundMemory):
    @pytest.fixture
    def library(self, inner: MemoryLibrary) -> Library:
        return RetryingLibrary(inner)


class TestRecording(_AroundMemory):
    @pytest.fixture
    def library(self, inner: MemoryLibrary) -> Library:
        return RecordingLibrary(inner, lambda _: None)


class TestBothAroundOneThatGivesItsOwnKeys(_AroundMemory):
    """What such a library is besides has to come through both."""

    @pytest.fixture
    def inner(self) -> MemoryLibrary:
        return Traces()

    @pytest.fixture
    def library(self, inner: MemoryLibrary) -> Library:
        library = RecordingLibrary(RetryingLibrary(inner), lambda _: None)
        assert isinstance(library, Tracing)
        return library


class TestDryRun(Knowing):
    """It writes nothing, so of the suite only this can be asked; its own tests compare the rest."""

    @pytest.fixture
    def library(self) -> Library:
        return DryRunLibrary(MemoryLibrary(SMALL_SCHEMA), lambda _: None)

    @pytest.fixture
    def second_client(self, library: Library) -> Library:
        return RetryingLibrary(library)
