"""`inspect` shows what was understood, what was not, and what is odd about a whole export."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from syncd.app.inspection import Inspection
from syncd.cli.program import run
from syncd.library import TextLimits
from syncd.report.inspections import inspection_document, print_inspection
from syncd.report.writing import write_document
from syncd.sync.making import Tools
from syncd.system.resources import shipped_schema

EXAMPLE = Path(__file__).parents[3] / "docs" / "example.ris"


def record(number: int, **more: str) -> str:
    tags = {"TI": f"On the number {number} and its neighbours", "DO": f"10.5555/n.{number}", **more}
    body = "".join(f"{tag}  - {value}\n" for tag, value in tags.items())
    return f"TY  - JOUR\n{body}ER  - \n"


def inspected(
    *exports: str | bytes, limits: TextLimits | None = None
) -> tuple[Inspection, dict[str, Any]]:
    contents = [text.encode() if isinstance(text, str) else text for text in exports]
    paths = [Path(f"{number}.ris") for number in range(len(exports))]

    def open_file(path: Path) -> BinaryIO:
        return io.BytesIO(contents[paths.index(path)])

    inspection = Inspection(paths, Tools(shipped_schema(), {"funding"}, limits), open_file)
    stream = io.StringIO()
    write_document(inspection_document(inspection), stream)
    return inspection, json.loads(stream.getvalue())


def alarms(records: Iterable[str]) -> str:
    return "\n".join(inspected("".join(records))[1]["files"][0]["alarms"])


def test_a_record_is_shown_as_the_item_it_would_become() -> None:
    inspection, document = inspected(EXAMPLE.read_bytes())

    [shown], [file] = document["records"], document["files"]
    assert document["schema"] == "syncd.inspect/1"
    assert (shown["index"], shown["line"], shown["source"]) == (1, 1, "pure")
    assert shown["identifiers"]["scopus"] == "2-s2.0-85099999001"
    assert shown["item"]["shortTitle"] == "Counting sheep"
    assert not {"key", "version", "collections"} & shown["item"].keys()
    assert "coffee" in shown["notes"][0]
    assert (file["encoding"], file["records_found"], file["source"]) == ("utf-8", 1, "pure")
    assert inspection.all_used


def test_what_a_library_has_no_room_for_is_told() -> None:
    long = record(1, TI="long " * 40, DO=f"10.5555/{'x' * 200}")

    _, document = inspected(long, limits=TextLimits(field=150))

    [shown] = document["records"]
    assert shown["item"]["title"].endswith("…")
    assert len(shown["item"]["DOI"]) > 200
    assert shown["warnings"] == [
        "title is longer than the library takes: it is cut",
        "DOI is longer than the library takes: it would be untrue if it were cut, so it is held",
    ]


def test_a_record_that_cannot_be_used_is_named_and_the_rest_goes_on() -> None:
    broken = "TY  - JOUR\nTI  - \nER  - \n"
    inspection, document = inspected(record(1) + broken + record(2))

    assert [shown["index"] for shown in document["records"]] == [1, 3]
    assert document["files"][0]["records_found"] == 3
    assert [problem["line"] for problem in document["files"][0]["problems"]] == [5]
    assert not inspection.all_used


def test_a_file_that_is_no_export_is_told_and_the_next_is_read() -> None:
    inspection, document = inspected(b"\x89PNG\r\n\x1a\n" + bytes(64), record(1))

    assert [shown["file"] for shown in document["records"]] == ["1.ris"]
    assert document["files"][0]["encoding"] is None
    assert document["files"][0]["problems"]
    assert not inspection.all_used


@pytest.mark.parametrize(("number", "is_told"), [(1999, False), (2000, True), (2001, False)])
def test_an_export_that_stops_at_a_databases_limit_is_told(number: int, is_told: bool) -> None:
    told = alarms(record(n) for n in range(number))

    assert ("exactly 2,000 records" in told) is is_told


@pytest.mark.parametrize(("repeated", "is_told"), [(1, False), (2, True)])
def test_many_duplicates_in_one_file_are_told(repeated: int, is_told: bool) -> None:
    told = alarms([*(record(n) for n in range(30)), *(record(n) for n in range(repeated))])

    assert ("repeat an identifier" in told) is is_told


def test_a_repeated_record_in_a_handful_is_no_alarm() -> None:
    assert alarms([record(1), record(1)]) == ""


def test_records_without_identifiers_are_no_duplicates() -> None:
    assert alarms("TY  - JOUR\nTI  - Of no number at all\nER  - \n" for _ in range(20)) == ""


def test_a_cut_off_end_is_told() -> None:
    whole = record(1) + record(2)
    cut = inspected(whole.removesuffix("ER  - \n"))[1]

    assert alarms([whole]) == ""
    told = [problem["message"] for problem in cut["files"][0]["problems"]]
    assert any("cut short" in message for message in told)
    odd = [shown["warnings"] for shown in cut["records"]]
    assert odd == [[], ["unfinished: the file ends inside this record"]]


def test_garbled_text_is_told_with_its_first_line() -> None:
    garbled = record(2, AU="M\ufffdller, J.")

    assert "1 of 2 records" in alarms([record(1), garbled])
    assert "line 5" in alarms([record(1), garbled])
    assert alarms([record(1, AU="Müller, J.", KW="Ångström")]) == ""


def test_people_see_records_problems_and_sums() -> None:
    stream = io.StringIO()
    exports = [EXAMPLE.read_bytes(), (record(1) + "TY  - JOUR\nTI  - \nER  - \n").encode()]
    inspection = Inspection(
        [Path("a.ris"), Path("b.ris")],
        Tools(shipped_schema(), ()),
        lambda path: io.BytesIO(exports[path.name == "b.ris"]),
    )

    print_inspection(inspection, stream)

    text = stream.getvalue()
    assert text.index("a.ris") < text.index("Counting sheep") < text.index("b.ris")
    assert "not used: M3" in text
    assert "line 5: " in text
    assert "1 of 2 records can be used" in text


def test_what_the_library_will_not_hold_is_summed_up() -> None:
    exports = record(1, AD="X", N1="Cited By: 3") + record(2, AD="Y", LB="1") + record(3)

    _, document = inspected(exports)

    assert document["files"][0]["unused"] == {"AD": 2, "LB": 1}
    assert document["files"][0]["notes_left_out"] == {"cited-by": 1}
    stream = io.StringIO()
    print_inspection(Inspection([Path("a.ris")], Tools(shipped_schema(), ()),
                                lambda _: io.BytesIO(exports.encode())), stream)  # fmt: skip
    assert "not used: AD in 2, LB in 1 record" in stream.getvalue()
    assert "stay in the ledger: 1 cited-by" in stream.getvalue()


def test_the_command_ends_with_65_when_something_could_not_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["inspect", "--json", str(EXAMPLE)]) == 0
    assert json.loads(capsys.readouterr().out)["records"]

    assert run(["inspect", "--json", str(EXAMPLE), str(tmp_path / "none.ris"), str(tmp_path)]) == 65
    document = json.loads(capsys.readouterr().out)
    assert len(document["records"]) == 1
    assert [len(file["problems"]) for file in document["files"]] == [0, 1, 1]
