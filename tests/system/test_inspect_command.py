"""`syncd inspect`: what it shows, and where it takes exports from."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from tests.support.commands import Syncd

EXAMPLE = Path(__file__).parents[2] / "docs" / "example.ris"
TWO = "TY  - JOUR\nTI  - On shells\nAU  - Reef, Bo\nER  - \nTY  - BOOK\nTI  - On sand\nER  - \n"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "two.ris"
    path.write_text(TWO)
    return path


def test_the_whole_item_is_shown_field_by_field(syncd: Syncd, export: Path) -> None:
    shown = syncd("inspect", "--offline", "--full", export).out.split("\n")

    assert "  author             Reef, Bo" in shown
    assert "  title              On sand" in shown
    assert "record 2, line 5" in shown


def test_one_record_is_shown_alone(syncd: Syncd, export: Path) -> None:
    shown = syncd("inspect", "--offline", "--record", "2", export).out
    listed = json.loads(syncd("inspect", "--offline", "--json", "--record", "2", export).out)

    assert "On sand" in shown
    assert "On shells" not in shown
    assert [record["index"] for record in listed["records"]] == [2]


def test_a_record_that_is_not_there_is_said_so(syncd: Syncd, export: Path) -> None:
    ended = syncd("inspect", "--offline", "--record", "3", export)

    assert (ended.code, ended.err) == (65, "there is no record 3\n")


def test_a_directory_without_exports_is_said_so(syncd: Syncd, tmp_path: Path) -> None:
    ended = syncd("inspect", "--offline", tmp_path)

    assert ended.code == 65
    assert "this directory holds no .ris or .txt file" in ended.out


def test_a_directory_is_read_with_all_exports_in_it(syncd: Syncd, tmp_path: Path) -> None:
    (tmp_path / "drop" / "deep").mkdir(parents=True)
    for name in ("a.ris", "deep/b.txt", "deep/C.RIS", "notes.pdf", "._a.ris"):
        shutil.copy(EXAMPLE, tmp_path / "drop" / name)

    listed = json.loads(syncd("inspect", "--offline", "--json", tmp_path / "drop").out)

    assert [Path(file["file"]).name for file in listed["files"]] == ["a.ris", "C.RIS", "b.txt"]


def test_an_export_comes_in_by_standard_input(
    syncd: Syncd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TWO.encode())))

    listed = json.loads(syncd("inspect", "--offline", "--json", "-").out)

    assert [record["item"]["title"] for record in listed["records"]] == ["On shells", "On sand"]


def test_a_table_without_rows_has_no_heading(syncd: Syncd, tmp_path: Path) -> None:
    (tmp_path / "none.ris").write_text("no export at all\n")

    ended = syncd("inspect", "--offline", tmp_path / "none.ris")

    assert ended.code == 65
    assert "identifier" not in ended.out


def test_a_library_out_of_reach_is_no_obstacle(syncd: Syncd, export: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a" * 24)
    (tmp_path / "key").chmod(0o600)
    config = tmp_path / "syncd.toml"
    config.write_text(
        '[[library]]\nname = "mine"\nadapter = "zotero-web"\nlibrary_id = 12\n'
        f'api_url = "http://127.0.0.1:9"\nkey_file = "{tmp_path / "key"}"\n'
    )

    ended = syncd("inspect", "--config", config, "--state", tmp_path / "state", export)

    assert ended.code == 0, ended.err
    assert "On shells" in ended.out
    assert "newest schema known" in ended.err
