"""Another format, another container: known to `formats`, they work everywhere without a change."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from syncd import formats
from syncd.app.inspection import Inspection
from syncd.cli.program import run
from syncd.errors import InputError
from syncd.formats import Format
from syncd.sync.making import Tools
from syncd.system.packing import unpack
from syncd.system.resources import shipped_schema
from tests.support.other_formats import (
    BUNDLE,
    JSON_LINES,
    JsonLinesReading,
    bundle,
    json_line,
)

DUNES = json_line("Dunes that wander", "10.5555/dunes")
TIDES = json_line("Tides that stay", "10.5555/tides")
DUNES_IN_RIS = b"TY  - JOUR\nTI  - Dunes that wander\nDO  - 10.5555/dunes\nER  - \n"
DEW_IN_RIS = b"TY  - JOUR\nTI  - Dew on a fence\nDO  - 10.5555/dew\nER  - \n"


@pytest.fixture
def known() -> Iterator[None]:
    with formats.also(JSON_LINES, BUNDLE):
        yield


class Shell:
    """Runs commands in a folder and keeps what they say."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.library = folder / "library"
        self._capsys = capsys

    def put(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def run(self, *words: object) -> tuple[int, Any]:
        code = run([str(word) for word in words])
        return code, json.loads(self._capsys.readouterr().out)

    def ledger(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.library / ".syncd" / "ledger.sqlite") as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


# --- another format


@pytest.mark.usefixtures("known")
def test_inspect_shows_another_format_whatever_the_name(shell: Shell) -> None:
    path = shell.put("saved.txt", DUNES + b'{"title": ""}\n' + TIDES)

    code, document = shell.run("inspect", "--offline", "--json", path)

    [file] = document["files"]
    assert code == 65
    assert [shown["item"]["DOI"] for shown in document["records"]] == [
        "10.5555/dunes",
        "10.5555/tides",
    ]
    assert (file["encoding"], file["source"], file["records_found"]) == ("utf-8", "jsonl", 3)
    assert file["problems"] == [{"line": 2, "message": "no title"}]


@pytest.mark.usefixtures("known")
def test_a_format_says_itself_that_an_export_was_cut_short(shell: Shell) -> None:
    path = shell.put("a.jsonl", DUNES + TIDES.rstrip())

    _, inspected = shell.run("inspect", "--offline", "--json", path)
    code = run(["plan", "--offline", "--json", str(path)])

    assert inspected["files"][0]["alarms"] == ["the last line was cut short; export it again"]
    assert code == 0


@pytest.mark.usefixtures("known")
def test_plan_compares_records_of_different_formats(shell: Shell) -> None:
    paths = [shell.put("a.ris", DUNES_IN_RIS), shell.put("b.jsonl", DUNES + TIDES)]

    code, document = shell.run("plan", "--offline", "--json", *paths)

    assert code == 0
    assert [record["decision"] for record in document["records"]] == ["create", "skip", "create"]
    assert document["records"][1]["duplicate_of"]["file"] == str(paths[0])


@pytest.mark.usefixtures("known")
def test_once_delivers_another_format_and_keeps_its_entries_as_written(shell: Shell) -> None:
    path = shell.put("a.jsonl", DUNES + b'{"title": ""}\n')

    code, document = shell.run("once", "--json", "--file-library", shell.library, path)

    assert code == 65
    assert [record["decision"] for record in document["records"]] == ["create", "reject"]
    kept = shell.ledger("SELECT entry FROM record ORDER BY record_id")
    assert [unpack(entry) + b"\n" for (entry,) in kept] == [DUNES, b'{"title": ""}\n']
    assert "Dunes that wander" in (shell.library / "library.ris").read_text()


@pytest.mark.usefixtures("known")
def test_inspect_holds_no_more_than_it_shows() -> None:
    readings: list[JsonLinesReading] = []

    def read(stream: BinaryIO, file: str) -> JsonLinesReading:
        readings.append(JsonLinesReading(stream, file))
        return readings[-1]

    watched = Format("watched", (), JSON_LINES.recognises, JSON_LINES.is_complete, read)
    with formats.also(watched):
        records = Inspection(
            [Path("a.jsonl")],
            Tools(shipped_schema(), ()),
            lambda _: io.BytesIO(DUNES * 1000),
        ).records()
        next(records)

        assert readings[0].handed_on == 1


def test_what_was_only_tried_out_is_forgotten(shell: Shell) -> None:
    path = shell.put("a.jsonl", DUNES)
    with formats.also(JSON_LINES):
        assert ".jsonl" in formats.suffixes()

    code, document = shell.run("inspect", "--offline", "--json", path)

    assert (code, document["records"]) == (65, [])
    assert formats.suffixes() == (".ris",)


# --- a container


@pytest.mark.usefixtures("known")
def test_inspect_shows_each_member_as_a_file_of_its_own(shell: Shell) -> None:
    path = shell.put("both.bundle", bundle(a_ris=DEW_IN_RIS, b_jsonl=DUNES + TIDES))

    code, document = shell.run("inspect", "--offline", "--json", path)

    assert code == 0
    counts = {file["file"]: file["records_found"] for file in document["files"]}
    assert counts == {f"{path}/a.ris": 1, f"{path}/b.jsonl": 2}


@pytest.mark.usefixtures("known")
def test_a_member_that_is_no_export_does_not_hide_the_others(shell: Shell) -> None:
    path = shell.put("both.bundle", bundle(a_png=b"\x89PNG\r\n\x1a\n", b_jsonl=DUNES))

    inspected, shown = shell.run("inspect", "--offline", "--json", path)
    planned, plan = shell.run("plan", "--offline", "--json", path)

    assert (inspected, planned) == (65, 65)
    assert [file["encoding"] for file in shown["files"]] == [None, "utf-8"]
    assert [record["decision"] for record in plan["records"]] == ["create"]


@pytest.mark.usefixtures("known")
def test_plan_tells_members_apart(shell: Shell) -> None:
    path = shell.put("both.bundle", bundle(a_ris=DUNES_IN_RIS, b_jsonl=DUNES + TIDES))

    _, document = shell.run("plan", "--offline", "--json", path)

    assert [(r["file"], r["decision"]) for r in document["records"]] == [
        (f"{path}/a.ris", "create"),
        (f"{path}/b.jsonl", "skip"),
        (f"{path}/b.jsonl", "create"),
    ]


@pytest.mark.usefixtures("known")
def test_once_knows_each_member_by_its_own_content(shell: Shell) -> None:
    path = shell.put("both.bundle", bundle(a_ris=DEW_IN_RIS, b_jsonl=DUNES))

    code, document = shell.run("once", "--json", "--file-library", shell.library, path)

    assert code == 0
    assert document["counts"]["create"] == 2
    exports = shell.ledger("SELECT sha256, size FROM export ORDER BY export_id")
    assert exports == [(hashlib.sha256(c).hexdigest(), len(c)) for c in (DEW_IN_RIS, DUNES)]


@pytest.mark.usefixtures("known")
def test_a_damaged_container_is_refused_with_its_own_words(shell: Shell) -> None:
    path = shell.put("half.bundle", bundle(a_jsonl=DUNES)[:-4])

    inspected, shown = shell.run("inspect", "--offline", "--json", path)
    planned = run(["plan", "--offline", str(path)])

    assert (inspected, planned) == (65, 65)
    assert [problem["message"] for problem in shown["files"][0]["problems"]] == [
        "this bundle is damaged"
    ]


@pytest.mark.usefixtures("known")
def test_a_container_within_a_container_is_not_opened() -> None:
    inner = io.BytesIO(bundle(a_jsonl=DUNES))

    with pytest.raises(InputError, match=r"within another \(bundle\)"):
        formats.read(inner, "outer.bundle/inner.bundle")


@pytest.mark.usefixtures("known")
def test_an_empty_container_is_refused() -> None:
    with pytest.raises(InputError, match="no export in this bundle"):
        formats.members_of(io.BytesIO(bundle()))


@pytest.mark.usefixtures("known")
def test_a_container_from_a_pipe_is_refused() -> None:
    reading, writing = os.pipe()
    os.write(writing, bundle(a_jsonl=DUNES))
    os.close(writing)

    with open(reading, "rb") as pipe, pytest.raises(InputError, match="pipe"):
        formats.members_of(pipe)


def test_a_members_name_stays_below_its_file() -> None:
    assert formats.shown_in(Path("a.zip"), "/etc/passwd") == Path("a.zip/etc/passwd")
    assert formats.shown_in(Path("a.ris"), "") == Path("a.ris")


# --- a plain file


@pytest.mark.parametrize("size", [0, 1, formats.HEAD, formats.HEAD + 1, 3 * formats.HEAD + 7])
def test_a_plain_file_is_its_own_only_member_with_every_byte(size: int) -> None:
    content = (bytes(range(256)) * (size // 256 + 1))[:size]

    [member] = formats.members_of(io.BytesIO(content))

    assert member.name == ""
    with member.open() as stream:
        assert stream.read() == content


@pytest.mark.parametrize(
    "head",
    [
        *(b"TY  - JOUR\n", b"\xef\xbb\xbfTY  - JOUR", b"\r\n\r\nTY - BOOK", b"1.\nTY  - JOUR"),
        *("TY  - JOUR\n".encode("utf-16"), b"Provider: X\nContent: y\n\nTY  - JOUR\n"),
    ],
)
def test_ris_is_recognised_by_its_first_tag(head: bytes) -> None:
    ris = formats.recognise(head)

    assert ris.name == "RIS"
    assert ris.recognises(head)


@pytest.mark.parametrize("head", [b"PMID- 123\nTI  - A\n", b"@article{a}", b"", b"PARTY - A"])
def test_what_nobody_recognises_is_left_to_ris_to_refuse(head: bytes) -> None:
    kind = formats.recognise(head)

    assert kind.name == "RIS"
    assert not kind.recognises(head)
