"""What stands in the ledger once a plan is written down, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from syncd.errors import UnavailableError
from syncd.ledger.store import Ledger
from syncd.library import Operation, Pushed
from syncd.plan import Decision, Place
from syncd.sync.session import LibraryRun
from tests.support.exports import scopus_record, write_records
from tests.support.house import House
from tests.support.libraries import Push, with_mishaps
from tests.support.runs import delivery_of, opened_ledger, opened_run, records_of

FILED = Place(folder=b"/filed", collection=("Inbox", "Web"), tags=("new",))


def _away(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    raise UnavailableError("gone")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house in which work 1 is there, and whose library is away for one push."""
    house = House(tmp_path)
    house.drop(scopus_record(1, N1=None))
    house.library = with_mishaps(house.library, _away)
    return house


@pytest.fixture
def ledger(house: House) -> Iterator[Ledger]:
    with opened_ledger(house.root / "state", house.clock) as ledger:
        yield ledger


def _promise(house: House, ledger: Ledger, *records: str, place: Place = FILED) -> LibraryRun:
    """Drop records while the library is away; return the run, which may go on."""
    path = write_records(house.root / "promised.ris", records)
    with opened_run(house.root, house.library, ledger, house.helpers) as run:
        with pytest.raises(UnavailableError):
            run.deliver([delivery_of(path, place)], "test")
        return run


class _Second:
    """As much of the second run's summary as `records_of` reads."""

    run = 2


def _told(ledger: Ledger) -> list[tuple[Decision, str | None]]:
    summary: Any = _Second()
    return [(record.decision, record.outcome) for record in records_of(ledger, summary)]


DOUBTFUL = scopus_record(1, TI="Quite another subject", AU="Nobody, N.", DO=None)


def test_what_is_to_be_sent_is_pending_and_the_rest_is_said_at_once(
    house: House, ledger: Ledger
) -> None:
    again = scopus_record(2, N1="again")

    run = _promise(house, ledger, scopus_record(1, N1="x"), scopus_record(2), again, DOUBTFUL)
    promised = _told(ledger)
    run.push_pending()

    assert promised == [
        (Decision.COLLECT, "pending"),
        (Decision.CREATE, "pending"),
        (Decision.SKIP, "unchanged"),
        (Decision.HOLD, None),
    ]
    assert _told(ledger)[:2] == [(Decision.COLLECT, "accepted"), (Decision.CREATE, "accepted")]


def test_collections_are_made_for_what_goes_into_them(house: House, ledger: Ledger) -> None:
    run = _promise(house, ledger, scopus_record(2, N1=None))
    run.push_pending()

    names = {each.key: (each.name, each.parent) for each in house.library.collections()}
    [item] = [item for item in house.works() if item.data["collections"]]
    [web] = item.data["collections"]
    assert names[web][0] == "Web"
    assert names[names[web][1]] == ("Inbox", None)
    assert len(names) == 2


def test_a_promise_that_was_written_down_is_kept_by_the_next_process(
    house: House, ledger: Ledger
) -> None:
    _promise(house, ledger, scopus_record(2), scopus_record(3, N1=None))
    waiting = house.waiting()

    with opened_run(house.root / "state", house.library):
        pass

    assert len(waiting) == 5
    assert house.waiting() == []
    assert len(house.works()) == 3


def test_what_was_promised_is_delivered_and_not_read_again(house: House, ledger: Ledger) -> None:
    _promise(house, ledger, scopus_record(2))
    path = house.root / "promised.ris"

    with opened_run(house.root, house.library, ledger, house.helpers) as run:
        summary = run.deliver([delivery_of(path, FILED)], "test")

    assert summary.run is None
    assert len(house.works()) == 2
