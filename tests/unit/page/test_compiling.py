"""The templates' code: made once by another process, and never taken for other templates'."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from syncd.page import compiling
from syncd.page.rendering import Renderer, keep

KEPT = "templates.bin"


def shown(directory: Path) -> bytes:
    return Renderer(directory / KEPT).render("no_entry.html", {})


def test_what_another_process_compiled_is_shown(tmp_path: Path) -> None:
    assert b"<h1>No entry</h1>" in shown(tmp_path)
    assert (tmp_path / KEPT).stat().st_mode & 0o777 == 0o600


def test_it_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(str(tmp_path / KEPT))
    monkeypatch.setattr(compiling, "compile_all", lambda _: pytest.fail("compiled again"))
    monkeypatch.setattr(sys, "executable", "/no/such/python")

    assert b"<h1>No entry</h1>" in shown(tmp_path)


@pytest.mark.parametrize("place", [0, 40, -1])
def test_what_is_damaged_or_of_other_versions_is_made_anew(tmp_path: Path, place: int) -> None:
    keep(str(tmp_path / KEPT))
    whole = (tmp_path / KEPT).read_bytes()
    broken = bytearray(whole)
    broken[place] ^= 1
    (tmp_path / KEPT).write_bytes(broken)

    assert b"<h1>No entry</h1>" in shown(tmp_path)
    # Sets and the order in which names were met make no difference that matters.
    assert (tmp_path / KEPT).read_bytes()[:32] == whole[:32]


def test_without_another_process_it_is_compiled_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")

    assert b"<h1>No entry</h1>" in shown(tmp_path)
    assert not (tmp_path / KEPT).exists()


def test_nothing_beside_where_the_daemon_was_started_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "syncd.py").write_text(f"open({str(tmp_path / 'was-run')!r}, 'w')")
    monkeypatch.chdir(tmp_path)

    assert b"<h1>No entry</h1>" in shown(tmp_path)
    assert not (tmp_path / "was-run").exists()
