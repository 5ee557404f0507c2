"""What people do in a library on a server is understood: nothing undone, resurrected or doubled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syncd.errors import AccessDeniedError, PausedError, UnavailableError
from syncd.plan import Decision, Place
from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.support.exports import scopus_record, title_of, write_export
from tests.support.person import INBOX, SharedLibrary
from tests.support.runs import deliver

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

SKIP, COLLECT, CREATE = Decision.SKIP, Decision.COLLECT, Decision.CREATE
ELSEWHERE = Place(folder=b"/else", collection=("Elsewhere",), tags=("again",))


@pytest.fixture
def shared(tmp_path: Path, zotero_server: ZoteroServer, account: Account) -> SharedLibrary:
    """A library into which syncd brought the works 1, 2 and 3."""
    shared = SharedLibrary(tmp_path, zotero_server, account)
    shared.drop([scopus_record(number) for number in (1, 2, 3)])
    return shared


def by_hand(number: int, **changes: Any) -> dict[str, Any]:
    """Return the item that a person makes of a work, with its title and nothing that names it."""
    item = {"itemType": "journalArticle", "title": f"By hand: {title_of(number)}"}
    return {**item, **changes}


# Merged


def test_records_of_a_merged_item_go_to_the_item_that_stays(shared: SharedLibrary) -> None:
    loser = shared.key_of(title_of(1))
    survivor = shared.add(by_hand(1))
    shared.merge(loser, into=survivor)

    decided = shared.decide(scopus_record(1), ELSEWHERE)

    assert decided == (COLLECT, survivor)
    assert shared.collections()["Elsewhere"] in shared.items()[survivor]["collections"]
    assert loser not in shared.present()
    assert len(shared.items()) == 4


@pytest.mark.parametrize("looked_in_between", [True, False])
def test_a_merge_holds_when_the_loser_is_erased(
    shared: SharedLibrary, looked_in_between: bool
) -> None:
    loser = shared.key_of(title_of(1))
    survivor = shared.add(by_hand(1))
    shared.merge(loser, into=survivor)
    if looked_in_between:
        shared.reconcile()
    shared.erase(loser)

    report = shared.reconcile()

    assert (loser, survivor) in report.merged
    assert list(report.deleted) == list(report.missing) == [loser]
    assert shared.decide(scopus_record(1), ELSEWHERE) == (COLLECT, survivor)
    assert loser not in shared.items()


@pytest.mark.parametrize("looked_in_between", [True, False])
def test_merges_of_merges_are_followed_to_the_end(
    shared: SharedLibrary, looked_in_between: bool
) -> None:
    first = shared.key_of(title_of(1))
    second = shared.add(by_hand(1))
    last = shared.add(by_hand(1, title="The last one"))
    shared.merge(first, into=second)
    if looked_in_between:
        shared.reconcile()
    shared.merge(second, into=last)
    shared.erase(second)
    shared.erase(first)

    report = shared.reconcile()

    assert (first, last) in report.merged
    assert shared.decide(scopus_record(1), ELSEWHERE) == (COLLECT, last)


def test_a_chain_that_each_item_tells_of_alone_is_followed(shared: SharedLibrary) -> None:
    first = shared.key_of(title_of(1))
    second, last = shared.add(by_hand(1)), shared.add(by_hand(1, title="The last one"))
    uri = f"http://zotero.org/{shared.account.library}/items/"
    shared.edit(second, relations={"dc:replaces": [uri + first]}, deleted=1)
    shared.edit(last, relations={"dc:replaces": [uri + second]})
    shared.trash(first)

    assert shared.decide(scopus_record(1), ELSEWHERE) == (COLLECT, last)


def test_what_was_learnt_of_the_loser_leads_to_the_item_that_stays(shared: SharedLibrary) -> None:
    loser = shared.add(by_hand(5, title=title_of(5), extra="Scopus EID: 2-s2.0-85000000005"))
    # The item has no DOI: the ledger alone knows it, from this record.
    assert shared.decide(scopus_record(5)) == (COLLECT, loser)
    survivor = shared.add(by_hand(5))
    shared.merge(loser, into=survivor)
    shared.reconcile()
    shared.erase(loser)

    decided = shared.decide(scopus_record(5, UR=None), ELSEWHERE)

    assert decided == (COLLECT, survivor)


def test_what_a_person_took_off_after_a_merge_is_not_put_back(shared: SharedLibrary) -> None:
    loser = shared.key_of(title_of(1))
    survivor = shared.add(by_hand(1))
    shared.merge(loser, into=survivor)
    shared.edit(survivor, collections=[], tags=[])

    decided = shared.decide(scopus_record(1), INBOX)

    assert decided == (SKIP, survivor)
    assert shared.items()[survivor]["collections"] == shared.items()[survivor]["tags"] == []


def test_what_waits_to_be_filed_goes_to_the_item_that_stays(shared: SharedLibrary) -> None:
    loser = shared.key_of(title_of(1))
    survivor = shared.add(by_hand(1))
    shared.server.write_collection(shared.account.library, "Elsewhere")
    shared.server.arm("status", status=503, method="POST")
    with pytest.raises(UnavailableError):
        shared.drop([scopus_record(1)], ELSEWHERE)
    shared.merge(loser, into=survivor)

    shared.reconcile()

    assert shared.items()[survivor]["collections"] == [shared.collections()["Elsewhere"]]
    assert shared.items()[survivor]["tags"] == [{"tag": "again"}]


def test_an_item_that_is_taken_out_of_a_merge_stands_for_itself_again(
    shared: SharedLibrary,
) -> None:
    loser = shared.key_of(title_of(1))
    survivor = shared.add(by_hand(1))
    shared.merge(loser, into=survivor)
    shared.reconcile()
    shared.unmerge(loser, survivor)

    report = shared.reconcile()

    assert list(report.restored) == [loser]
    assert not report.merged
    assert not report.missing
    assert shared.decide(scopus_record(1), ELSEWHERE) == (COLLECT, loser)


def test_a_work_whose_last_item_was_removed_after_a_merge_stays_removed(
    shared: SharedLibrary,
) -> None:
    loser = shared.key_of(title_of(1))
    survivor = shared.add(by_hand(1))
    shared.merge(loser, into=survivor)
    shared.reconcile()
    shared.trash(survivor)

    decided = shared.decide(scopus_record(1), ELSEWHERE)

    assert decided == (SKIP, survivor)
    assert {loser, survivor}.isdisjoint(shared.present())


def test_a_merge_of_items_that_others_made_is_told_once(shared: SharedLibrary) -> None:
    loser, survivor = shared.add(by_hand(8)), shared.add(by_hand(9))
    shared.reconcile()
    shared.merge(loser, into=survivor)

    first, second = shared.reconcile(), shared.reconcile()

    assert list(first.merged) == [(loser, survivor)]
    assert list(first.missing) == []
    assert list(second.merged) == []


# Removed, and taken back


@pytest.mark.parametrize("do", ["trash", "erase"])
def test_what_a_person_removed_stays_removed(shared: SharedLibrary, do: str) -> None:
    key = shared.key_of(title_of(1))
    getattr(shared, do)(key)

    decision, named = shared.decide(scopus_record(1), ELSEWHERE)

    assert (decision, named) == (SKIP, key)
    assert len(shared.present()) == 2


def test_what_a_person_took_back_is_there(shared: SharedLibrary) -> None:
    key = shared.key_of(title_of(1))
    shared.trash(key)
    shared.reconcile()
    shared.restore(key)

    assert list(shared.reconcile().restored) == [key]
    assert shared.decide(scopus_record(1), ELSEWHERE) == (COLLECT, key)


# Edited


def test_an_item_whose_type_was_changed_is_the_same_work(shared: SharedLibrary) -> None:
    key = shared.key_of(title_of(1))
    shared.edit(key, itemType="conferencePaper")

    decision, named = shared.decide(scopus_record(1))

    assert (decision, named) == (SKIP, key)
    assert shared.items()[key]["itemType"] == "conferencePaper"


def test_a_tag_that_was_taken_off_is_not_put_back(shared: SharedLibrary) -> None:
    key = shared.key_of(title_of(1))
    shared.edit(key, tags=[])

    shared.drop([scopus_record(1)])

    assert shared.items()[key]["tags"] == []


def test_a_doi_that_a_person_corrected_is_the_items_identity(shared: SharedLibrary) -> None:
    key = shared.key_of(title_of(1))
    shared.edit(key, DOI="10.5555/corrected.1")

    with_new = shared.decide(scopus_record(1, DO="10.5555/corrected.1"))
    with_old = shared.decide(scopus_record(1))
    old_alone = shared.decide(scopus_record(1, UR=None))

    assert {with_new, with_old, old_alone} == {(SKIP, key)}
    assert shared.items()[key]["DOI"] == "10.5555/corrected.1"


def test_another_work_may_bear_the_doi_that_a_person_took_away(shared: SharedLibrary) -> None:
    key = shared.key_of(title_of(1))
    shared.edit(key, DOI="10.5555/corrected.1")

    decision, named = shared.decide(scopus_record(30, DO="10.5555/invented.1"))

    assert decision is CREATE
    assert named != key
    assert shared.items()[named or ""]["DOI"] == "10.5555/invented.1"


def test_another_work_may_bear_a_doi_that_only_the_ledger_knew(shared: SharedLibrary) -> None:
    mine = shared.add(by_hand(5, title=title_of(5), DOI=""))
    shared.edit(mine, extra=f"Scopus EID: 2-s2.0-{85000000005}")
    assert shared.decide(scopus_record(5))[1] == mine
    shared.edit(mine, DOI="10.5555/by.hand")

    decision, named = shared.decide(scopus_record(31, DO="10.5555/invented.5"))

    assert decision is CREATE
    assert named != mine


# Collections


def test_an_item_that_was_moved_is_not_moved_back(shared: SharedLibrary) -> None:
    key = shared.key_of(title_of(1))
    mine = shared.server.write_collection(shared.account.library, "Mine")
    shared.edit(key, collections=[mine])

    shared.drop([scopus_record(1)])

    assert shared.items()[key]["collections"] == [mine]


def test_a_collection_that_was_renamed_and_moved_is_the_folders_still(
    shared: SharedLibrary,
) -> None:
    inbox = shared.collections()["Inbox"]
    above = shared.server.write_collection(shared.account.library, "Above")
    shared.server.act(
        shared.account.library,
        "write collection",
        key=inbox,
        json={"name": "Read these", "parentCollection": above},
    )

    _, key = shared.decide(scopus_record(4))

    assert shared.items()[key or ""]["collections"] == [inbox]
    assert set(shared.collections()) == {"Read these", "Above"}


@pytest.mark.parametrize("inner", [False, True], ids=["itself", "the one above it"])
def test_items_leave_a_collection_that_was_deleted(shared: SharedLibrary, inner: bool) -> None:
    deep = Place(folder=b"/deep", collection=("Above", "Below"))
    shared.drop([scopus_record(6)], deep)
    mine = shared.add(by_hand(7, DOI="10.5555/invented.7", title=title_of(7)))
    shared.edit(mine, collections=[shared.collections()["Below"]])
    shared.reconcile()
    shared.erase(shared.collections()["Above" if inner else "Below"])

    decided = shared.decide(scopus_record(7), deep)

    # It was put there by a person, and the collection it was in is gone: it is filed anew.
    assert decided == (COLLECT, mine)
    assert shared.items()[mine]["collections"] == [shared.collections()["Below"]]
    assert shared.items()[shared.key_of(title_of(6))]["collections"] == []


def test_a_collection_in_the_trash_is_left_there(shared: SharedLibrary) -> None:
    inbox = shared.collections()["Inbox"]
    shared.server.act(
        shared.account.library, "write collection", key=inbox, json={"name": "Inbox", "deleted": 1}
    )

    _, key = shared.decide(scopus_record(4))

    [now] = shared.items()[key or ""]["collections"]
    assert now != inbox


# Rights


def _rights(shared: SharedLibrary, **rights: bool) -> None:
    full = {"library": True, "files": True, "notes": True, "write": True}
    access = {"user": {**full, **rights}, "groups": {}}
    key = {"key": shared.account.key, "user": shared.account.number, "access": access}
    shared.server.set_up(keys=[key])


def test_a_library_that_may_only_be_read_is_reported_on_and_not_written_to(
    shared: SharedLibrary,
) -> None:
    edited = shared.key_of(title_of(1))
    shared.edit(edited, abstractNote="mine")
    _rights(shared, write=False)
    with pytest.raises(AccessDeniedError):
        shared.drop([scopus_record(4)])

    report = shared.reconcile()

    assert list(report.changed) == [edited]
    _rights(shared)
    assert shared.decide(scopus_record(4))[0] is CREATE


def test_what_waits_goes_on_once_the_key_may_write_again(shared: SharedLibrary) -> None:
    shared.server.arm("status", status=503, method="POST")
    with pytest.raises(UnavailableError):
        shared.drop([scopus_record(4)])
    shared.server.disarm()
    _rights(shared, write=False)

    meanwhile = shared.reconcile()
    _rights(shared)
    afterwards = shared.reconcile()

    assert meanwhile.pending > 0
    assert (meanwhile.access, afterwards.access) == ("may read the library, but not change it", "")
    assert afterwards.pending == 0
    assert len(shared.present()) == 4


def test_rights_that_change_while_syncd_runs_are_noticed(
    shared: SharedLibrary, tmp_path: Path
) -> None:
    files = [write_export(tmp_path / f"{number}.ris", [number]) for number in (4, 5)]
    with shared.syncd() as run:
        _rights(shared, write=False)
        with pytest.raises(AccessDeniedError):
            deliver(run, files[:1], INBOX)
        meanwhile = run.reconcile()
        with pytest.raises(AccessDeniedError):
            deliver(run, files[1:], INBOX)
        _rights(shared)

        deliver(run, files[1:], INBOX)

    assert meanwhile.access == "may read the library, but not change it"
    assert meanwhile.pending > 0
    assert {shared.key_of(title_of(number)) for number in (4, 5)} <= shared.present()


def test_notes_that_the_key_cannot_read_are_not_written(shared: SharedLibrary) -> None:
    _rights(shared, notes=False)

    shared.drop([scopus_record(4)])
    shared.reconcile()
    _rights(shared)
    report = shared.reconcile()

    assert list(report.missing) == list(report.changed) == []
    assert shared.decide(scopus_record(1), INBOX)[0] is SKIP


def test_an_older_backup_stops_and_is_read_anew_once_it_is_resumed(shared: SharedLibrary) -> None:
    library = shared.account.library
    theirs = shared.add({"itemType": "book", "title": "By hand"})
    shared.server.act(library, "back up")
    shared.edit(theirs, title="Never was")
    shared.drop([scopus_record(4)])
    shared.reconcile()
    shared.server.act(library, "put back")
    # The version of the edit that is gone is another edit's now.
    shared.edit(theirs, itemType="journalArticle", title=title_of(9), DOI="10.5555/invented.9")

    with pytest.raises(PausedError, match="older backup"):
        shared.reconcile()
    shared.resume()
    report = shared.reconcile()
    decided = shared.drop([scopus_record(number) for number in (1, 2, 3, 4, 9)])

    assert (list(report.missing), list(report.deleted)) == ([], [])
    assert [each.decision for each in decided] == [SKIP, SKIP, SKIP, CREATE, Decision.COLLECT]
    assert decided[-1].item_key == theirs


# Notes


def test_notes_follow_a_newer_export_where_people_left_them_alone(shared: SharedLibrary) -> None:
    """The server writes their markup anew, which nobody takes for an edit."""
    said = "Funding details: Foundation {}"
    key_of_note = {text: key for key, text in notes(shared).items()}
    old, edited = (key_of_note[f"<p>{said.format(n)}</p>"] for n in (1, 2))
    shared.edit(edited, note="<p>Asked them: it was their aunt</p>")
    more = f"{said}; a second <one>\nN1  - Export Date: 3 May 2040"
    newer = [scopus_record(n, N1=more.format(n)) for n in (1, 2)]

    decided = shared.drop(newer)
    with shared.syncd() as run:
        report = run.undo(2)

    assert [each.decision for each in decided] == [Decision.UPDATE, SKIP]
    assert [each.item_key for each in report.put_back] == [old]
    assert notes(shared)[old] == "<p>Funding details: Foundation 1</p>"
    assert notes(shared)[edited] == "<p>Asked them: it was their aunt</p>"
    assert shared.drop(newer, ELSEWHERE)[0].decision is COLLECT


def notes(shared: SharedLibrary) -> dict[str, str]:
    found = shared.server.state(shared.account.library)["items"]
    return {key: each["note"] for key, each in found.items() if each["itemType"] == "note"}
