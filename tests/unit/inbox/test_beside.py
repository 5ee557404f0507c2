"""What lies beside the exports and looks as if somebody meant it is named, with what to do."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import replace

import pytest

from syncd.report.beside import describe_beside
from tests.fakes.clock import FakeClock
from tests.fakes.settings import make_folder
from tests.support.drop import ENTRY, Drop


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, ENTRY)
    return stream.getvalue()


@pytest.fixture
def drop(tmp_path_factory: pytest.TempPathFactory) -> Drop:
    return Drop(make_folder(tmp_path_factory.mktemp("drop"), settle=2), FakeClock())


def named(drop: Drop) -> dict[str, str]:
    return dict(drop.settled().beside)


@pytest.mark.parametrize(
    ("name", "content", "remedy"),
    [
        ("scopus.txt", ENTRY, "let it end in .ris"),
        ("export", ENTRY, "let it end in .ris"),
        ("scopus.ris.1", b"\xef\xbb\xbf" + ENTRY, "let it end in .ris"),
        ("pubmed.nbib", b"PMID- 12345\r\nOWN - NLM\r\n", "PubMed has no RIS"),
        ("pubmed-set.txt", b"\nPMID- 12345\nOWN - NLM\n", "PubMed has no RIS"),
        ("citation.enw", b"%0 Journal Article\n%T Tides\n", "format RIS"),
        ("library.bib", b"% made by hand\n@article{tide,\n title={Tides}}\n", "format RIS"),
        ("savedrecs.txt", b"\xef\xbb\xbfFN Clarivate Analytics Web of Science\n", "RIS (other"),
        ("scopus.csv", b'Authors,Title,Year,Source title,DOI\n"A",B,2020,C,D\n', "format RIS"),
        ("set.xml", b'<?xml version="1.0"?>\n<PubmedArticleSet>', "format RIS"),
        ("csl.json", b'[{"title":"Tides","issued":{}}]', "format RIS"),
        ("twelve.zip", zipped("read me.txt", "a/ovid.ris"), "unpack it"),
        ("scopus.ris.gz", gzip.compress(ENTRY, mtime=0), "unpack it"),
    ],
)
def test_an_export_under_another_name_or_in_another_format_is_named(
    drop: Drop, name: str, content: bytes, remedy: str
) -> None:
    drop.put(name, content)

    reasons = named(drop)

    assert list(reasons) == [name]
    assert remedy in reasons[name]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("letter.txt", b"Dear all,\nthe tides are late.\n"),
        ("style.css", b"@media (print) { }\n"),
        ("photos.zip", zipped("beach.jpg")),
        ("damaged.zip", b"PK\x03\x04 and nothing else"),
        ("backup.tar.gz", gzip.compress(b"x", mtime=0)),
        ("paper.pdf", b"%PDF-1.7\n"),
        ("page.html", b"<!doctype html><html>"),
        ("prices.csv", b"Item,Price,Number\na,2,3\n"),
        ("notes.json", b'{"title": "x"}'),
        ("scopus.txt.crdownload", ENTRY),
        (".scopus.txt", ENTRY),
        ("~scopus.txt", ENTRY),
        ("empty", b""),
    ],
)
def test_what_else_people_keep_in_a_folder_is_not_mentioned(
    drop: Drop, name: str, content: bytes
) -> None:
    drop.put(name, content)

    assert named(drop) == {}


@pytest.mark.parametrize("name", ["sub/x.ris", "sub/deep/er/x.ris", "sub/pubmed.nbib"])
def test_a_subfolder_with_exports_that_is_not_searched_is_named(drop: Drop, name: str) -> None:
    drop.put(name)

    assert named(drop) == {"sub": named(drop)["sub"]}
    assert "recursive = true" in named(drop)["sub"]


def test_a_subfolder_that_is_searched_holds_exports_and_others(drop: Drop) -> None:
    recursive = Drop(replace(make_folder(drop.path, settle=2), recursive=True), FakeClock())
    drop.put("sub/x.ris")
    drop.put("sub/y.txt", ENTRY * 2)

    assert list(named(recursive)) == ["sub/y.txt"]


def test_a_subfolder_without_exports_or_without_access_is_not_named(drop: Drop) -> None:
    drop.put("sub/letter.txt")
    drop.put("locked/x.ris").parent.chmod(0)
    (drop.path / "circle").symlink_to(drop.path)

    assert "sub" not in named(drop)
    assert "circle" not in named(drop)
    (drop.path / "locked").chmod(0o700)


def test_a_file_is_read_again_only_after_it_has_changed(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop.put("scopus.txt")
    first = named(drop)
    monkeypatch.setattr("syncd.inbox.beside.open_regular", lambda _: pytest.fail("read again"))

    again = named(drop)
    monkeypatch.undo()
    path.write_bytes(b"something else\n")

    assert again == first != {}
    assert named(drop) == {}


def test_one_line_says_what_is_not_taken_and_groups_by_reason() -> None:
    one = describe_beside([("a.txt", "rename it")])
    many = describe_beside([*((f"{n}.txt", "rename it") for n in range(7)), ("sub", "search it")])

    assert one == "1 other looks like an export, and is not taken: a.txt (rename it)"
    assert many.startswith("8 others look like exports, and are not taken: 0.txt, 1.txt")
    assert many.endswith("4.txt and 2 more (rename it); sub (search it)")
    assert describe_beside([]) == ""
