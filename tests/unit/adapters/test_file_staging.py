"""Files laid out beside their places."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.file import writing
from adapters.file.renaming import has_renamed
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


@pytest.fixture(params=[True, False], ids=["the system knows how", "it does not"])
def staging(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Staging:
    if not request.param:
        monkeypatch.setattr(writing, "has_renamed", lambda *_: False)
    staging = Staging(tmp_path)
    staging.lay_out("a.json", b"ours", base=None)
    return staging


def test_what_somebody_has_put_there_meanwhile_stays(staging: Staging, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("theirs")

    assert staging.put_into_place() == {"a.json"}
    assert (tmp_path / "a.json").read_text() == "theirs"
    assert not staging.landed


def test_a_link_that_leads_nowhere_is_nothing(staging: Staging, tmp_path: Path) -> None:
    (tmp_path / "a.json").symlink_to(tmp_path / "gone")

    assert staging.put_into_place() == set()
    assert not (tmp_path / "a.json").is_symlink()
    assert (tmp_path / "a.json").read_text() == "ours"


def test_a_fault_in_renaming_is_named(staging: Staging, tmp_path: Path) -> None:
    (tmp_path / ".a.json.syncd-tmp").unlink()

    with pytest.raises(FileNotFoundError, match=r"a\.json"):
        staging.put_into_place()
    assert not staging.landed


def test_a_name_that_nothing_has_is_given_without_looking_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").touch()
    if not has_renamed(str(tmp_path / "one"), str(tmp_path / "two")):
        pytest.skip("this system does not know how")
    staging = Staging(tmp_path)
    staging.lay_out("a.json", b"ours", base=None)
    # Somebody may come between a look and what is done after it.
    monkeypatch.setattr(writing, "find_fingerprint", lambda _: pytest.fail("it was looked for"))

    assert staging.put_into_place() == set()
    assert staging.landed
