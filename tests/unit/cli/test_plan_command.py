"""`syncd plan`: the numbers first, then what needs eyes; and files for those who publish."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syncd.cli.exits import Exit
from syncd.cli.program import run

ENTRY = "TY  - JOUR\nTI  - {}\nAU  - Harlow, Ana\nPY  - 2012\nDO  - 10.5555/{}\nER  - \n"
FIRST, OTHER = ENTRY.format("Tides of the harbours", "a"), ENTRY.format("Walls of stone", "b")


@pytest.fixture
def exports(tmp_path: Path) -> list[str]:
    (tmp_path / "a.ris").write_text(FIRST + OTHER, encoding="utf-8")
    (tmp_path / "b.ris").write_text(FIRST + "TY  - JOUR\nTI  - \nER  - \n", encoding="utf-8")
    return [str(tmp_path / "a.ris"), str(tmp_path / "b.ris")]


def test_numbers_stand_first_and_only_what_needs_eyes_is_listed(
    exports: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["plan", "--offline", *exports])

    out = capsys.readouterr().out
    assert code is Exit.INPUT
    assert out.index("records") < out.index("PRISMA: 4 identified") < out.index("(no title)")
    assert "Walls of stone" not in out
    assert "3 more records need no look; --all lists every record" in out


def test_where_no_record_needs_eyes_none_is_said_to_be_more(
    exports: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(["plan", "--offline", exports[0]])

    assert "\n2 records need no look" in capsys.readouterr().out


def test_a_file_of_which_nothing_can_be_used_is_named(
    exports: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "pubmed.nbib"
    other.write_text("PMID- 123\nTI  - A title\n", encoding="utf-8")

    assert run(["plan", "--offline", exports[0], str(other)]) is Exit.INPUT

    assert f"{other}: this is PubMed's own format" in capsys.readouterr().err


def test_all_lists_every_record_with_its_title_and_where_its_duplicate_stands(
    exports: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(["plan", "--offline", "--all", *exports])

    out = capsys.readouterr().out
    assert out.count("Tides of the harbours") == 2
    assert "Walls of stone" in out
    assert f"the same work as record 1 of {exports[0]}" in out
    assert "need no look" not in out


def test_a_name_is_not_cut_on_a_narrow_terminal(
    exports: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)

    run(["plan", "--offline", "--all", *exports])

    out = capsys.readouterr().out
    joined = "".join(line.strip() for line in out.splitlines())
    assert f"record1of{exports[0]}".replace(" ", "") in joined.replace(" ", "")


@pytest.mark.parametrize("option", ["--library", "--file-library", "--config", "--state"])
def test_offline_with_a_library_named_is_an_error(
    exports: list[str], option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["plan", "--offline", option, "mine", *exports])

    assert code is Exit.USAGE
    assert option in capsys.readouterr().err


def test_a_file_that_is_named_twice_is_one_export(
    exports: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(["plan", "--offline", exports[0], exports[0]])

    assert "PRISMA: 2 identified = 0 duplicates within" in capsys.readouterr().out


def test_reports_are_written_and_said(
    exports: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = {"--report": "r.html", "--unique": "u.ris", "--duplicates": "d.csv"}
    options = [word for kind, name in wanted.items() for word in (kind, str(tmp_path / name))]

    run(["plan", "--offline", *options, *exports])

    assert all((tmp_path / name).stat().st_size for name in wanted.values())
    assert f"wrote 2 unique records to {tmp_path / 'u.ris'}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [["--report", "r.pdf"], ["--unique", "u.txt"], ["--duplicates", "d.ris"]]
)
def test_a_name_that_says_another_kind_is_refused_before_anything_is_read(
    options: list[str], exports: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", "--offline", *options, *exports]) is Exit.USAGE
    assert "takes a name that ends in" in capsys.readouterr().err


def test_an_export_is_never_written_over(exports: list[str]) -> None:
    before = Path(exports[1]).read_bytes()

    assert run(["plan", "--offline", "--unique", exports[1], *exports]) is Exit.USAGE
    assert Path(exports[1]).read_bytes() == before


def test_a_report_that_cannot_be_written_is_named(
    exports: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["plan", "--offline", "--report", str(tmp_path / "no" / "r.html"), *exports])

    assert code is Exit.INPUT
    assert "cannot be written" in capsys.readouterr().err


def test_a_guard_that_a_run_would_meet_is_told_beforehand(
    exports: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "syncd.toml"
    config.write_text(
        f'[[library]]\nname = "mine"\nadapter = "file"\npath = "{tmp_path / "library"}"\n'
        "[limits]\nmax_creates = 1\n",
        encoding="utf-8",
    )

    run(["plan", "--config", str(config), "--state", str(tmp_path / "state"), *exports])

    out = capsys.readouterr().out
    assert "one run would make 2 items, and max_creates is 1" in out
    assert f"`syncd once --yes --config {config} --state {tmp_path / 'state'}`" in out


def test_a_folder_that_feeds_two_libraries_counts_each_record_once(
    exports: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    libraries = "".join(
        f'[[library]]\nname = "{name}"\nadapter = "file"\npath = "{tmp_path / name}"\n'
        for name in ("mine", "lab")
    )
    folder = f'[[folder]]\npath = "{tmp_path}"\nlibrary = ["mine", "lab"]\n'
    config = tmp_path / "syncd.toml"
    config.write_text(libraries + folder, encoding="utf-8")
    where = ["--config", str(config), "--state", str(tmp_path / "state")]
    unique = tmp_path / "out" / "unique.ris"
    unique.parent.mkdir()

    run(["plan", "--json", "--unique", str(unique), *where, *exports])

    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["counts"]["records"] == 8
    assert document["prisma"]["identified"] == 4
    assert set(document["prisma"]["by_library"]) == {"mine", "lab"}
    assert {row["library"] for row in document["records"]} == {"mine", "lab"}
    assert "wrote 2 unique records" in err
    assert unique.read_text(encoding="utf-8").count("TY  - ") == 2


def test_without_a_configuration_the_ways_that_need_none_are_named(
    exports: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("SYNCD_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)

    assert run(["plan", exports[0]]) is Exit.CONFIG
    assert "`syncd init`; --offline or --file-library DIR needs none" in capsys.readouterr().err

    assert run(["once", exports[0]]) is Exit.CONFIG
    assert "`syncd init`; --file-library DIR needs none" in capsys.readouterr().err

    assert run(["login", "mine"]) is Exit.CONFIG
    assert "needs none" not in capsys.readouterr().err


def test_unique_records_among_the_exports_are_said_to_lie_in_the_way(
    exports: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beside, elsewhere = tmp_path / "unique.ris", tmp_path / "out" / "unique.ris"
    elsewhere.parent.mkdir()

    run(["plan", "--offline", *exports, "--unique", str(beside)])
    assert "it lies among the exports: leave it out" in capsys.readouterr().err

    run(["plan", "--offline", *exports, "--unique", str(elsewhere)])
    assert "among the exports" not in capsys.readouterr().err
