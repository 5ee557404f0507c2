"""What `syncd once` tells people of what became of their records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.file.library import FileLibrary
from syncd.cli import program as cli
from syncd.library import Operation, Pushed, Refusal, Refused, key_of
from tests.support.exports import scopus_record, write_export, write_records


def test_a_note_that_was_refused_is_told_where_the_rest_was_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    push = FileLibrary.push

    def refuses_notes(
        library: FileLibrary, operations: Sequence[Operation], *, expected: int | None
    ) -> Pushed:
        *taken, note = operations
        answer = push(library, taken, expected=expected)
        refused = Refused(key_of(note), Refusal.INVALID, "no room")
        return Pushed([*answer.outcomes, refused], answer.library_version)

    monkeypatch.setattr(FileLibrary, "push", refuses_notes)
    export = write_export(tmp_path / "one.ris", [1])

    code = cli.run(["once", "--json", "--file-library", str(tmp_path / "library"), str(export)])

    told = capsys.readouterr().err
    assert code == 0
    assert f"{export}:1: the library refused a note of it: no room; `syncd review" in told


def test_a_question_about_one_field_is_told_where_others_are_brought_up_to_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    first = write_records(tmp_path / "first.ris", [scopus_record(1, N1=None, IS="3")])
    newer = write_records(tmp_path / "newer.ris", [scopus_record(1, N1=None, IS="4", AB="All.")])
    assert cli.run(["once", "--file-library", str(library), str(first)]) == 0
    [item] = (library / "items").glob("*.json")
    edited = json.loads(item.read_text())
    edited["data"]["issue"] = "by hand"
    item.write_text(json.dumps(edited))
    capsys.readouterr()

    code = cli.run(["once", "--file-library", str(library), str(newer)])

    told = capsys.readouterr()
    assert code == 0
    assert "you are asked about issue" in told.out
    assert told.err.startswith("1 record waits for a person: see `syncd review")
