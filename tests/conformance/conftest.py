"""The suite is imported, not collected: without this its failed asserts would show no values."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.conformance.suite")
