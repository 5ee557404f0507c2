"""Files laid out beside their places."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.file.writing import Staging


def test_a_file_is_whole_though_the_system_takes_it_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: write(descriptor, content[:3]))
    staging = Staging(tmp_path)

    staging.lay_out("a.json", b"0123456789", base=None)
    staging.make_safe()

    assert staging.put_into_place() == set()
    assert (tmp_path / "a.json").read_bytes() == b"0123456789"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
