"""Whatever moment a kill hits: a file is stored once, in the attachment that it was for."""

from __future__ import annotations

import hashlib
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from adapters.memory import MemoryLibrary
from syncd.library import Capabilities
from syncd.plan import Place
from syncd.settings import Attachments
from syncd.system.resources import shipped_schema
from tests.fakes.zotero_server.process import ZoteroServer
from tests.support.death import Death, Fate, live
from tests.support.everyday import write_everyday
from tests.support.exports import write_records
from tests.support.kill_worlds import WebWorld
from tests.support.one_life import Kill
from tests.support.runs import opened_ledger, waiting

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

_CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 2
_MD5 = hashlib.md5(_CONTENT, usedforsecurity=False).hexdigest()
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


def test_a_kill_at_each_step_of_an_upload_leaves_one_attachment_with_its_file(
    tmp_path: Path, zotero_server: ZoteroServer
) -> None:
    for moment in count():
        world = WebWorld(zotero_server, tmp_path / str(moment))
        zotero_server.configure(delay_per_batch=0)
        (world.first / "a.pdf").write_bytes(_CONTENT)
        write_everyday(world.first / "export.ris", [4], files={4: ["a.pdf"]})

        killed = world.live(Kill(storing=moment))
        ended = world.live(Kill())
        if ended.code == 75:
            world.let_time_pass()
            ended = world.live(Kill())

        [held] = [each.data for each in world.things() if each.data["itemType"] == "attachment"]
        assert (ended.code, held["md5"], held["filename"]) == (0, _MD5, "a.pdf"), ended.told
        assert world.stored() == [_MD5]
        with closing(world.ledger()) as ledger:
            [left] = ledger.execute("SELECT (SELECT count(*) FROM outbox) + count(*) FROM hold")
        assert left == (0,)
        if killed.code is not None:
            break
    # Before and after each of the four requests, with each piece, and before the ledger knows.
    assert moment == 12
