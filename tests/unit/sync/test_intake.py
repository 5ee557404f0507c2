"""Exports become records on their way: compared whole, sent as the library takes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syncd import formats
from syncd.app.once import deliveries_of
from syncd.inbox import read_exports
from syncd.item.reading import citation_of
from syncd.library import FileToStore, TextLimits
from syncd.matching import dump_features, features_of
from syncd.plan import Place, split_file
from syncd.settings import (
    After,
    Attachments,
    DuplicateSettings,
    FolderSettings,
    LookAlikes,
    WhenFound,
)
from syncd.sync.intake import Delivery, Intake, read_deliveries
from syncd.sync.making import Tools
from syncd.system.resources import shipped_schema
from tests.fakes.settings import make_settings
from tests.support.exports import scopus_record, title_of, write_records
from tests.support.other_formats import BUNDLE, JSON_LINES, bundle, json_line

LONG = "On hedges " * 30


@pytest.fixture(autouse=True)
def known_formats() -> Iterator[None]:
    with formats.also(JSON_LINES, BUNDLE):
        yield


def take_in(path: Path, content: bytes, limits: TextLimits | None = None) -> Intake:
    path.write_bytes(content)
    deliveries = [Delivery(export, Place()) for export in read_exports(path, 1 << 20)]
    return read_deliveries(deliveries, Tools(shipped_schema(), (), limits))


def test_a_record_is_compared_by_all_of_it_though_less_is_sent(tmp_path: Path) -> None:
    [record] = take_in(tmp_path / "a", json_line(LONG), TextLimits(field=100)).incoming

    assert record.citation.title == LONG
    assert len(record.data["title"].encode()) <= 100
    assert [cut.full for cut in record.cuts] == [LONG.strip()]


def test_what_an_item_will_be_compared_by_is_known_unless_it_says_less(tmp_path: Path) -> None:
    [whole] = take_in(tmp_path / "a", json_line(LONG)).incoming
    [cut] = take_in(tmp_path / "a", json_line(LONG), TextLimits(field=100)).incoming

    assert whole.features == dump_features(features_of(citation_of(whole.data)))
    assert cut.features is None


def test_that_an_export_was_cut_off_is_told_although_it_is_used(tmp_path: Path) -> None:
    intake = take_in(tmp_path / "a.jsonl", json_line("One") + json_line("Two").rstrip())

    assert len(intake.incoming) == 2
    assert [(e.message, e.path, e.line) for e in intake.problems] == [
        ("the last line has no end", tmp_path / "a.jsonl", 2)
    ]


def test_members_are_numbered_like_files(tmp_path: Path) -> None:
    content = bundle(a_jsonl=json_line("One"), b_png=b"\x89PNG\r\n", c_jsonl=json_line("Two"))

    intake = take_in(tmp_path / "all", content)

    assert [(r.export, r.origin.file) for r in intake.incoming] == [
        (0, f"{tmp_path}/all/a.jsonl"),
        (2, f"{tmp_path}/all/c.jsonl"),
    ]
    assert list(intake.unusable) == [1]


def test_a_member_gets_what_the_folder_of_its_container_asks_for(tmp_path: Path) -> None:
    (tmp_path / "a.bundle").write_bytes(bundle(a_jsonl=json_line("One")))
    folder = FolderSettings(
        path=tmp_path,
        libraries=("mine",),
        collection=("Hedges",),
        tags=(),
        recursive=False,
        settle=timedelta(),
        after=After.LEAVE,
        readd=False,
        duplicates=DuplicateSettings(WhenFound.SYNC, LookAlikes.HOLD),
    )

    [delivery] = deliveries_of(
        read_exports(tmp_path / "a.bundle", 1 << 20), make_settings([folder])
    )

    assert delivery.place.collection == ("Hedges",)


def test_where_nothing_is_made_only_what_tells_records_apart_is_kept(tmp_path: Path) -> None:
    path = write_records(tmp_path / "a.ris", [scopus_record(1, AB="A long text.")])
    [export] = read_exports(path, 1 << 20)
    deliveries = [Delivery(export, Place())]

    [whole] = read_deliveries(deliveries, Tools(shipped_schema(), ("funding",))).incoming
    intake = read_deliveries(deliveries, Tools(shipped_schema(), ("funding",), lean=True))
    [lean] = intake.incoming

    assert (whole.data["abstractNote"], bool(whole.children)) == ("A long text.", True)
    assert (dict(lean.data), lean.children, lean.entry) == ({}, (), b"")
    assert lean.origin.title == title_of(1)
    assert lean.citation.identity == whole.citation.identity
    assert intake.features == [features_of(whole.citation)]


def test_features_stay_beside_their_records_when_one_that_was_cut_off_goes_last(
    tmp_path: Path,
) -> None:
    begun = scopus_record(2).partition(" in the")[0]
    cut = write_records(tmp_path / "a.ris", [scopus_record(1), begun])
    whole = write_records(tmp_path / "b.ris", [scopus_record(3)])
    exports = [export for path in (cut, whole) for export in read_exports(path, 1 << 20)]

    intake = read_deliveries(
        [Delivery(export, Place()) for export in exports], Tools(shipped_schema(), ())
    )

    assert [record.is_unfinished for record in intake.incoming] == [False, False, True]
    assert intake.features == [features_of(record.citation) for record in intake.incoming]


# Links and files


def attached(
    export: Path,
    attachments: Attachments,
    *,
    linked_files: bool = True,
    stored_files: bool = True,
    max_upload: int = 8,
) -> Intake:
    tools = Tools(shipped_schema(), (), linked_files=linked_files, stored_files=stored_files)
    place = Place(folder=bytes(export.parent), attachments=attachments, max_upload=max_upload)
    deliveries = [Delivery(each, place) for each in read_exports(export, 1 << 20)]
    return read_deliveries(deliveries, tools)


@pytest.fixture
def with_files(tmp_path: Path) -> Path:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    export = tmp_path / "export.ris"
    export.write_text(
        "TY  - JOUR\nTI  - On hedges\nJF  - Hedges\nL1  - a.pdf\nL1  - /etc/passwd\n"
        "L2  - https://x.example/full\nER  - \n"
    )
    return export


def test_links_alone_are_attached_unless_the_folder_says_otherwise(with_files: Path) -> None:
    modes = {
        Attachments.NONE: [],
        Attachments.LINK: ["https://x.example/full"],
        Attachments.FILE: ["https://x.example/full", str(with_files.parent / "a.pdf")],
    }

    for mode, places in modes.items():
        [record] = attached(with_files, mode).incoming
        assert [child.get("url") or child.get("path") for child in record.children] == places


def test_a_file_is_attached_as_what_it_is(with_files: Path) -> None:
    *_, child = attached(with_files, Attachments.FILE).incoming[0].children

    assert child == {
        "itemType": "attachment",
        "linkMode": "linked_file",
        "title": "a.pdf",
        "path": str(with_files.parent / "a.pdf"),
        "contentType": "application/pdf",
        "tags": [],
        "relations": {},
    }


def test_a_file_that_is_not_attached_is_named_with_its_reason(with_files: Path) -> None:
    intake = attached(with_files, Attachments.FILE)

    assert [(problem.message, problem.line) for problem in intake.problems] == [
        ("/etc/passwd is not attached: it is not below the drop folder", 1)
    ]


def test_a_library_that_takes_no_links_to_files_is_sent_none(with_files: Path) -> None:
    intake = attached(with_files, Attachments.FILE, linked_files=False)

    assert [child["linkMode"] for child in intake.incoming[0].children] == ["linked_url"]
    assert "a.pdf is not attached: the library takes no links to files" in {
        problem.message for problem in intake.problems
    }


def test_a_file_to_be_stored_is_looked_at_and_not_read(with_files: Path) -> None:
    *_, child = attached(with_files, Attachments.UPLOAD).incoming[0].children

    data, file = split_file(child)
    path = with_files.parent / "a.pdf"
    assert data == {
        "itemType": "attachment",
        "linkMode": "imported_file",
        "title": "a.pdf",
        "filename": "a.pdf",
        "contentType": "application/pdf",
        "tags": [],
        "relations": {},
    }
    assert file == FileToStore(
        folder=str(path.parent),
        path="a.pdf",
        owner=path.stat().st_uid,
        size=8,
        mtime=path.stat().st_mtime_ns // 1_000_000,
        md5="",
    )


def told(intake: Intake) -> set[str]:
    assert [child["linkMode"] for child in intake.incoming[0].children] == ["linked_url"]
    return {problem.message for problem in intake.problems}


def test_a_file_over_the_limit_is_not_attached(with_files: Path) -> None:
    intake = attached(with_files, Attachments.UPLOAD, max_upload=7)

    over = [each for each in told(intake) if each.startswith("a.pdf is not attached")]
    assert over == ["a.pdf is not attached: it is larger than max_upload (0.000007 MB)"]


def test_a_library_that_stores_no_files_is_sent_none(with_files: Path) -> None:
    intake = attached(with_files, Attachments.UPLOAD, stored_files=False)

    assert "a.pdf is not attached: the library stores no files" in told(intake)
