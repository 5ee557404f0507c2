"""Whatever moment a kill hits: a file is stored once, in the attachment that it was for."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.memory import MemoryLibrary
from syncd.library import Capabilities
from syncd.plan import Place
from syncd.settings import Attachments
from syncd.system.resources import shipped_schema
from tests.support.death import Death, Fate, live
from tests.support.exports import write_records
from tests.support.runs import opened_ledger, waiting

_PLACE = Place(folder=b"/dropped", attachments=Attachments.UPLOAD)
_RECORDS = 1


@pytest.fixture
def export(tmp_path: Path) -> Path:
    entries = []
    for number in range(_RECORDS):
        (tmp_path / f"{number}.pdf").write_bytes(b"%%PDF-1.7 %d" % number)
        entries.append(
            f"TY  - JOUR\nTI  - On hedge number {number}\nDO  - 10.5555/hedge.{number}\n"
            f"L1  - {number}.pdf\nER  - \n"
        )
    return write_records(tmp_path / "export.ris", entries)


def _library() -> MemoryLibrary:
    return MemoryLibrary(shipped_schema(), capabilities=Capabilities(batch_size=3))


def _live(state: Path, library: MemoryLibrary, export: Path, fate: Fate) -> None:
    live(state, library, export, _PLACE, fate)


def test_a_kill_at_any_moment_stores_the_file_once(tmp_path: Path, export: Path) -> None:
    fate = Fate(None)
    whole = _library()
    _live(tmp_path / "long", whole, export, fate)
    assert len(whole.files) == _RECORDS

    # Until its item is on its way, a file is nothing of its own.
    for moment in range(fate.passed // 3, fate.passed):
        state, library = tmp_path / str(moment), _library()
        with pytest.raises(Death):
            _live(state, library, export, Fate(moment))

        _live(state, library, export, Fate(None))

        items = [item for page in library.changes_since(0) for item in page.items]
        held = {item.key: item for item in items if item.data["itemType"] == "attachment"}
        assert sorted(library.files.values()) == sorted(whole.files.values()), moment
        assert held.keys() == library.files.keys()
        assert len({item.data["parentItem"] for item in held.values()}) == _RECORDS
        with opened_ledger(state) as ledger:
            assert waiting(ledger) == []
            with ledger.read() as connection:
                rows = connection.exec_driver_sql("SELECT count(*) FROM hold")
                assert rows.scalar_one() == 0
