"""`syncd review`: what is held is listed, compared, answered once, and never asked again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.works import wait_until
from tests.fakes.zotero_server.process import ZoteroServer
from tests.support.commands import Ended, Syncd
from tests.support.exports import scopus_record, title_of, write_records
from tests.support.serving import serving

OTHER = "Quite another subject altogether"


LEFT_OUT_IS_NO_LIST = '{"schema": "syncd.answers/1", "answers": [], "left_out": "all"}'


def doubtful(number: int = 1, **more: str | None) -> str:
    """Return a record with the EID of work `number` and the look of quite another."""
    changes = {"TI": f"{OTHER} {number}", "AU": "Nobody, N.", "DO": None, **more}
    return scopus_record(number, **changes)


class Desk:
    """A file library in which works 1 and 2 are, and records that may be them."""

    def __init__(self, base: Path, name: str, syncd: Syncd) -> None:
        self.directory = base / name
        self.where = ("--file-library", self.directory)
        self._base = base
        self._syncd = syncd
        self._dropped = 0

    def drop(self, *records: str) -> list[str]:
        """Bring records in; return what was decided about each."""
        self._dropped += 1
        export = write_records(self._base / f"{self.directory.name}-{self._dropped}.ris", records)
        ended = self._syncd("once", "--json", *self.where, export)
        return [record["decision"] for record in json.loads(ended.out)["records"]]

    def review(self, *words: str | Path) -> Ended:
        return self._syncd("review", *words, *self.where)

    def library(self, *words: str) -> dict[str, Any]:
        """Return what the JSON says of the only library."""
        return only_library(self.review(*words, "--json"))

    def held(self) -> list[dict[str, Any]]:
        return list(self.library()["held"])

    def titles(self) -> list[str]:
        found = [json.loads(path.read_text()) for path in self.directory.glob("items/*.json")]
        return sorted(each["data"]["title"] for each in found if "title" in each["data"])


def only_library(ended: Ended) -> dict[str, Any]:
    document = json.loads(ended.out)
    assert document["schema"] == "syncd.review/1"
    [library] = document["libraries"]
    return dict(library)


@pytest.fixture
def desk(tmp_path: Path, syncd: Syncd) -> Desk:
    desk = Desk(tmp_path, "library", syncd)
    assert desk.drop(scopus_record(1), scopus_record(2)) == ["create", "create"]
    return desk


def test_a_question_holds_what_is_needed_to_judge_it(desk: Desk) -> None:
    assert desk.drop(doubtful()) == ["hold"]

    library = desk.library()

    [question] = library["held"]
    [candidate] = question["candidates"]
    record = question["record"]
    assert library["library"] == "library"
    assert (library["unavailable"], library["pending"]) == (None, 0)
    assert (question["id"], question["kind"]) == (1, "identity")
    assert question["answers"] == ["accept", "create", "skip"]
    assert question["evidence"]
    assert question["reason"]
    assert question["held_at"].endswith("Z")
    assert (record["file"].endswith(".ris"), record["index"], record["line"]) == (True, 1, 1)
    assert record["identifiers"]["scopus"] == "2-s2.0-85000000001"
    assert record["item"]["title"] == f"{OTHER} 1"
    assert candidate["item"]["title"] == title_of(1)


def test_the_two_sides_are_shown_beside_each_other(desk: Desk) -> None:
    desk.drop(doubtful())

    listed, shown = desk.review().out, desk.review("show", "1").out

    assert OTHER in listed
    [line] = [line for line in shown.splitlines() if line[3:9] == "title "]
    assert line.startswith("*")
    assert f"{OTHER} 1" in line
    assert title_of(1)[:20] in line
    assert "answers: accept, create, skip" in shown


@pytest.mark.parametrize(
    ("answer", "titles", "decision"),
    # What is the same work gets the newer title.
    [("accept", 2, "update"), ("create", 3, "skip"), ("skip", 2, "skip")],
)
def test_what_was_answered_is_carried_out_and_not_asked_again(
    desk: Desk, answer: str, titles: int, decision: str
) -> None:
    desk.drop(doubtful())

    answered = desk.review(answer, "1")
    again = desk.drop(doubtful(N1="exported again"))

    assert (answered.code, answered.err) == (0, "")
    assert len(desk.titles()) == titles
    assert again == [decision]
    assert desk.held() == []
    assert desk.review().out == "nothing waits for an answer\n"


def test_several_questions_are_answered_at_once_and_a_wrong_number_stops_none(desk: Desk) -> None:
    desk.drop(doubtful(1), doubtful(2))

    answered = desk.review("create", "1", "7", "2")

    assert answered.code == 65
    assert answered.err == "syncd: no question number 7 waits for an answer\n"
    assert answered.out == "2 answered, 0 still held\n"
    assert len(desk.titles()) == 4


def test_an_answer_that_does_not_fit_leaves_the_question(desk: Desk) -> None:
    desk.drop(doubtful())

    unfit = desk.review("retry", "1")
    stranger = desk.review("accept", "1", "ZZZZ2222")

    assert (unfit.code, stranger.code) == (65, 65)
    assert "accept, create, skip" in unfit.err
    assert desk.held()[0]["candidates"][0]["item_key"] in stranger.err
    assert len(desk.held()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["accept"],
        ["create", "x"],
        ["create", "1", "KEYKEY22"],
        ["accept", "1", "2", "KEYKEY22"],
        ["accept", "1", "KEY1", "KEY2"],
        ["import"],
        ["dance"],
    ],
)
def test_an_answer_that_means_nothing_is_wrong_usage(desk: Desk, words: list[str]) -> None:
    assert desk.review(*words).code == 64


def test_a_team_shares_its_answers(
    desk: Desk, syncd: Syncd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncd.cli.review_asking._AT_ONCE", 1)
    desk.drop(doubtful(1), doubtful(2))
    desk.review("create", "1", "2")
    answers = tmp_path / "answers.json"
    colleague = Desk(tmp_path, "theirs", syncd)
    colleague.drop(scopus_record(1), scopus_record(2))

    exported = desk.review("export", answers)
    told = desk.review("export")
    imported = only_library(colleague.review("import", answers, "--json"))
    again = only_library(colleague.review("import", answers, "--json"))

    assert exported.code == 0
    assert json.loads(told.out) == json.loads(answers.read_bytes())
    assert (imported["new"], again["new"]) == (2, 0)


def test_the_answers_of_others_settle_what_is_open(syncd: Syncd, tmp_path: Path) -> None:
    config = tmp_path / "syncd.toml"
    library = tmp_path / "library"
    config.write_text(
        f'[[library]]\nname = "ours"\nadapter = "file"\npath = "{library}"\n', encoding="utf-8"
    )
    one, other = (("--config", config, "--state", tmp_path / who) for who in ("ada", "ben"))
    known = write_records(tmp_path / "a.ris", [scopus_record(number) for number in (1, 2, 3)])
    asked = write_records(tmp_path / "b.ris", [doubtful(number) for number in (1, 2, 3)])
    for options in (one, other):
        syncd("once", *options, known)
        syncd("once", *options, asked)
    answers = tmp_path / "answers.json"
    syncd("review", "create", "1", *one)
    syncd("review", "skip", "2", *one)
    syncd("review", "accept", "3", *one)
    syncd("review", "export", answers, *one)

    imported = only_library(syncd("review", "import", answers, "--json", *other))

    assert (imported["answered"], imported["pending"]) == ([1, 2, 3], 0)
    assert only_library(syncd("review", "--json", *other))["held"] == []
    made = [path for path in library.glob("items/*.json") if OTHER in path.read_text()]
    assert len(made) == 1


@pytest.mark.parametrize(
    "text", ["[]", "{}", LEFT_OUT_IS_NO_LIST, '{"schema": "syncd.plan/1"}', "TY  - JOUR", None]
)
def test_a_file_without_answers_is_named(desk: Desk, tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "answers.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")

    ended = desk.review("import", path)

    assert ended.code == 65
    assert ended.err.startswith(f"{path}: ")


def test_answers_that_cannot_be_written_are_told(desk: Desk, tmp_path: Path) -> None:
    ended = desk.review("export", tmp_path / "nowhere" / "answers.json")

    assert ended.code == 65
    assert "cannot be written" in ended.err


def test_a_question_is_found_in_whichever_library_it_is_about(syncd: Syncd, tmp_path: Path) -> None:
    config = tmp_path / "syncd.toml"
    tables = (
        f'[[library]]\nname = "{name}"\nadapter = "file"\npath = "{tmp_path / name}"\n'
        for name in ("one", "two")
    )
    config.write_text("".join(tables), encoding="utf-8")
    options = ("--config", config, "--state", tmp_path / "state")
    export = write_records(tmp_path / "a.ris", [scopus_record(1)])
    goats = write_records(tmp_path / "b.ris", [doubtful()])
    for name in ("one", "two"):
        syncd("once", *options, "--library", name, export)
        syncd("once", *options, "--library", name, goats)

    answered = syncd("review", "skip", "2", *options)
    listed = json.loads(syncd("review", "--json", *options).out)["libraries"]
    theirs = syncd("review", "skip", "1", "--library", "two", *options)

    assert answered.code == 0
    assert [(each["library"], len(each["held"])) for each in listed] == [("one", 1), ("two", 0)]
    assert theirs.code == 65
    assert syncd("review", "export", *options).code == 64


def test_a_running_daemon_takes_the_answers(
    desk: Desk, environ: dict[str, str], tmp_path: Path
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    desk.drop(doubtful(1), doubtful(2))

    with serving(desk.directory / ".syncd", environ, *desk.where, "--folder", drop):
        before = desk.held()
        answered = desk.review("create", "1", "2")
        again = desk.review("create", "1")
        titles = desk.titles()

    assert len(before) == 2
    assert before[0]["candidates"][0]["item"]["title"] == title_of(1)
    assert (answered.code, again.code) == (0, 65)
    assert len(titles) == 4


# A library that is away


def test_an_answer_for_a_library_that_is_away_is_stored(desk: Desk) -> None:
    desk.drop(doubtful(1), doubtful(2))
    items, away = desk.directory / "items", desk.directory / "away"
    items.rename(away)

    listed = desk.review("--json")
    answered = desk.review("create", "1")
    skipped = desk.review("skip", "2")
    away.rename(items)
    desk.drop()

    [question, _] = only_library(listed)["held"]
    assert (listed.code, answered.code) == (0, 75)
    assert question["candidates"][0]["item"] is None
    assert "cannot be shown now" in listed.err
    assert "stored" in answered.err
    assert "1 answered, 0 still held" in skipped.out
    assert f"{OTHER} 1" in desk.titles()


def test_a_daemon_carries_an_answer_out_as_soon_as_the_library_is_back(
    desk: Desk, environ: dict[str, str], tmp_path: Path
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    desk.drop(doubtful())
    items, away = desk.directory / "items", desk.directory / "away"

    with serving(desk.directory / ".syncd", environ, *desk.where, "--folder", drop):
        items.rename(away)
        answered = desk.review("create", "1")
        away.rename(items)
        # Within two of its waits, should it have looked twice meanwhile.
        assert wait_until(lambda: f"{OTHER} 1" in desk.titles(), within=60)

    assert answered.code == 75


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "key"


@pytest.fixture
def account(tmp_path: Path, key_file: Path) -> Iterator[tuple[str | Path, ...]]:
    """Options for an account on a Zotero server that work 1 was brought to, and one in doubt."""
    with ZoteroServer.start() as server:
        ada = server.add_user()
        key_file.write_text(ada.key, encoding="utf-8")
        key_file.chmod(0o600)
        config = tmp_path / "syncd.toml"
        config.write_text(
            f'[[library]]\nname = "mine"\nadapter = "zotero-web"\nlibrary_id = {ada.number}\n'
            f'api_url = "{server.url}"\nkey_file = "{key_file}"\n',
            encoding="utf-8",
        )
        yield ("--config", config, "--state", tmp_path / "state")


def test_an_account_whose_key_is_refused_can_be_reviewed(
    syncd: Syncd, account: tuple[str | Path, ...], key_file: Path, tmp_path: Path
) -> None:
    export = write_records(tmp_path / "a.ris", [scopus_record(1)])
    goats = write_records(tmp_path / "b.ris", [doubtful()])
    syncd("once", *account, export)
    syncd("once", *account, goats)
    key_file.chmod(0o644)

    listed = syncd("review", "--json", *account)
    answered = syncd("review", "create", "1", *account)
    key_file.chmod(0o600)
    done = syncd("reconcile", "--json", *account)

    [question] = only_library(listed)["held"]
    assert question["candidates"][0]["item"] is None
    assert (listed.code, answered.code, done.code) == (0, 75, 0)
    again = json.loads(syncd("once", "--json", *account, goats).out)["records"]
    assert [record["decision"] for record in again] == ["skip"]
    assert only_library(syncd("review", "--json", *account))["pending"] == 0


def test_a_daemon_with_a_refused_key_takes_answers(
    syncd: Syncd,
    environ: dict[str, str],
    account: tuple[str | Path, ...],
    key_file: Path,
    tmp_path: Path,
) -> None:
    for name, record in (("a.ris", scopus_record(1)), ("b.ris", doubtful())):
        syncd("once", *account, write_records(tmp_path / name, [record]))
    key_file.chmod(0o644)

    with serving(tmp_path / "state", environ, *account):
        listed = syncd("review", "--json", *account)
        answered = syncd("review", "create", "1", *account)

    assert len(only_library(listed)["held"]) == 1
    assert (listed.code, answered.code) == (0, 75)
    assert "stored" in answered.err
